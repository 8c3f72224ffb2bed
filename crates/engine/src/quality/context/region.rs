//! Convex regions of an image as one span of columns per row.

use std::ops::Range;

use faceward_core::Point;

use crate::image::Size;

/// A convex set of pixels: those whose centres lie inside a convex polygon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::quality) struct Region {
    spans: Vec<Range<u32>>,
}

impl Region {
    /// The pixels of an image of `size` inside the convex hull of `points`.
    pub(in crate::quality) fn hull(points: &[Point], size: Size) -> Self {
        let polygon = convex_hull(points);
        Self { spans: (0..size.height).map(|row| span(&polygon, row as f32 + 0.5, size.width)).collect() }
    }

    /// The pixels in this region and in `other`, which is of the same image.
    pub(in crate::quality) fn and(&self, other: &Self) -> Self {
        let meet = |(a, b): (&Range<u32>, &Range<u32>)| {
            let start = a.start.max(b.start);
            start..a.end.min(b.end).max(start)
        };
        Self { spans: self.spans.iter().zip(&other.spans).map(meet).collect() }
    }

    /// Number of pixels.
    pub(in crate::quality) fn area(&self) -> u64 {
        self.spans.iter().map(|span| u64::from(span.end - span.start)).sum()
    }

    /// Whether the pixel is in the region.
    pub(in crate::quality) fn contains(&self, x: u32, y: u32) -> bool {
        self.spans.get(y as usize).is_some_and(|span| span.contains(&x))
    }

    /// Each row and its columns, as indices.
    pub(in crate::quality) fn rows(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        self.spans.iter().enumerate().map(|(y, span)| (y, span.start as usize..span.end as usize))
    }

    /// The values of an image `width` wide that lie in the region, row by row.
    pub(in crate::quality) fn values<'a, T>(
        &'a self,
        image: &'a [T],
        width: u32,
    ) -> impl Iterator<Item = &'a T> {
        image
            .chunks_exact(width as usize)
            .zip(&self.spans)
            .flat_map(|(row, span)| &row[span.start as usize..span.end as usize])
    }
}

/// Columns whose centres lie inside `polygon` at height `y`, cut to 0..`width`.
fn span(polygon: &[Point], y: f32, width: u32) -> Range<u32> {
    let (mut left, mut right) = (f32::INFINITY, f32::NEG_INFINITY);
    for (idx, &from) in polygon.iter().enumerate() {
        let to = polygon[(idx + 1) % polygon.len()];
        if (from.y <= y) == (to.y <= y) {
            continue;
        }
        let x = from.x + (to.x - from.x) * (y - from.y) / (to.y - from.y);
        left = left.min(x);
        right = right.max(x);
    }
    // A column's centre lies at column + 0.5. Without a crossing both are infinite and the span is empty.
    let start = (left - 0.5).ceil().clamp(0.0, width as f32) as u32;
    let end = (right - 0.5).floor().clamp(-1.0, width as f32 - 1.0) + 1.0;
    start..(end as u32).max(start)
}

/// The corners of the convex hull, in order (Andrew's monotone chain).
fn convex_hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let mut hull = half_hull(sorted.iter().copied());
    hull.extend(half_hull(sorted.iter().rev().copied()));
    hull
}

/// One side of the hull of sorted points, without its last corner, which begins the other side.
fn half_hull(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut side: Vec<Point> = Vec::new();
    for point in points {
        while let [.., a, b] = side[..] {
            if (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) > 0.0 {
                break;
            }
            side.pop();
        }
        side.push(point);
    }
    side.pop();
    side
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points<const N: usize>(pairs: [(f32, f32); N]) -> Vec<Point> {
        pairs.map(|(x, y)| Point::new(x, y)).to_vec()
    }

    #[track_caller]
    fn check_area(corners: &[Point], expected: u64) {
        let region = Region::hull(corners, Size { width: 10, height: 8 });
        assert_eq!(region.area(), expected, "{region:?}");
    }

    #[test]
    fn a_square_covers_its_pixels_whatever_lies_inside() {
        check_area(&points([(2.0, 1.0), (6.0, 1.0), (6.0, 4.0), (2.0, 4.0), (3.0, 2.0)]), 12);
    }

    #[test]
    fn half_a_square_covers_half_its_pixels() {
        // Centres strictly below the diagonal of 8 x 8 pixels, and those on it.
        check_area(&points([(0.0, 0.0), (8.0, 8.0), (0.0, 8.0)]), 36);
    }

    #[test]
    fn what_lies_outside_of_the_image_is_cut() {
        check_area(&points([(-5.0, -5.0), (50.0, -5.0), (50.0, 50.0), (-5.0, 50.0)]), 80);
        check_area(&points([(20.0, 0.0), (30.0, 0.0), (30.0, 8.0), (20.0, 8.0)]), 0);
        check_area(&points([(-9.0, 0.0), (-2.0, 0.0), (-2.0, 8.0), (-9.0, 8.0)]), 0);
        check_area(&[], 0);
    }

    #[test]
    fn values_come_from_the_spans() {
        let size = Size { width: 3, height: 2 };
        let region = Region::hull(&points([(1.0, 0.0), (3.0, 0.0), (3.0, 2.0), (1.0, 2.0)]), size);
        let seen: Vec<u8> = region.values(&[1, 2, 3, 4, 5, 6], 3).copied().collect();
        assert_eq!(seen, [2, 3, 5, 6]);
        assert!(region.contains(1, 1) && !region.contains(0, 1) && !region.contains(1, 2));
        let left = Region::hull(&points([(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]), size);
        assert_eq!(region.and(&left).area(), 2);
    }
}
