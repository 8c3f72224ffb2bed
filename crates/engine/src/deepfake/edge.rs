//! How near a face is to the edge of its photo.

use faceward_core::{FivePoints, Point};

use crate::image::Size;

/// The photo's edge cuts the face, or nearly: genuine ones are called forged more often there.
pub const NEAR_EDGE: &str = "near_edge";

/// Distance of the nearest of eyes and mouth corners from the edge of a photo of `photo`, in distances between the eyes;
/// below 0 where it lies outside. `None` where the eyes are in one place or a point is not finite.
pub(super) fn room(photo: Size, points: &FivePoints) -> Option<f32> {
    let (left, right) = (points.image_left_eye, points.image_right_eye);
    let eyes = (right.x - left.x).hypot(right.y - left.y);
    let to_edge = |point: Point| {
        [point.x, point.y, photo.width as f32 - point.x, photo.height as f32 - point.y]
            .into_iter()
            .fold(f32::INFINITY, f32::min)
    };
    let seen = [left, right, points.image_left_mouth, points.image_right_mouth];
    let finite = seen.iter().all(|point| point.x.is_finite() && point.y.is_finite());
    let nearest = seen.into_iter().map(to_edge).fold(f32::INFINITY, f32::min);
    (finite && eyes > 0.0).then(|| nearest / eyes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face whose eyes are 20 pixels apart, its left eye at `x`, `y`.
    fn face(x: f32, y: f32) -> FivePoints {
        let at = |right: f32, down: f32| Point::new(x + right, y + down);
        FivePoints::from_array([at(0.0, 0.0), at(20.0, 0.0), at(10.0, 12.0), at(2.0, 24.0), at(18.0, 24.0)])
    }

    #[track_caller]
    fn check(points: &FivePoints, expected: Option<f32>) {
        assert_eq!(room(Size { width: 200, height: 100 }, points), expected, "{points:?}");
    }

    #[test]
    fn the_nearest_edge_counts_on_every_side() {
        check(&face(30.0, 45.0), Some(1.5));
        check(&face(160.0, 40.0), Some(1.0));
        check(&face(90.0, 10.0), Some(0.5));
        check(&face(90.0, 71.0), Some(0.25));
        check(&face(-5.0, 40.0), Some(-0.25));
    }

    #[test]
    fn no_distance_between_the_eyes_is_no_measure() {
        let mut points = face(90.0, 40.0);
        points.image_right_eye = points.image_left_eye;
        check(&points, None);
        points.image_right_eye = Point::new(f32::NAN, 40.0);
        check(&points, None);
    }
}
