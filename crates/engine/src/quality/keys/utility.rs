//! How useful the face is for recognition: what the recognition networks say, see `crate::embedding`.

use super::super::context::{Absent, FaceContext, present};

/// 0 (of no use) to 1.
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<f32, Absent> {
    present(face.input.utility).copied()
}
