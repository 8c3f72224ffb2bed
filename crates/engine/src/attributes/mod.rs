//! What a face looks like: eyes, mouth, expression, gender, age, race, mask, occlusion.
//!
//! Eyes, mouth, expression and gender start from the mesh; without one they stay empty for the mesh's reason. The rest
//! is one network's that needs the five points only; it is a second opinion on gender and expression as well.

mod expression;
mod eyes;
mod face_network;
mod gender;
mod mouth;

use faceward_core::{Outcome, Point};
use faceward_inference::InferenceError;
use faceward_models::calibration::face_attributes::{Fusion, face_attributes};

use crate::analysis::Attributes;
use crate::face::{FaceGeometry, StepError};
use crate::image::{Border, Resampling, Upright};
use crate::landmarks::{FaceMesh, LevelSquare};
use crate::networks::ModelSession;
use face_network::Findings;

/// Id of the network that sees the whole face.
pub(crate) const FACE_MODEL: &str = "face-attributes-1";
/// Id of the eye network in the manifest.
pub(crate) const EYE_MODEL: &str = "eye-state-1";
/// Id of the mouth network in the manifest.
pub(crate) const MOUTH_MODEL: &str = "mouth-state-1";
/// Id of the blendshapes network in the manifest.
pub(crate) const BLENDSHAPES_MODEL: &str = "face-blendshapes";
/// Id of the gender network in the manifest.
pub(crate) const GENDER_MODEL: &str = "gender-v1";

/// Estimates attributes with the networks that were loaded.
pub(crate) struct AttributesStep {
    /// Session of [`FACE_MODEL`].
    pub(crate) face: Option<ModelSession>,
    /// Session of [`EYE_MODEL`].
    pub(crate) eye: Option<ModelSession>,
    /// Session of [`MOUTH_MODEL`].
    pub(crate) mouth: Option<ModelSession>,
    /// Session of [`BLENDSHAPES_MODEL`].
    pub(crate) blendshapes: Option<ModelSession>,
    /// Session of [`GENDER_MODEL`].
    pub(crate) gender: Option<ModelSession>,
}

/// A part of a face that fills a photo of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FacePart {
    /// One eye.
    Eye,
    /// The mouth.
    Mouth,
}

impl AttributesStep {
    /// The attributes of the face with this `mesh`.
    ///
    /// # Errors
    /// A network fails.
    pub(crate) fn run(
        &mut self,
        photo: &Upright,
        face: &FaceGeometry,
        mesh: &Outcome<FaceMesh>,
    ) -> Result<Attributes, InferenceError> {
        let mut eye = |side: &eyes::Eye| {
            attempt(mesh, self.eye.as_mut(), |mesh, session| eyes::is_open(session, photo, mesh, side))
        };
        let (left_eye_open, right_eye_open) = (eye(&eyes::SUBJECT_LEFT)?, eye(&eyes::SUBJECT_RIGHT)?);
        let neutral = attempt(mesh, self.blendshapes.as_mut(), |mesh, session| {
            expression::is_neutral(session, mesh, &face.points)
        })?;
        let male =
            attempt(mesh, self.gender.as_mut(), |mesh, session| gender::is_male(session, photo, mesh))?;
        let found = attempt(&Outcome::Value(()), self.face.as_mut(), |(), session| {
            face_network::find(session, photo, &face.points)
        })?;
        let table = face_attributes();
        Ok(Attributes {
            left_eye_open,
            right_eye_open,
            mouth_open: mouth::is_open(self.mouth.as_mut(), photo, mesh)?,
            neutral: fused(&found, |found| found.neutral, neutral, table.neutral),
            male: fused(&found, |found| found.male, male, table.male),
            age: found.as_ref().map(|found| found.age),
            race: found.as_ref().map(|found| found.race),
            masked: found.as_ref().map(|found| found.masked),
            occluded: found.as_ref().map(|found| found.occluded),
        })
    }

    /// Probability that the eye or mouth that fills `crop` is open, 0 to 1.
    ///
    /// # Errors
    /// The network fails.
    pub(crate) fn part_is_open(
        &mut self,
        crop: &Upright,
        part: FacePart,
    ) -> Result<Outcome<f32>, InferenceError> {
        let crop = Outcome::Value(crop);
        match part {
            FacePart::Eye => {
                attempt(&crop, self.eye.as_mut(), |crop, session| eyes::is_open_in_crop(session, crop))
            }
            FacePart::Mouth => {
                attempt(&crop, self.mouth.as_mut(), |crop, session| mouth::is_open_in_crop(session, crop))
            }
        }
    }
}

/// Log-odds beyond which a witness is not believed any more: one shall not outvote the other without limit.
const MOST_LOG_ODDS: f32 = 8.0;

/// The probability on which the face network and another witness agree. With the witness alone, what it says; without
/// the witness, why there is none.
fn fused(
    found: &Outcome<Findings>,
    log_odds: impl Fn(&Findings) -> f32,
    other: Outcome<f32>,
    fusion: Fusion,
) -> Outcome<f32> {
    let Outcome::Value(found) = found else { return other };
    other.map(|probability| {
        let network = log_odds(found).clamp(-MOST_LOG_ODDS, MOST_LOG_ODDS);
        sigmoid(fusion.network * network + fusion.other * logit(probability) + fusion.offset)
    })
}

/// From a probability to log-odds, at most [`MOST_LOG_ODDS`] on either side.
fn logit(probability: f32) -> f32 {
    (probability / (1.0 - probability)).ln().clamp(-MOST_LOG_ODDS, MOST_LOG_ODDS)
}

/// What a network with one output says about a square of the photo, which is mirrored at its edges.
fn one_logit(session: &mut ModelSession, photo: &Upright, square: &LevelSquare) -> Result<f32, StepError> {
    let size = session.image_size();
    let chip = photo
        .warp(&square.to_chip(size.width), size, Border::Reflect, Resampling::Antialiased)
        .ok_or_else(|| failed("that part of the face has no width"))?;
    let outputs = session.run_image(&chip)?;
    match outputs.first().map(|output| output.data.as_slice()) {
        Some([logit]) if logit.is_finite() => Ok(*logit),
        _ => Err(failed("the network gave no number")),
    }
}

/// The upright square of `side` pixels in the middle of `photo`.
fn middle(photo: &Upright, side: u32) -> LevelSquare {
    let centre = Point::new(photo.width() as f32 / 2.0, photo.height() as f32 / 2.0);
    LevelSquare { centre, side: side as f32, eye_line_degrees: 0.0 }
}

/// What `work` makes of what is seen with a session, if both are there.
fn attempt<S, T>(
    seen: &Outcome<S>,
    session: Option<&mut ModelSession>,
    work: impl FnOnce(&S, &mut ModelSession) -> Result<T, StepError>,
) -> Result<Outcome<T>, InferenceError> {
    let Some(session) = session else { return Ok(Outcome::Unavailable) };
    match seen {
        Outcome::Value(seen) => match work(seen, session) {
            Ok(value) => Ok(Outcome::Value(value)),
            Err(StepError::Photo(reason)) => Ok(Outcome::Failed(reason)),
            Err(StepError::Inference(error)) => Err(error),
        },
        Outcome::NotRequested => Ok(Outcome::NotRequested),
        Outcome::Unavailable => Ok(Outcome::Unavailable),
        Outcome::Failed(reason) => Ok(Outcome::Failed(reason.clone())),
    }
}

/// From log-odds to a probability.
fn sigmoid(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

fn failed(reason: &str) -> StepError {
    StepError::Photo(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Race;

    #[test]
    fn two_witnesses_add_up_and_one_stands_alone() {
        let found =
            Findings { age: 30.0, male: 2.0, race: Race::Other, masked: 0.0, occluded: 0.0, neutral: 0.0 };
        let fusion = Fusion { network: 0.5, other: 2.0, offset: -1.0 };
        let male = |found: &Outcome<Findings>, other| fused(found, |found| found.male, other, fusion);
        let both = male(&Outcome::Value(found), Outcome::Value(0.5));
        assert_eq!(both, Outcome::Value(0.5), "0.5 x 2 + 2 x 0 - 1");
        assert_eq!(male(&Outcome::Unavailable, Outcome::Value(0.25)), Outcome::Value(0.25));
        assert_eq!(male(&Outcome::Value(found), Outcome::Unavailable), Outcome::Unavailable);
    }

    #[test]
    fn certainty_has_a_limit() {
        assert_eq!((logit(1.0), logit(0.0), logit(0.5)), (MOST_LOG_ODDS, -MOST_LOG_ODDS, 0.0));
    }
}
