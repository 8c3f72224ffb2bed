//! Five points to the 112 px chip that embedding networks are trained on.
//!
//! A similarity transform (rotation, one scale, shift) that brings the points as near as it can to a template, in
//! the sense of least squares. Source: Umeyama, "Least-squares estimation of transformation parameters between two
//! point patterns", PAMI 1991; template: Deng et al., "`ArcFace`", 2019.

use faceward_core::{FivePoints, Point};

use crate::face::StepError;
use crate::image::{Affine, Border, ResampleError, Resampling, RgbImage, Size};

/// Side of the chip.
pub(crate) const CHIP: u32 = 112;

/// Where eyes, nose and mouth corners lie in the chip.
pub(crate) const TEMPLATE: [Point; 5] = [
    Point::new(38.2946, 51.6963),
    Point::new(73.5318, 51.5014),
    Point::new(56.0252, 71.7366),
    Point::new(41.5493, 92.3655),
    Point::new(70.7299, 92.2041),
];

/// The face upright on a chip of [`CHIP`] px, black beyond the photo.
///
/// # Errors
/// The points coincide, or show nothing of the photo.
pub(crate) fn chip(photo: &RgbImage, points: &FivePoints) -> Result<RgbImage, StepError> {
    let to_chip =
        to_chip(points).ok_or_else(|| StepError::Photo("the five points of the face coincide".to_owned()))?;
    Ok(warped(photo, &to_chip)?)
}

/// The chip that `to_chip` leads to.
pub(crate) fn warped(photo: &RgbImage, to_chip: &Affine) -> Result<RgbImage, ResampleError> {
    photo.warp(to_chip, Size::square(CHIP), Border::Zero, Resampling::Antialiased)
}

/// From the photo to the chip. `None` if the points coincide.
pub(crate) fn to_chip(points: &FivePoints) -> Option<Affine> {
    similarity(&points.to_array(), &TEMPLATE)
}

/// The rotation, scale and shift that bring `from` nearest to `to`. `None` if all of `from` coincide.
pub(crate) fn similarity<const N: usize>(from: &[Point; N], to: &[Point; N]) -> Option<Affine> {
    let (from_mean, to_mean) = (mean(from), mean(to));
    let (mut along, mut across, mut spread) = (0.0_f64, 0.0_f64, 0.0_f64);
    for (p, q) in from.iter().zip(to) {
        let (px, py) = (f64::from(p.x) - from_mean.0, f64::from(p.y) - from_mean.1);
        let (qx, qy) = (f64::from(q.x) - to_mean.0, f64::from(q.y) - to_mean.1);
        along += px * qx + py * qy;
        across += px * qy - py * qx;
        spread += px * px + py * py;
    }
    // In the plane the optimum has a closed form, without a singular value decomposition: as complex numbers, the
    // factor is the sum of conj(p) q over the sum of |p|^2.
    let (cos, sin) = (along / spread, across / spread);
    if !(cos.is_finite() && sin.is_finite()) || cos.hypot(sin) < 1e-9 {
        return None;
    }
    Some(Affine {
        a: cos as f32,
        b: -sin as f32,
        tx: (to_mean.0 - cos * from_mean.0 + sin * from_mean.1) as f32,
        c: sin as f32,
        d: cos as f32,
        ty: (to_mean.1 - sin * from_mean.0 - cos * from_mean.1) as f32,
    })
}

/// Mean x and y.
fn mean(points: &[Point]) -> (f64, f64) {
    let n_points = points.len() as f64;
    let sum = points.iter().fold((0.0, 0.0), |sum, p| (sum.0 + f64::from(p.x), sum.1 + f64::from(p.y)));
    (sum.0 / n_points, sum.1 / n_points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_point(actual: Point, x: f32, y: f32) {
        assert!(
            (actual.x - x).abs() < 1e-3 && (actual.y - y).abs() < 1e-3,
            "{actual:?}, expected ({x}, {y})"
        );
    }

    #[test]
    fn a_quarter_turn_with_doubling_and_a_shift_is_recovered() {
        let from = [Point::new(0.0, 0.0), Point::new(1.0, 0.0), Point::new(0.0, 1.0)];
        // (x, y) -> (5 - 2 y, 7 + 2 x)
        let to = [Point::new(5.0, 7.0), Point::new(5.0, 9.0), Point::new(3.0, 7.0)];
        let map = similarity(&from, &to).expect("distinct points");
        check_point(map.apply(Point::new(3.0, 4.0)), -3.0, 13.0);
        check_point(map.inverse().expect("invertible").apply(Point::new(-3.0, 13.0)), 3.0, 4.0);
        assert!((map.scale() - 2.0).abs() < 1e-5);
    }

    #[test]
    fn no_similarity_does_better_than_the_one_found() {
        // A square to a square with one corner pulled out: the closed form's value, by hand:
        // centred from (+-1, +-1), to = from + (1, 1) at one corner; factor = (8 + 2) / 8.
        let from = [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)].map(|(x, y)| Point::new(x, y));
        let mut to = from;
        to[3] = Point::new(2.0, 2.0);
        let map = similarity(&from, &to).expect("distinct points");
        assert!((map.a - 1.25).abs() < 1e-6 && map.b.abs() < 1e-6, "{map:?}");
        check_point(map.apply(Point::new(0.0, 0.0)), 0.25, 0.25);
    }

    #[test]
    fn points_in_one_place_have_no_direction() {
        assert_eq!(similarity(&[Point::new(4.0, 4.0); 5], &TEMPLATE), None);
    }

    #[test]
    fn a_face_on_the_template_is_copied() {
        let size = Size::square(CHIP);
        let rgb = (0..size.pixels() as usize * 3).map(|idx| (idx % 251) as u8).collect();
        let photo = RgbImage::new(size, rgb).expect("square");
        let chip = chip(&photo, &FivePoints::from_array(TEMPLATE)).expect("distinct points");
        assert_eq!(chip, photo);
    }
}
