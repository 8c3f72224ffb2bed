//! A face on its way through the steps: what they leave for each other, and the analysis as far as it is filled.

use faceward_core::Outcome;

use crate::analysis::FaceAnalysis;
use crate::attributes::{Findings, Impression, Impressions};
use crate::detection::Detection;
use crate::embedding::Recognised;
use crate::face::FaceGeometry;
use crate::landmarks::FaceMesh;

/// A face on its way through the steps. What no step has filled is unavailable.
pub(crate) struct FaceDraft {
    /// Where it is.
    pub(crate) geometry: FaceGeometry,
    /// Its mesh.
    pub(crate) mesh: Outcome<FaceMesh>,
    /// What the recognition networks say.
    pub(crate) recognised: Outcome<Recognised>,
    /// What the network that sees the face says.
    pub(crate) seen: Outcome<Findings>,
    /// What the network that sees the embedding says.
    pub(crate) embedded: Outcome<Impression>,
    /// Strength of the flare, 0 to 1.
    pub(crate) flare: Outcome<f32>,
    /// Everything for the caller.
    pub(crate) analysis: FaceAnalysis,
}

impl FaceDraft {
    /// A face of which only the detection is known.
    pub(crate) fn new(detection: &Detection) -> Self {
        Self {
            geometry: detection.geometry(),
            mesh: Outcome::Unavailable,
            recognised: Outcome::Unavailable,
            seen: Outcome::Unavailable,
            embedded: Outcome::Unavailable,
            flare: Outcome::Unavailable,
            analysis: FaceAnalysis::unfilled(detection.rect, detection.score, detection.points),
        }
    }

    /// What both networks take the person for.
    pub(crate) fn impressions(&self) -> Outcome<Impressions> {
        let face = self.seen.as_ref().map(|seen| seen.impression);
        face.zip(self.embedded.clone()).map(|(face, embedding)| Impressions { face, embedding })
    }
}
