//! Blur of a face, out of focus or moved: its radius, and from it the probability of a defect.
//!
//! The radius is the standard deviation of the Gaussian that would have blurred a sharp face as much, in eye
//! distances: a property of the face, not of how many pixels show it. It is estimated from slopes at four levels of
//! smoothing (`slopes`) by a quadratic form fitted on faces blurred in known ways and then compressed, darkened,
//! brightened, flattened and made noisy: `training/calibration/fit_quality.py`; figures in
//! `models/calibration/defects.toml`.

mod slopes;

use faceward_core::PixelRect;
use faceward_models::calibration::defects::defects;

use super::super::context::{Absent, FaceContext, GreyCrop, Landmarks, bounding_box};
use super::super::mapping::sigmoid;
use crate::image::RgbImage;

/// Fewest pixels, after shrinking, in which sharpness can be told.
const MIN_AREA: u64 = 200;

/// Probability that the face is too blurred: 0 to 1.
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<f32, Absent> {
    face.blur().map(|radius| score(radius) as f32)
}

/// The probability that belongs to a radius in eye distances.
pub(in crate::quality) fn score(radius: f64) -> f64 {
    let fit = &defects().blur.score;
    sigmoid(radius.ln(), fit.x0.ln(), fit.w)
}

/// Estimated blur radius in eye distances.
pub(in crate::quality) fn radius(photo: &RgbImage, marks: &Landmarks) -> Result<f64, Absent> {
    let (features, eye_distance) = slope_ratios(photo, marks)?;
    Ok(quadratic(&defects().blur.weights, &features).exp() / eye_distance)
}

/// What the radius is estimated from, and the eye distance in the pixels on which it was measured.
fn slope_ratios(photo: &RgbImage, marks: &Landmarks) -> Result<([f64; 6], f64), Absent> {
    let eye_distance = f64::from(marks.eye_distance());
    // A whole factor keeps the pixels as sharp as they are; it leaves faces of one to two times the working size.
    let shrink = (eye_distance / defects().blur.eye_distance).floor().max(1.0);
    let rect = grown(&bounding_box(&marks.outline), 2.0 * shrink as f32);
    let crop = GreyCrop::new(photo, &rect, shrink as u32)
        .ok_or_else(|| Absent::failed("the face lies outside of the photo"))?;
    let region = crop.hull(&marks.outline);
    if region.area() < MIN_AREA {
        return Err(Absent::failed("the face is too small to tell its sharpness"));
    }
    Ok((slopes::features(&crop.image, &region), eye_distance / shrink))
}

fn grown(rect: &PixelRect, by: f32) -> PixelRect {
    PixelRect { left: rect.left - by, top: rect.top - by, right: rect.right + by, bottom: rect.bottom + by }
}

/// `weights` times 1, every feature, and every product of two of them (i <= j), in this order.
fn quadratic(weights: &[f64], features: &[f64]) -> f64 {
    let products =
        features.iter().enumerate().flat_map(|(idx, a)| features[idx..].iter().map(move |b| a * b));
    let terms = std::iter::once(1.0).chain(features.iter().copied()).chain(products);
    weights.iter().zip(terms).map(|(weight, term)| weight * term).sum()
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn a_quadratic_form_has_its_terms_in_order() {
        let weights = [1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0];
        // 1 + 10 a + 100 b + 1000 a a + 10000 a b + 100000 b b
        let value = quadratic(&weights, &[2.0, 3.0]);
        assert!((value - (1.0 + 20.0 + 300.0 + 4_000.0 + 60_000.0 + 900_000.0)).abs() < 1e-6, "{value}");
    }

    /// Figures of `training/calibration/check_features.py`: what was fitted is what is measured here.
    #[test]
    fn the_fitting_script_sees_the_same_slopes() {
        for (photo, expected) in [
            (sample::bars(4.0), [0.3157, 0.6533, 1.656, 0.2556, 0.5092, 1.552]),
            (sample::waves(), [0.1876, 0.7423, 2.763, 0.2399, 0.9084, 2.5931]),
        ] {
            let seen = sample::with_face(&photo, |face| slope_ratios(face.input.photo, face.marks()?));
            let (features, eye_distance) = seen.expect("a face");
            assert!((eye_distance - 56.5).abs() < 1e-3, "{eye_distance}");
            for (feature, expected) in features.into_iter().zip(expected) {
                assert!((feature - expected).abs() < 0.001, "{features:?}, expected {expected}");
            }
        }
    }

    #[test]
    fn half_of_the_scores_lie_on_each_side_of_the_fitted_radius() {
        let middle = defects().blur.score.x0;
        assert!((score(middle) - 0.5).abs() < 1e-9);
        assert!(score(middle / 2.0) < 0.1 && score(middle * 2.0) > 0.9);
    }

    #[test]
    fn softer_edges_have_a_larger_radius() {
        let radii = [0.0, 2.0, 4.0, 8.0]
            .map(|ramp| sample::with_face(&sample::bars(ramp), |face| face.blur().expect("a face")));
        assert!(radii.windows(2).all(|pair| pair[0] < pair[1]), "{radii:?}");
    }
}
