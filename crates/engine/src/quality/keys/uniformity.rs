//! Evenness of the light: `D^0.3`, with D the overlap of the luminance histograms of both cheeks.
//!
//! The quality of the standard's illumination uniformity before it is scaled to 100 and rounded.

use super::super::context::{Absent, FaceContext};
use super::super::iso::illumination_uniformity;

/// 0 (nothing in common) to 1 (the same light).
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<f32, Absent> {
    illumination_uniformity::native(face).map(|overlap| overlap.powf(0.3) as f32)
}
