//! Luminance mean: average light of the landmarked region.
//!
//! Native: mean luminance, linear in light, 0 to 1. Best between 0.3 and 0.7.

use super::super::context::{Absent, FaceContext};

/// Mean luminance.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    Ok(face.aligned()?.histogram().mean())
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn middle_grey_gives_a_fifth_of_the_light() {
        let value = sample::with_face(&sample::flat([128; 3]), native).expect("a face");
        assert!((value - 55.0 / 255.0).abs() < 1e-9, "{value}");
    }
}
