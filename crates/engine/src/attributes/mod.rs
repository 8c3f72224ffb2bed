//! What a face looks like: eyes, mouth, expression, gender, age, race, mask, occlusion.
//!
//! Eyes and mouth start from the mesh. What a person looks like is what two networks agree on, one of which sees the face
//! and the other its embedding; gender and expression have a third witness, which starts from the mesh. Where a witness
//! is missing there is no answer: the weights were fitted for all of them.

mod embedding_network;
mod expression;
mod eyes;
mod face_network;
mod gender;
mod impression;
mod mouth;

use faceward_core::{Embedding, Outcome, Point};
use faceward_inference::InferenceError;
use faceward_models::calibration::face_attributes::face_attributes;

use crate::analysis::Attributes;
use crate::face::{FaceGeometry, StepError};
use crate::image::{Border, Resampling, RgbImage};
use crate::landmarks::{FaceMesh, LevelSquare};
use crate::networks::ModelSession;
use impression::Impressions;

/// Id of the network that sees the whole face.
pub(crate) const FACE_MODEL: &str = "face-attributes-1";
/// Id of the network that sees the embedding.
pub(crate) const EMBEDDING_MODEL: &str = "embedding-attributes-1";
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
    /// Session of [`EMBEDDING_MODEL`].
    pub(crate) embedding: Option<ModelSession>,
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
    /// The attributes of the face with this `mesh` and `embedding`.
    ///
    /// # Errors
    /// A network fails.
    pub(crate) fn run(
        &mut self,
        photo: &RgbImage,
        face: &FaceGeometry,
        mesh: &Outcome<FaceMesh>,
        embedding: &Outcome<Embedding>,
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
        let behind = attempt(embedding, self.embedding.as_mut(), |embedding, session| {
            embedding_network::find(session, embedding)
        })?;
        let both = found.as_ref().zip(behind);
        let both = both.map(|(found, embedding)| Impressions { face: found.impression, embedding });
        let table = face_attributes();
        let male = both.as_ref().zip(male).map(|(both, other)| both.male(other, &table.male));
        let neutral = both.as_ref().zip(neutral).map(|(both, other)| both.neutral(other, &table.neutral));
        let race = both.as_ref().map(|both| both.race(&table.race));
        Ok(Attributes {
            left_eye_open,
            right_eye_open,
            mouth_open: mouth::is_open(self.mouth.as_mut(), photo, mesh)?,
            neutral,
            male,
            age: both.map(|both| both.age(table.age.embedding)),
            race,
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
        crop: &RgbImage,
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

/// What a network with one output says about a square of the photo, which is mirrored at its edges.
fn one_logit(session: &mut ModelSession, photo: &RgbImage, square: &LevelSquare) -> Result<f32, StepError> {
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
fn middle(photo: &RgbImage, side: u32) -> LevelSquare {
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
