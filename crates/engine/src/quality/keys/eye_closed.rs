//! Probability that an eye is closed: what the attributes say about it, turned round.

use super::super::context::{Absent, FaceContext, present};

/// The subject's own left eye: 0 (open) to 1 (closed).
pub(in crate::quality) fn left(face: &FaceContext<'_>) -> Result<f32, Absent> {
    present(&face.input.attributes.left_eye_open).map(|open| 1.0 - open)
}

/// The subject's own right eye: 0 (open) to 1 (closed).
pub(in crate::quality) fn right(face: &FaceContext<'_>) -> Result<f32, Absent> {
    present(&face.input.attributes.right_eye_open).map(|open| 1.0 - open)
}
