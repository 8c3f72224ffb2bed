//! Dynamic range: how many tones the landmarked region has.
//!
//! Native: entropy of the luminance histogram in bits, 0 to 8.

use super::super::context::{Absent, FaceContext};

/// Entropy in bits.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    Ok(face.aligned()?.histogram().entropy())
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn one_tone_has_no_bit_and_two_have_one() {
        let flat = sample::with_face(&sample::flat([128; 3]), native).expect("a face");
        assert!(flat.abs() < 1e-12, "{flat}");
        let checker = sample::with_face(&sample::checker([0; 3], [255; 3]), native).expect("a face");
        assert!((checker - 1.0).abs() < 0.01, "{checker}");
    }
}
