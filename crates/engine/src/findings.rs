//! What single steps find out about a face.

use faceward_core::{ModelId, Outcome};

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

/// Whether a face is genuine, neither swapped nor generated.
#[derive(Clone, Debug, PartialEq)]
pub struct Genuineness {
    /// Calibrated score, 0 to 1, higher is more likely genuine; 0.9 is the stated operating point.
    pub score: f32,
    /// What the face would be if it were none: the answer that made the score as low as it is.
    pub suspected: Forgery,
    /// What lowers the confidence in the score: a face that the photo's edge cuts and the like. Stable `snake_case` words.
    pub reasons: Vec<&'static str>,
}

/// Ways of forging a face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// Another person's face was put in.
    Swap,
    /// The whole face was generated.
    Generated,
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
