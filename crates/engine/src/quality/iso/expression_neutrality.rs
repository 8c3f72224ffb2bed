//! Expression neutrality, a measure of our own: the standard's networks cannot be had.
//!
//! Native: probability that the expression is neutral, 0 to 1, by this engine's own networks. Not conformant; the
//! quality is 100 times that.

use super::super::context::{Absent, FaceContext, present};
use super::Own;

/// Probability of a neutral expression, and its quality.
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<Own, Absent> {
    present(&face.input.attributes.neutral)
        .map(|&neutral| Own::from_defect(neutral.into(), 1.0 - f64::from(neutral)))
}
