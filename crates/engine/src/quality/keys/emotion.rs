//! Probability that the expression is not neutral: what the attributes say, turned round.

use super::super::context::{Absent, FaceContext, present};

/// 0 (neutral) to 1.
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<f32, Absent> {
    present(&face.input.attributes.neutral).map(|neutral| 1.0 - neutral)
}
