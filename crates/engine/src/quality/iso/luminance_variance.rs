//! Luminance variance: how much light and shade the landmarked region has.
//!
//! Native: variance of the luminance, linear in light, 0 to 0.25. Best near 1/60.

use super::super::context::{Absent, FaceContext};

/// Variance of the luminance.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    Ok(face.aligned()?.histogram().variance())
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn black_and_white_have_the_greatest_variance_and_one_tone_none() {
        let checker = sample::with_face(&sample::checker([0; 3], [255; 3]), native).expect("a face");
        assert!((checker - 0.25).abs() < 0.001, "{checker}");
        let flat = sample::with_face(&sample::flat([70; 3]), native).expect("a face");
        assert!(flat.abs() < 1e-12, "{flat}");
    }
}
