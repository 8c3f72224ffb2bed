//! Under-exposure prevention: how much of the landmarked region is too dark to show anything.
//!
//! Native: share of pixels whose luminance is 0 to 25 of 255, 0 to 1. The standard leaves occluded parts out; no
//! occlusion mask is available here, so all of the region counts.

use super::super::context::{Absent, FaceContext};

/// First and last luminance that counts.
const RANGE: (u8, u8) = (0, 25);

/// Share of pixels that are too dark.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    Ok(face.aligned()?.histogram().share_between(RANGE.0, RANGE.1))
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn half_a_face_in_black_counts_half() {
        let value = sample::with_face(&sample::halves([0; 3], [140; 3]), native).expect("a face");
        assert!((value - 0.5).abs() < 0.01, "{value}");
        let value = sample::with_face(&sample::flat([140; 3]), native).expect("a face");
        assert!(value.abs() < 1e-12, "{value}");
    }
}
