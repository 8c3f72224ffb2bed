//! The standard's aligned image: 616 x 616, eyes, nose and mouth at fixed places.
//!
//! The similarity that takes our five points there is found as the reference implementation finds it: the pair of
//! points whose exact similarity has the least median error over all five (all ten pairs are tried, so nothing is
//! random), then least squares over the points which that one fits. A nose that a turned head moves is left out.

use faceward_core::Point;

use super::Landmarks;
use crate::image::{Affine, Size};

/// Side of the aligned image.
pub(in crate::quality) const ALIGNED: Size = Size::square(616);

/// Eye centres, nose tip, mouth corners in the aligned image. The standard counts from pixel centres: hence the half.
const REFERENCE: [Point; 5] = [
    Point::new(251.5, 272.5),
    Point::new(364.5, 272.5),
    Point::new(308.5, 336.5),
    Point::new(262.5, 402.5),
    Point::new(355.5, 402.5),
];

/// OpenCV's bound on a fitting point's error per root of the median squared error: 2.5 x 1.4826 x (1 + 5 / (5 - 2)).
const INLIER_FACTOR: f32 = 2.5 * 1.4826 * (1.0 + 5.0 / 3.0);

/// From the photo to the aligned image; `None` if the points coincide.
pub(in crate::quality) fn to_aligned(marks: &Landmarks) -> Option<Affine> {
    let [left_eye, right_eye] = marks.eye_centres();
    let [left_mouth, right_mouth] = marks.mouth_corners;
    let points = [left_eye, right_eye, marks.nose, left_mouth, right_mouth];
    let pairs: Vec<(Point, Point)> = points.into_iter().zip(REFERENCE).collect();
    let (first_guess, median) = least_median(&pairs)?;
    let bound = (INLIER_FACTOR * median).max(0.001);
    let fitting: Vec<_> = pairs.iter().copied().filter(|pair| error(&first_guess, pair) <= bound).collect();
    similarity(&fitting)
}

/// The exact similarity of two of the `pairs` with the least median error over all, and that error.
fn least_median(pairs: &[(Point, Point)]) -> Option<(Affine, f32)> {
    let mut best: Option<(Affine, f32)> = None;
    for first in 0..pairs.len() {
        for second in first + 1..pairs.len() {
            let Some(candidate) = similarity(&[pairs[first], pairs[second]]) else { continue };
            let mut errors: Vec<f32> = pairs.iter().map(|pair| error(&candidate, pair)).collect();
            errors.sort_by(f32::total_cmp);
            let median = errors[errors.len() / 2];
            if best.as_ref().is_none_or(|(_, least)| median < *least) {
                best = Some((candidate, median));
            }
        }
    }
    best
}

fn error(map: &Affine, (from, to): &(Point, Point)) -> f32 {
    map.apply(*from).distance(*to)
}

/// The rotation, scale and shift that takes the first points nearest to the second ones in the least-squares sense.
fn similarity(pairs: &[(Point, Point)]) -> Option<Affine> {
    let count = pairs.len() as f32;
    let mean = |of: fn(&(Point, Point)) -> f32| pairs.iter().map(of).sum::<f32>() / count;
    let (from_x, from_y) = (mean(|pair| pair.0.x), mean(|pair| pair.0.y));
    let (to_x, to_y) = (mean(|pair| pair.1.x), mean(|pair| pair.1.y));
    let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
    for (from, to) in pairs {
        let (x, y) = (from.x - from_x, from.y - from_y);
        let (u, v) = (to.x - to_x, to.y - to_y);
        along += x * u + y * v;
        across += x * v - y * u;
        spread += x * x + y * y;
    }
    if !spread.is_finite() || spread <= f32::EPSILON {
        return None;
    }
    let (a, c) = (along / spread, across / spread);
    let map = Affine { a, b: -c, tx: 0.0, c, d: a, ty: 0.0 };
    let moved = map.apply(Point::new(from_x, from_y));
    Some(Affine { tx: to_x - moved.x, ty: to_y - moved.y, ..map })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Turns by 90 degrees, doubles, shifts by (10, 20).
    fn turned(point: Point) -> Point {
        Point::new(10.0 - 2.0 * point.y, 20.0 + 2.0 * point.x)
    }

    #[test]
    fn a_similarity_is_found_from_its_images() {
        let pairs =
            [(0.0, 0.0), (1.0, 0.0), (3.0, 5.0)].map(|(x, y)| Point::new(x, y)).map(|p| (p, turned(p)));
        let found = similarity(&pairs).expect("three places");
        for (from, to) in pairs {
            assert!(
                found.apply(from).distance(to) < 1e-4,
                "{from:?} goes to {:?}, not {to:?}",
                found.apply(from)
            );
        }
    }

    #[test]
    fn one_point_out_of_five_does_not_move_the_others() {
        let mut pairs = REFERENCE.map(|p| (p, p));
        pairs[2].0.x += 60.0;
        let (map, median) = least_median(&pairs).expect("five places");
        assert!(median < 1e-3 && error(&map, &pairs[0]) < 1e-3, "{map:?} leaves {median}");
    }

    #[test]
    fn coinciding_points_have_no_similarity() {
        let point = Point::new(3.0, 4.0);
        assert_eq!(similarity(&[(point, REFERENCE[0]), (point, REFERENCE[1])]), None);
    }
}
