//! What every step that looks at one face gets, and how it reports trouble.

use faceward_core::{FivePoints, PixelRect};
use faceward_inference::InferenceError;

/// Where a face is. Pixels of the photo that the step is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceGeometry {
    /// Detector box; may reach out of the photo.
    pub rect: PixelRect,
    /// Eyes, nose, mouth corners.
    pub points: FivePoints,
}

/// Why a step has no value for a face.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    /// The photo does not allow an answer; becomes `Outcome::Failed` for this face.
    #[error("{0}")]
    Photo(String),
    /// The runtime failed: the whole analysis does.
    #[error(transparent)]
    Inference(#[from] InferenceError),
}
