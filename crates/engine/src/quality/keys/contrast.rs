//! Spread of brightness in the face: from the 2nd to the 98th percentile of luma in the landmarked region.
//!
//! Of the two readings that fit the examples of the OOTO documents (0.59 to 0.78), entropy / 8 and a span of
//! percentiles, the span is the one that falls in proportion when contrast does. The standard's dynamic range, an
//! entropy, is a component of its own.

use super::super::context::{Absent, FaceContext, Histogram, luma};

/// Share of pixels that is ignored at each end.
const TAIL: f64 = 0.02;

/// 0 (one tone) to 1 (from black to white).
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<f32, Absent> {
    let tones = face.aligned()?.colours().map(|pixel| luma(pixel).round() as u8);
    let histogram = Histogram::of(tones).ok_or_else(|| Absent::failed("the face is empty"))?;
    let span = histogram.quantile(1.0 - TAIL) - histogram.quantile(TAIL);
    Ok((span / 255.0) as f32)
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[track_caller]
    fn check(photo: &crate::image::RgbImage, expected: f32) {
        let value = sample::with_face(photo, measure).expect("a face");
        assert!((value - expected).abs() < 0.005, "{value}, expected {expected}");
    }

    #[test]
    fn one_tone_has_no_contrast_and_a_checker_has_its_difference() {
        check(&sample::flat([90; 3]), 0.0);
        check(&sample::checker([51; 3], [204; 3]), 0.6);
        check(&sample::checker([0; 3], [255; 3]), 1.0);
    }
}
