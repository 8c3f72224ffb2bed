//! Brightness of the face as it looks: mean luma of the landmarked region.
//!
//! Gamma is kept (Rec. 601 luma of the sRGB bytes): on this scale ordinary faces lie between 0.3 and 0.7, as in the
//! examples of the OOTO documents. The standard's luminance mean, linear in light, is a component of its own.

use super::super::context::{Absent, FaceContext, luma};

/// 0 (black) to 1 (white).
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<f32, Absent> {
    let (mut sum, mut count) = (0.0_f64, 0.0_f64);
    for pixel in face.aligned()?.colours() {
        sum += f64::from(luma(pixel));
        count += 1.0;
    }
    Ok((sum / count / 255.0) as f32)
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn a_grey_face_is_as_bright_as_its_grey() {
        for (grey, expected) in [(0, 0.0), (51, 0.2), (204, 0.8), (255, 1.0)] {
            let value = sample::with_face(&sample::flat([grey; 3]), measure).expect("a face");
            assert!((value - expected).abs() < 1e-3, "{grey} gives {value}");
        }
    }
}
