//! The face in the standard's aligned image, as far as its landmarked region reaches.
//!
//! The region is the convex hull of the landmarks. Two things differ from the reference implementation: the hull is
//! drawn at full resolution (there on a grid of 224), and what lies outside of the photo is left out (there black).

use faceward_core::Point;

use super::alignment::{ALIGNED, to_aligned};
use super::luminance::luminance;
use super::{Absent, Histogram, Landmarks, Region};
use crate::image::{Affine, Border, Resampling, RgbImage, Size};

/// Fewest pixels of the aligned image on which light and colour are measured: a tenth of an ordinary face.
const MIN_AREA: u64 = 8_000;

/// The part of the aligned image that holds the landmarked region.
#[derive(Debug)]
pub(in crate::quality) struct AlignedFace {
    /// Landmarks in pixels of the aligned image.
    pub(in crate::quality) marks: Landmarks,
    origin: [u32; 2],
    pixels: RgbImage,
    luminance: Vec<u8>,
    region: Region,
    histogram: Histogram,
}

impl AlignedFace {
    /// Aligns the face with landmarks `marks` in `photo`.
    pub(in crate::quality) fn new(photo: &RgbImage, marks: &Landmarks) -> Result<Self, Absent> {
        let map = to_aligned(marks).ok_or_else(|| Absent::failed("the landmarks coincide"))?;
        let marks = marks.mapped(&map);
        let (origin, size) = bounds(&marks.outline)
            .ok_or_else(|| Absent::failed("the face lies outside of its aligned image"))?;
        let to_patch = map.then(&Affine::translation(-(origin[0] as f32), -(origin[1] as f32)));
        let pixels = photo
            .warp(&to_patch, size, Border::Zero, Resampling::Bilinear)
            .map_err(|error| Absent::failed(&error.to_string()))?;
        let hull: Vec<Point> = marks
            .outline
            .iter()
            .map(|point| Point::new(point.x - origin[0] as f32, point.y - origin[1] as f32))
            .collect();
        let region = Region::hull(&hull, size).and(&photo_region(photo, &to_patch, size));
        if region.area() < MIN_AREA {
            return Err(Absent::failed("too little of the face lies inside the photo"));
        }
        let luminance: Vec<u8> = colours(pixels.rgb()).map(luminance).collect();
        let histogram = Histogram::of(region.values(&luminance, size.width).copied())
            .ok_or_else(|| Absent::failed("the face is empty"))?;
        Ok(Self { marks, origin, pixels, luminance, region, histogram })
    }

    /// Luminance of the landmarked region.
    pub(in crate::quality) fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// Colours of the landmarked region.
    pub(in crate::quality) fn colours(&self) -> impl Iterator<Item = [u8; 3]> {
        self.region.values(self.pixels.rgb().as_chunks::<3>().0, self.pixels.width()).copied()
    }

    /// The two cheek zones of the standard: squares beside the nose, 0.3 eye distances wide, half-way between eyes
    /// and mouth; image-left first.
    pub(in crate::quality) fn zones(&self) -> [Zone; 2] {
        let [left_eye, right_eye] = self.marks.eye_centres();
        let side = (0.3 * self.marks.eye_distance()) as i64;
        let drop = (self.marks.eye_mid().distance(self.marks.mouth_centre()) / 2.0) as i64;
        let place =
            |eye: Point, shift: i64| Zone { left: eye.x as i64 + shift, top: eye.y as i64 + drop, side };
        [place(left_eye, 0), place(right_eye, -side)]
    }

    /// Luminance of every pixel of `zone`; 0 outside of the landmarked region, as the standard has it.
    pub(in crate::quality) fn zone_luminance(&self, zone: Zone) -> impl Iterator<Item = u8> {
        zone.pixels().map(|(x, y)| self.index_of(x, y).map_or(0, |idx| self.luminance[idx]))
    }

    /// Colours of the pixels of `zone` that lie in the landmarked region.
    pub(in crate::quality) fn zone_colours(&self, zone: Zone) -> impl Iterator<Item = [u8; 3]> {
        let pixels = self.pixels.rgb().as_chunks::<3>().0;
        zone.pixels().filter_map(|(x, y)| self.index_of(x, y).map(|idx| pixels[idx]))
    }

    /// Where the pixel of the aligned image is stored, if it belongs to the landmarked region.
    fn index_of(&self, x: i64, y: i64) -> Option<usize> {
        let column = u32::try_from(x - i64::from(self.origin[0])).ok()?;
        let row = u32::try_from(y - i64::from(self.origin[1])).ok()?;
        self.region
            .contains(column, row)
            .then(|| row as usize * self.pixels.width() as usize + column as usize)
    }
}

/// A square of the aligned image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::quality) struct Zone {
    left: i64,
    top: i64,
    side: i64,
}

impl Zone {
    fn pixels(self) -> impl Iterator<Item = (i64, i64)> {
        (self.top..self.top + self.side)
            .flat_map(move |y| (self.left..self.left + self.side).map(move |x| (x, y)))
    }
}

fn colours(rgb: &[u8]) -> impl Iterator<Item = [u8; 3]> {
    rgb.as_chunks::<3>().0.iter().copied()
}

/// First column and row, and size, of the whole pixels round `points`, cut to the aligned image.
fn bounds(points: &[Point]) -> Option<([u32; 2], Size)> {
    let range = |of: fn(&Point) -> f32, side: u32| {
        let low = points.iter().map(of).fold(f32::INFINITY, f32::min).floor().clamp(0.0, side as f32);
        let high = points.iter().map(of).fold(f32::NEG_INFINITY, f32::max).ceil().clamp(0.0, side as f32);
        (high > low).then_some((low as u32, (high - low) as u32))
    };
    let (left, width) = range(|point| point.x, ALIGNED.width)?;
    let (top, height) = range(|point| point.y, ALIGNED.height)?;
    Some(([left, top], Size { width, height }))
}

/// The part of the patch that shows the photo.
fn photo_region(photo: &RgbImage, to_patch: &Affine, size: Size) -> Region {
    let (right, bottom) = (photo.width() as f32, photo.height() as f32);
    let corners = [(0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom)];
    Region::hull(&corners.map(|(x, y)| to_patch.apply(Point::new(x, y))), size)
}
