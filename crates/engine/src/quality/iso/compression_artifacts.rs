//! Compression artifacts, a measure of our own: the standard's is a network that cannot be had.
//!
//! Native: strength of the grid of compression blocks, lower is cleaner (see `keys/macroblocks`). Not conformant; the
//! quality is 100 times the probability that the blocks are no defect.

use super::super::context::{Absent, FaceContext};
use super::super::keys::macroblocks;
use super::Own;

/// Blockiness, and its quality.
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<Own, Absent> {
    face.blockiness().map(|blockiness| Own::from_defect(blockiness, macroblocks::score(blockiness)))
}
