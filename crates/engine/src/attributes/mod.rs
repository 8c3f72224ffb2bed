//! What a face looks like: eyes, mouth, expression, gender.
//!
//! One file an attribute. All start from the mesh; without one they stay empty for the mesh's reason. Age, race and
//! mask have their places in [`Attributes`] and no model yet.

mod expression;
mod eyes;
mod gender;
mod mouth;

use faceward_core::Outcome;
use faceward_inference::InferenceError;

use crate::analysis::Attributes;
use crate::face::{FaceGeometry, StepError};
use crate::image::Upright;
use crate::landmarks::FaceMesh;
use crate::networks::ModelSession;

/// Id of the eye network in the manifest.
pub(crate) const EYE_MODEL: &str = "fr-eye";
/// Id of the blendshapes network in the manifest.
pub(crate) const BLENDSHAPES_MODEL: &str = "face-blendshapes";
/// Id of the gender network in the manifest.
pub(crate) const GENDER_MODEL: &str = "gender-v1";

/// Estimates attributes with the networks that were loaded.
pub(crate) struct AttributesStep {
    /// Session of [`EYE_MODEL`].
    pub(crate) eye: Option<ModelSession>,
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
        Ok(Attributes {
            left_eye_open,
            right_eye_open,
            mouth_open: mouth::is_open(mesh),
            neutral,
            male,
            age: Outcome::Unavailable,
            race: Outcome::Unavailable,
            masked: Outcome::Unavailable,
        })
    }

    /// Probability that the eye or mouth that fills `crop` is open, 0 to 1. No network sees mouths.
    ///
    /// # Errors
    /// The network fails.
    pub(crate) fn part_is_open(
        &mut self,
        crop: &Upright,
        part: FacePart,
    ) -> Result<Outcome<f32>, InferenceError> {
        match part {
            FacePart::Eye => attempt(&Outcome::Value(crop), self.eye.as_mut(), |crop, session| {
                eyes::is_open_in_crop(session, crop)
            }),
            FacePart::Mouth => Ok(Outcome::Unavailable),
        }
    }
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
