//! Illumination uniformity: how much the light on both cheeks has in common.
//!
//! Native: the overlap of the luminance histograms of the two cheek zones, 0 (nothing) to 1 (equal).

use super::super::context::{Absent, FaceContext, Histogram};

/// Overlap of the two histograms.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    let aligned = face.aligned()?;
    let [left, right] = aligned.zones().map(|zone| Histogram::of(aligned.zone_luminance(zone)));
    left.zip(right)
        .map(|(left, right)| left.overlap(&right))
        .ok_or_else(|| Absent::failed("the cheeks are empty"))
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn equal_cheeks_share_everything_and_opposite_ones_nothing() {
        let even = sample::with_face(&sample::flat([120; 3]), native).expect("a face");
        assert!((even - 1.0).abs() < 1e-12, "{even}");
        let halves = sample::with_face(&sample::halves([40; 3], [200; 3]), native).expect("a face");
        assert!(halves.abs() < 1e-12, "{halves}");
    }
}
