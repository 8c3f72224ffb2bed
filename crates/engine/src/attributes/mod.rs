//! What a face looks like: eyes, mouth, expression, gender, age, race, mask, occlusion.
//! Which of it needs which networks: `step`.
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

use faceward_core::{Embedding, FivePoints, Outcome, Point};
use faceward_inference::InferenceError;
use faceward_models::calibration::face_attributes::face_attributes;

use crate::face::{StepError, attempt, attempt_on};
use crate::findings::Race;
use crate::image::{Border, Resampling, RgbImage};
use crate::landmarks::{FaceMesh, LevelSquare};
use crate::networks::ModelSession;

pub(crate) use face_network::Findings;
pub(crate) use impression::{Impression, Impressions};

/// The networks that were loaded.
pub(crate) struct AttributeNetworks {
    /// Sees an eye.
    pub(crate) eye: Option<ModelSession>,
    /// Sees the mouth.
    pub(crate) mouth: Option<ModelSession>,
    /// Sees the whole face.
    pub(crate) face: Option<ModelSession>,
    /// Sees the embedding.
    pub(crate) embedding: Option<ModelSession>,
    /// Makes blendshapes of the mesh.
    pub(crate) blendshapes: Option<ModelSession>,
    /// Sees the aligned mesh.
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

/// What there is of a value, unless a network fails.
type Found<T> = Result<Outcome<T>, InferenceError>;

impl AttributeNetworks {
    /// Probabilities that the subject's own left eye is open, and the right one.
    pub(crate) fn eyes(&mut self, photo: &RgbImage, mesh: &Outcome<FaceMesh>) -> [Found<f32>; 2] {
        [eyes::SUBJECT_LEFT, eyes::SUBJECT_RIGHT].map(|eye| {
            attempt_on(mesh, self.eye.as_mut(), |mesh, session| eyes::is_open(session, photo, mesh, &eye))
        })
    }

    /// Probability that the mouth is open.
    pub(crate) fn mouth(&mut self, photo: &RgbImage, mesh: &Outcome<FaceMesh>) -> Found<f32> {
        attempt_on(mesh, self.mouth.as_mut(), |mesh, session| mouth::is_open(session, photo, mesh))
    }

    /// What the network that sees the face says.
    pub(crate) fn face(&mut self, photo: &RgbImage, points: &FivePoints) -> Found<Findings> {
        attempt(self.face.as_mut(), |session| face_network::find(session, photo, points))
    }

    /// What the network that sees the embedding says.
    pub(crate) fn embedding(&mut self, embedding: &Outcome<Embedding>) -> Found<Impression> {
        attempt_on(embedding, self.embedding.as_mut(), |embedding, session| {
            embedding_network::find(session, embedding)
        })
    }

    /// Probability that the expression is neutral: both impressions and the shape of the mesh.
    pub(crate) fn neutral(
        &mut self,
        mesh: &Outcome<FaceMesh>,
        points: &FivePoints,
        both: Outcome<Impressions>,
    ) -> Found<f32> {
        let shape = attempt_on(mesh, self.blendshapes.as_mut(), |mesh, session| {
            expression::is_neutral(session, mesh, points)
        })?;
        Ok(both.zip(shape).map(|(both, shape)| both.neutral(shape, &face_attributes().neutral)))
    }

    /// Probability that the subject is male: both impressions and the network that sees the aligned mesh.
    pub(crate) fn male(
        &mut self,
        photo: &RgbImage,
        mesh: &Outcome<FaceMesh>,
        both: Outcome<Impressions>,
    ) -> Found<f32> {
        let third =
            attempt_on(mesh, self.gender.as_mut(), |mesh, session| gender::is_male(session, photo, mesh))?;
        Ok(both.zip(third).map(|(both, third)| both.male(third, &face_attributes().male)))
    }

    /// Probability that the eye or mouth that fills `crop` is open, 0 to 1.
    ///
    /// # Errors
    /// The network fails.
    pub(crate) fn part_is_open(&mut self, crop: &RgbImage, part: FacePart) -> Found<f32> {
        match part {
            FacePart::Eye => attempt(self.eye.as_mut(), |session| eyes::is_open_in_crop(session, crop)),
            FacePart::Mouth => attempt(self.mouth.as_mut(), |session| mouth::is_open_in_crop(session, crop)),
        }
    }
}

/// Years and the most likely group, from both impressions.
pub(crate) fn age_and_race(both: &Outcome<Impressions>) -> (Outcome<f32>, Outcome<Race>) {
    let table = face_attributes();
    let both = both.as_ref();
    let age = both.clone().map(|both| both.age(&table.age));
    (age, both.map(|both| both.race(&table.race)))
}

/// What a network with one output says about a square of the photo, which is mirrored at its edges.
fn one_logit(session: &mut ModelSession, photo: &RgbImage, square: &LevelSquare) -> Result<f32, StepError> {
    let size = session.image_size();
    let chip = photo.warp(&square.to_chip(size.width), size, Border::Reflect, Resampling::Antialiased)?;
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

/// From log-odds to a probability.
fn sigmoid(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

fn failed(reason: &str) -> StepError {
    StepError::Photo(reason.to_owned())
}
