//! Grey crops of the photo in its own pixels, shrunk by whole factors only: no resampling that could blur.

use faceward_core::{PixelRect, Point};

use super::{Region, luma};
use crate::image::{RgbImage, Size};

/// Luma, 0 to 255, rows top to bottom.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::quality) struct GreyImage {
    size: Size,
    values: Vec<f32>,
}

/// A grey crop and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::quality) struct GreyCrop {
    /// The crop.
    pub(in crate::quality) image: GreyImage,
    /// The photo's column and row of its first pixel.
    pub(in crate::quality) origin: [u32; 2],
    /// Pixels of the photo per pixel of the crop, along each side.
    pub(in crate::quality) shrunk: u32,
}

impl GreyImage {
    /// An image of `size`; `None` if `values` are not as many or none.
    pub(in crate::quality) fn new(size: Size, values: Vec<f32>) -> Option<Self> {
        (values.len() as u64 == size.pixels() && !values.is_empty()).then_some(Self { size, values })
    }

    /// Width and height.
    pub(in crate::quality) fn size(&self) -> Size {
        self.size
    }

    /// All values, row by row.
    pub(in crate::quality) fn values(&self) -> &[f32] {
        &self.values
    }

    /// Rows from top to bottom.
    pub(in crate::quality) fn rows(&self) -> impl DoubleEndedIterator<Item = &[f32]> + ExactSizeIterator {
        self.values.chunks_exact(self.size.width as usize)
    }

    /// An image of the same size; `fill` gets each row and the row to write.
    pub(in crate::quality) fn map_rows(&self, fill: impl Fn(&[f32], &mut [f32])) -> Self {
        let mut values = vec![0.0; self.values.len()];
        let width = self.size.width as usize;
        for (row, out) in self.rows().zip(values.chunks_exact_mut(width)) {
            fill(row, out);
        }
        Self { size: self.size, values }
    }

    /// The image mirrored at its diagonal: columns become rows.
    pub(in crate::quality) fn transposed(&self) -> Self {
        let mut values = Vec::with_capacity(self.values.len());
        for column in 0..self.size.width as usize {
            values.extend(self.rows().map(|row| row[column]));
        }
        Self { size: Size { width: self.size.height, height: self.size.width }, values }
    }

    /// Means of `factor` x `factor` pixels; an incomplete last row or column is dropped. `None` if nothing remains.
    pub(in crate::quality) fn shrunk(&self, factor: u32) -> Option<Self> {
        let size = Size { width: self.size.width / factor, height: self.size.height / factor };
        let factor = factor as usize;
        let width = size.width as usize;
        let mut values = vec![0.0_f32; width * size.height as usize];
        for (y, row) in self.rows().take(factor * size.height as usize).enumerate() {
            let start = y / factor * width;
            for (sum, part) in values[start..start + width].iter_mut().zip(row.chunks_exact(factor)) {
                *sum += part.iter().sum::<f32>();
            }
        }
        let count = (factor * factor) as f32;
        values.iter_mut().for_each(|value| *value /= count);
        Self::new(size, values)
    }
}

impl GreyCrop {
    /// The part of `photo` under `rect`, in means of `shrink` x `shrink` pixels. `None` if nothing of it is inside.
    pub(in crate::quality) fn new(photo: &RgbImage, rect: &PixelRect, shrink: u32) -> Option<Self> {
        let cut = rect.clamped(photo.width(), photo.height());
        let (left, top) = (cut.left.floor() as usize, cut.top.floor() as usize);
        let (right, bottom) = (cut.right.ceil() as usize, cut.bottom.ceil() as usize);
        let mut values = Vec::with_capacity(right.saturating_sub(left) * bottom.saturating_sub(top));
        for row in photo.rows().take(bottom).skip(top) {
            values.extend(row[3 * left..3 * right].as_chunks::<3>().0.iter().map(|&pixel| luma(pixel)));
        }
        let size = Size { width: (right - left) as u32, height: (bottom - top) as u32 };
        let image = GreyImage::new(size, values)?;
        let image = if shrink > 1 { image.shrunk(shrink)? } else { image };
        Some(Self { image, origin: [left as u32, top as u32], shrunk: shrink })
    }

    /// The convex hull of `points`, given in pixels of the photo, as pixels of the crop.
    pub(in crate::quality) fn hull(&self, points: &[Point]) -> Region {
        let shrink = self.shrunk as f32;
        let [left, top] = self.origin.map(|first| first as f32);
        let inside: Vec<Point> = points
            .iter()
            .map(|point| Point::new((point.x - left) / shrink, (point.y - top) / shrink))
            .collect();
        Region::hull(&inside, self.image.size())
    }
}

/// The box round `points`.
pub(in crate::quality) fn bounding_box(points: &[Point]) -> PixelRect {
    let edge = |of: fn(&Point) -> f32, start: f32, better: fn(f32, f32) -> f32| {
        points.iter().map(of).fold(start, better)
    };
    PixelRect {
        left: edge(|point| point.x, f32::INFINITY, f32::min),
        top: edge(|point| point.y, f32::INFINITY, f32::min),
        right: edge(|point| point.x, f32::NEG_INFINITY, f32::max),
        bottom: edge(|point| point.y, f32::NEG_INFINITY, f32::max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> GreyImage {
        let size = Size { width: 5, height: 4 };
        GreyImage::new(size, (0..20_u8).map(f32::from).collect()).expect("twenty values")
    }

    #[test]
    fn shrinking_takes_means_of_whole_blocks() {
        let half = counting().shrunk(2).expect("two by two");
        assert_eq!(half.size(), Size { width: 2, height: 2 });
        assert_eq!(half.values(), [3.0, 5.0, 13.0, 15.0]);
        assert_eq!(counting().shrunk(6), None);
    }

    #[test]
    fn columns_become_rows() {
        let turned = counting().transposed();
        assert_eq!(turned.size(), Size { width: 4, height: 5 });
        assert_eq!(turned.values()[..5], [0.0, 5.0, 10.0, 15.0, 1.0]);
    }

    #[test]
    fn a_crop_is_cut_to_the_photo() {
        let photo = RgbImage::filled(Size { width: 6, height: 4 }, [10, 10, 10]).expect("not empty");
        let rect = PixelRect { left: 4.2, top: -3.0, right: 9.0, bottom: 2.5 };
        let crop = GreyCrop::new(&photo, &rect, 1).expect("six pixels");
        assert_eq!((crop.origin, crop.image.size()), ([4, 0], Size { width: 2, height: 3 }));
        assert!(crop.image.values().iter().all(|value| (value - 10.0).abs() < 1e-3));
        let outside = PixelRect { left: 7.0, top: 0.0, right: 9.0, bottom: 2.0 };
        assert_eq!(GreyCrop::new(&photo, &outside, 1), None);
    }

    #[test]
    fn points_follow_into_the_crop() {
        let photo = RgbImage::filled(Size { width: 20, height: 20 }, [0, 0, 0]).expect("not empty");
        let rect = PixelRect { left: 4.0, top: 4.0, right: 20.0, bottom: 20.0 };
        let crop = GreyCrop::new(&photo, &rect, 2).expect("inside");
        let square = [(8.0, 8.0), (12.0, 8.0), (12.0, 12.0), (8.0, 12.0)].map(|(x, y)| Point::new(x, y));
        assert_eq!(crop.hull(&square).area(), 4);
        let around = bounding_box(&square);
        assert_eq!((around.left, around.bottom), (8.0, 12.0));
    }
}
