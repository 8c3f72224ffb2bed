//! What an analysis of a photo says. Immutable once built; all coordinates in pixels of the upright source photo.

use std::time::Duration;

use faceward_core::{Embedding, FivePoints, HeadPose, ModelId, Outcome, PixelRect, Point, Turn};

use crate::image::PhotoFormat;
use crate::quality::Quality;

/// Everything found in one photo.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The photo itself.
    pub photo: PhotoInfo,
    /// The faces that were analysed, largest first. With [`crate::Scope::Primary`] at most one.
    pub faces: Vec<FaceAnalysis>,
    /// Boxes of every face that was detected, largest first; the first `faces.len()` of them were analysed.
    pub detections: Vec<PixelRect>,
    /// Time of each step, in the order in which they ran; a step that ran for several faces is listed once, summed.
    pub timings: Vec<StepTiming>,
    /// Time of each network, in the order of their first runs.
    pub networks: Vec<NetworkTiming>,
}

/// Facts about the decoded photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoInfo {
    /// What the bytes are.
    pub format: PhotoFormat,
    /// Width of the upright photo in pixels.
    pub width: u32,
    /// Height of the upright photo in pixels.
    pub height: u32,
    /// How far the upright photo had to be turned before a face was found.
    pub turned: Turn,
}

/// One step's wall-clock time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepTiming {
    /// Stable `snake_case` name.
    pub step: &'static str,
    /// Time spent in it.
    pub duration: Duration,
    /// The part of it spent inside a network.
    pub network: Duration,
}

/// The runs of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkTiming {
    /// Id in the manifest.
    pub model: &'static str,
    /// How often it ran.
    pub runs: u32,
    /// Time of all runs.
    pub duration: Duration,
}

/// One face.
#[derive(Clone, Debug)]
pub struct FaceAnalysis {
    /// Detector box; not clamped to the photo.
    pub rect: PixelRect,
    /// Detector confidence, 0 to 1.
    pub confidence: f32,
    /// Eyes, nose and mouth corners.
    pub points: FivePoints,
    /// 478 points of the face mesh (468 of the face, 10 of the irises).
    pub mesh: Outcome<Vec<Point>>,
    /// The 68 points of the iBUG 300-W scheme.
    pub dense: Outcome<Vec<Point>>,
    /// Head rotation.
    pub pose: Outcome<HeadPose>,
    /// The face as a vector.
    pub embedding: Outcome<Embedding>,
    /// Presentation attack detection.
    pub liveness: Outcome<Liveness>,
    /// Probability that the face is genuine, neither swapped nor generated: 0 to 1.
    pub deepfake: Outcome<f32>,
    /// Eyes, mouth, expression and demography.
    pub attributes: Attributes,
    /// Quality measures.
    pub quality: Outcome<Quality>,
}

/// Passive liveness of one face.
#[derive(Clone, Debug, PartialEq)]
pub struct Liveness {
    /// Calibrated score, 0 to 1, higher is more likely bona fide; 0.85 is the stated operating point.
    pub score: f32,
    /// The networks' own scores before fusion, by model.
    pub raw: Vec<(ModelId, f32)>,
    /// What lowers the confidence in the score: crops without surroundings and the like. Stable `snake_case` words.
    pub reasons: Vec<&'static str>,
}

/// Estimates about the subject. Probabilities are 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Attributes {
    /// Probability that the subject's own left eye is open.
    pub left_eye_open: Outcome<f32>,
    /// Probability that the subject's own right eye is open.
    pub right_eye_open: Outcome<f32>,
    /// Probability that the mouth is open.
    pub mouth_open: Outcome<f32>,
    /// Probability that the expression is neutral.
    pub neutral: Outcome<f32>,
    /// Probability that the subject is male.
    pub male: Outcome<f32>,
    /// Age in years.
    pub age: Outcome<f32>,
    /// Most likely group.
    pub race: Outcome<Race>,
    /// Probability that the face wears a mask.
    pub masked: Outcome<f32>,
    /// Probability that something covers a part of the face: a mask, a hand, dark glasses, hair, an object.
    pub occluded: Outcome<f32>,
}

impl Attributes {
    /// Nothing was asked for.
    pub const NOT_REQUESTED: Self = Self {
        left_eye_open: Outcome::NotRequested,
        right_eye_open: Outcome::NotRequested,
        mouth_open: Outcome::NotRequested,
        neutral: Outcome::NotRequested,
        male: Outcome::NotRequested,
        age: Outcome::NotRequested,
        race: Outcome::NotRequested,
        masked: Outcome::NotRequested,
        occluded: Outcome::NotRequested,
    };
}

/// Groups that the training data distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Race {
    /// White.
    White,
    /// Black.
    Black,
    /// East and South-East Asian.
    Asian,
    /// South Asian.
    Indian,
    /// Everybody whom the training data does not name; never guessed further.
    Other,
}
