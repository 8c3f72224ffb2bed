//! What is kept of an analysis: what protocols judge, in a form that a journal can hold.

use std::collections::BTreeMap;

use faceward_core::{Embedding, ModelId, Outcome, Point};
use faceward_engine::quality::Assessment;
use faceward_engine::{FaceAnalysis, Race};
use faceward_models::calibration::projection::projection;
use serde::{Deserialize, Serialize};

/// One photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Observed {
    /// The face, or why there is none.
    pub(crate) sight: Sight,
    /// Trivial features of the photo, where they were asked for and it could be decoded.
    pub(crate) trivial: Option<Vec<f64>>,
}

/// A face, or none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sight {
    /// The chosen face.
    Face(Box<FaceRecord>),
    /// Probability that the eye or mouth that fills the photo is open.
    Part(Reading<f32>),
    /// No face, for this reason.
    Nothing(String),
}

/// A value, or why there is none. The serialisable twin of [`Outcome`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reading<T> {
    /// The engine says this.
    Value(T),
    /// The face does not allow an answer.
    Failed(String),
    /// There is no model for it.
    Unavailable,
    /// Nobody asked for it.
    NotRequested,
}

/// What the engine says about one face. Units and directions are those of [`FaceAnalysis`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FaceRecord {
    /// Box: left, top, right, bottom.
    pub(crate) rect: [f32; 4],
    /// Detector confidence, 0 to 1.
    pub(crate) confidence: f32,
    /// The 68 points, x and y.
    pub(crate) points: Reading<Vec<[f32; 2]>>,
    /// Id of the model that made the embedding, and the unit vector.
    pub(crate) embedding: Reading<(String, Vec<f32>)>,
    /// Probability of a bona fide presentation.
    pub(crate) liveness: Reading<f32>,
    /// What lowers the trust in it.
    pub(crate) liveness_reasons: Vec<String>,
    /// Probability of a genuine face.
    pub(crate) genuine: Reading<f32>,
    /// Score of the photographed face of a human.
    pub(crate) photographed: Reading<f32>,
    /// Eyes, mouth, expression, demography.
    pub(crate) attributes: Attributes,
    /// Quality measures that have a value, by name; components of ISO/IEC 29794-5 as `iso.<name>`, 0 to 100.
    pub(crate) quality: BTreeMap<String, f32>,
}

/// Estimates about the subject; probabilities, but for age (years) and race (a label).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attributes {
    pub(crate) left_eye_open: Reading<f32>,
    pub(crate) right_eye_open: Reading<f32>,
    pub(crate) mouth_open: Reading<f32>,
    pub(crate) neutral: Reading<f32>,
    pub(crate) male: Reading<f32>,
    pub(crate) age: Reading<f32>,
    pub(crate) race: Reading<String>,
    pub(crate) masked: Reading<f32>,
}

impl<T> Reading<T> {
    /// The value, if there is one.
    pub(crate) const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Failed(_) | Self::Unavailable | Self::NotRequested => None,
        }
    }
}

impl<T> From<Outcome<T>> for Reading<T> {
    fn from(outcome: Outcome<T>) -> Self {
        match outcome {
            Outcome::Value(value) => Self::Value(value),
            Outcome::Failed(reason) => Self::Failed(reason),
            Outcome::Unavailable => Self::Unavailable,
            Outcome::NotRequested => Self::NotRequested,
        }
    }
}

impl FaceRecord {
    /// The embedding as the engine gave it.
    #[must_use]
    pub(crate) fn whole_embedding(&self) -> Option<Embedding> {
        let (model, vector) = self.embedding.value()?;
        Embedding::restored(ModelId::new(model), vector.clone())
    }

    /// The embedding as it is compared.
    #[must_use]
    pub(crate) fn embedding(&self) -> Option<Embedding> {
        Some(projection().compared(&self.whole_embedding()?).into_owned())
    }
}

impl From<FaceAnalysis> for FaceRecord {
    fn from(face: FaceAnalysis) -> Self {
        let points = |points: Vec<Point>| points.into_iter().map(|point| [point.x, point.y]).collect();
        let vector = |one: Embedding| (one.model().as_str().to_owned(), one.vector().to_vec());
        let reasons = face.liveness.value().map(|liveness| liveness.reasons.iter().map(|r| (*r).to_owned()));
        Self {
            quality: measures(&face),
            rect: [face.rect.left, face.rect.top, face.rect.right, face.rect.bottom],
            confidence: face.confidence,
            points: face.dense.map(points).into(),
            embedding: face.embedding.map(vector).into(),
            liveness_reasons: reasons.into_iter().flatten().collect(),
            liveness: face.liveness.map(|liveness| liveness.score).into(),
            photographed: face.photographed.into(),
            genuine: face.genuine.map(|genuine| genuine.score).into(),
            attributes: face.attributes.into(),
        }
    }
}

impl From<faceward_engine::Attributes> for Attributes {
    fn from(attributes: faceward_engine::Attributes) -> Self {
        Self {
            left_eye_open: attributes.left_eye_open.into(),
            right_eye_open: attributes.right_eye_open.into(),
            mouth_open: attributes.mouth_open.into(),
            neutral: attributes.neutral.into(),
            male: attributes.male.into(),
            age: attributes.age.into(),
            race: attributes.race.map(|race| label(race).to_owned()).into(),
            masked: attributes.masked.into(),
        }
    }
}

const fn label(race: Race) -> &'static str {
    match race {
        Race::White => "white",
        Race::Black => "black",
        Race::Asian => "asian",
        Race::Indian => "indian",
        Race::Other => "other",
    }
}

/// Every measure and component with a value.
fn measures(face: &FaceAnalysis) -> BTreeMap<String, f32> {
    let measures = face.quality.iter();
    let measures = measures.filter_map(|(key, outcome)| Some((key.name().to_owned(), *outcome.value()?)));
    let components = face.components.value().into_iter().flatten();
    let components = components.filter_map(|line| match &line.assessment {
        Assessment::Assessed(result) => {
            Some((format!("iso.{}", line.component.name()), f32::from(result.quality)))
        }
        Assessment::NotAssessed(_) => None,
    });
    measures.chain(components).collect()
}
