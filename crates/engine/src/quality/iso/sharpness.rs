//! Sharpness, a measure of our own: the standard's is a forest of trees that cannot be had.
//!
//! Native: estimated blur radius in eye distances, lower is sharper (see `keys/blur`). Not conformant; the quality is
//! 100 times the probability that the blur is no defect.

use super::super::context::{Absent, FaceContext};
use super::super::keys::blur;
use super::Own;

/// Blur radius in eye distances, and its quality.
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<Own, Absent> {
    face.blur().map(|radius| Own::from_defect(radius, blur::score(radius)))
}
