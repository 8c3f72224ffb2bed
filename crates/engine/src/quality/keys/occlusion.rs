//! Probability that something covers a part of the face: what the attributes say.

use super::super::context::{Absent, FaceContext, present};

/// 0 (all of the face is seen) to 1.
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<f32, Absent> {
    present(&face.input.attributes.occluded).copied()
}
