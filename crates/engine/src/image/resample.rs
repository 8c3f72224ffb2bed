//! Cutting, warping and resizing. Coordinates have pixel centres at .5 (see the parent module).
//!
//! Shrinking averages over everything that falls into a pixel unless [`Resampling::Bilinear`] asks for the four
//! nearest pixels only, as networks trained on OpenCV's default resizing may want.

use faceward_core::{PixelRect, Point};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use super::{Affine, RgbImage, Size};

/// What lies outside of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// Black.
    Zero,
    /// The photo mirrored at its edge, the edge pixel itself once: `gfedcb|abcdefgh|gfedcba`.
    Reflect,
    /// The nearest pixel of the edge.
    Repeat,
}

/// How pixels are computed from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// From the four nearest pixels, whatever the scale: OpenCV's `INTER_LINEAR`. Aliases when it shrinks.
    Bilinear,
    /// Bilinear when it enlarges, an average of everything covered when it shrinks.
    Antialiased,
}

/// Why an image shows nothing of another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResampleError {
    /// The part, the map or the size is empty or no number, or the part lies outside of the image.
    #[error("there is nothing of the photo to show")]
    Nothing,
    /// The resizer refused what should have been right: ours.
    #[error("resizing failed: {0}")]
    Refused(String),
}

/// Source pixels per target pixel above which a warp is taken from a shrunk copy: below, four pixels see enough.
const MINIFICATION: f32 = 1.5;

impl RgbImage {
    /// The whole image at another size, antialiased.
    ///
    /// # Errors
    /// `size` is empty, or the resizer refuses.
    pub fn resized(&self, size: Size) -> Result<Self, ResampleError> {
        if size == self.size() {
            return Ok(self.clone());
        }
        self.convolve(&whole(self.size()), size)
    }

    /// The part of the image under `rect`, scaled to `size`. `rect` may reach out of the image.
    ///
    /// # Errors
    /// Either is empty or not finite, or the resizer refuses.
    pub fn resized_crop(
        &self,
        rect: &PixelRect,
        size: Size,
        border: Border,
        resampling: Resampling,
    ) -> Result<Self, ResampleError> {
        let (width, height) = (rect.width(), rect.height());
        if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
            return Err(ResampleError::Nothing);
        }
        let inside = rect.left >= 0.0
            && rect.top >= 0.0
            && rect.right <= self.width() as f32
            && rect.bottom <= self.height() as f32;
        if inside && resampling == Resampling::Antialiased {
            return self.convolve(rect, size);
        }
        let to_chip = Affine::translation(-rect.left, -rect.top)
            .then(&Affine::scaling(size.width as f32 / width, size.height as f32 / height));
        self.warp(&to_chip, size, border, resampling)
    }

    /// The image seen through `to_chip`, which takes positions in this image to positions in the chip.
    ///
    /// # Errors
    /// `size` is empty, the map has no inverse, or shows nothing of the image where it shrinks it; or the resizer refuses.
    pub fn warp(
        &self,
        to_chip: &Affine,
        size: Size,
        border: Border,
        resampling: Resampling,
    ) -> Result<Self, ResampleError> {
        let from_chip = to_chip.inverse().ok_or(ResampleError::Nothing)?;
        if size.pixels() == 0 {
            return Err(ResampleError::Nothing);
        }
        if resampling == Resampling::Antialiased && from_chip.scale() > MINIFICATION {
            let seen = self.clip(&bounds(&from_chip, size)).ok_or(ResampleError::Nothing)?;
            return self.warp_shrunk(&from_chip, &seen, size, border);
        }
        self.sample(&from_chip, size, border)
    }

    /// The image on a black square of `side` pixels, its top-left corner at column `left` and row `top`. `None` if it
    /// does not fit.
    #[must_use]
    pub fn on_black(&self, side: u32, left: u32, top: u32) -> Option<Self> {
        let fits = |start: u32, length: u32| start.checked_add(length).is_some_and(|end| end <= side);
        if !fits(left, self.width()) || !fits(top, self.height()) {
            return None;
        }
        let (left, row_length) = (3 * left as usize, 3 * self.width() as usize);
        let mut canvas = vec![0; 3 * side as usize * side as usize];
        let targets = canvas.chunks_exact_mut(3 * side as usize).skip(top as usize);
        for (target, row) in targets.zip(self.rows()) {
            target[left..left + row_length].copy_from_slice(row);
        }
        Self::new(Size::square(side), canvas)
    }

    /// Warps from a copy of the part `seen`, shrunk so that its pixels are about as large as the chip's.
    fn warp_shrunk(
        &self,
        from_chip: &Affine,
        seen: &PixelRect,
        size: Size,
        border: Border,
    ) -> Result<Self, ResampleError> {
        let shrink = from_chip.scale();
        let small_size = Size {
            width: ((seen.width() / shrink).round() as u32).max(1),
            height: ((seen.height() / shrink).round() as u32).max(1),
        };
        let small = self.convolve(seen, small_size)?;
        let to_small = Affine::translation(-seen.left, -seen.top).then(&Affine::scaling(
            small_size.width as f32 / seen.width(),
            small_size.height as f32 / seen.height(),
        ));
        small.sample(&from_chip.then(&to_small), size, border)
    }

    /// `rect` grown to whole pixels and cut to the image; `None` if nothing remains.
    fn clip(&self, rect: &PixelRect) -> Option<PixelRect> {
        let grown = PixelRect {
            left: rect.left.floor() - 1.0,
            top: rect.top.floor() - 1.0,
            right: rect.right.ceil() + 1.0,
            bottom: rect.bottom.ceil() + 1.0,
        };
        let cut = grown.clamped(self.width(), self.height());
        (cut.width() >= 1.0 && cut.height() >= 1.0).then_some(cut)
    }

    /// `rect`, which lies inside the image, at `size`: a triangle filter as wide as a target pixel.
    fn convolve(&self, rect: &PixelRect, size: Size) -> Result<Self, ResampleError> {
        let refused = |error: &dyn std::fmt::Display| ResampleError::Refused(error.to_string());
        let source = TypedImageRef::<U8x3>::from_buffer(self.width(), self.height(), self.rgb())
            .map_err(|error| refused(&error))?;
        let mut rgb = vec![0; n_values(size)?];
        let mut target = TypedImage::<U8x3>::from_buffer(size.width, size.height, &mut rgb)
            .map_err(|error| refused(&error))?;
        let (left, width) = crop(rect.left, rect.width(), self.width());
        let (top, height) = crop(rect.top, rect.height(), self.height());
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
            .crop(left, top, width, height);
        // Typed: the untyped call compiles every kernel for all 15 pixel types into this crate, a minute of building.
        Resizer::new().resize_typed(&source, &mut target, &options).map_err(|error| refused(&error))?;
        Self::new(size, rgb).ok_or(ResampleError::Nothing)
    }

    /// Each pixel of the result from the four pixels round the place that `from_chip` takes its centre to.
    fn sample(&self, from_chip: &Affine, size: Size, border: Border) -> Result<Self, ResampleError> {
        let n_values = n_values(size)?;
        // Each pixel is written as four values, the fourth of which the next pixel overwrites: one store instead of three.
        let mut rgb = vec![0; n_values + 1];
        let mut at = 0;
        for y in 0..size.height {
            for x in 0..size.width {
                let place = from_chip.apply(Point::new(x as f32 + 0.5, y as f32 + 0.5));
                let place = Point::new(place.x - 0.5, place.y - 0.5);
                let (corners, shares) =
                    self.corners_inside(place).unwrap_or_else(|| self.corners(place, border));
                rgb[at..at + 4].copy_from_slice(&blended(corners, shares));
                at += 3;
            }
        }
        rgb.truncate(n_values);
        Self::new(size, rgb).ok_or(ResampleError::Nothing)
    }

    /// The pixels round `place` (above left, above right, below left, below right; the fourth value of each means nothing), and
    /// how far it lies to the right and down between them. `None` unless all lie inside, and some bytes behind them: the usual
    /// case, made fast.
    fn corners_inside(&self, place: Point) -> Option<Corners> {
        let (column, row) = (place.x as i32 as usize, place.y as i32 as usize);
        let (width, height) = (self.width() as usize, self.height() as usize);
        if !(place.x >= 0.0 && place.y >= 0.0 && column + 1 < width && row + 1 < height) {
            return None;
        }
        let start = 3 * (row * width + column);
        let pair = |start: usize| {
            let bytes = u64::from_le_bytes(*self.rgb().get(start..)?.first_chunk()?);
            Some([bytes, bytes >> 24].map(|pixel| (pixel as u32).to_le_bytes()))
        };
        let ([a, b], [c, d]) = (pair(start)?, pair(start + 3 * width)?);
        Some(([a, b, c, d], [place.x - column as f32, place.y - row as f32]))
    }

    /// The same anywhere: what lies outside is the border's.
    fn corners(&self, place: Point, border: Border) -> Corners {
        let (left, top) = (place.x.floor(), place.y.floor());
        let corner = |dx, dy| {
            let [red, green, blue] = self.pixel_or_border(left as i64 + dx, top as i64 + dy, border);
            [red, green, blue, 0]
        };
        ([corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)], [place.x - left, place.y - top])
    }

    /// The pixel at (`x`, `y`), or what stands for it outside.
    fn pixel_or_border(&self, x: i64, y: i64, border: Border) -> [u8; 3] {
        let place = |value, side| match border {
            Border::Zero => u32::try_from(value).ok(),
            Border::Reflect => Some(reflect(value, side)),
            Border::Repeat => Some(value.clamp(0, i64::from(side) - 1) as u32),
        };
        let column = place(x, self.width());
        let row = place(y, self.height());
        column.zip(row).and_then(|(x, y)| self.pixel(x, y)).unwrap_or_default()
    }
}

/// Four pixels round a place, and its shares of the way to the right and down.
type Corners = ([[u8; 4]; 4], [f32; 2]);

/// The colour between four pixels. Four values in step, for the instructions that every processor has.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as a call it takes one value after the other, and twice the time")]
fn blended(pixels: [[u8; 4]; 4], [right, down]: [f32; 2]) -> [u8; 4] {
    let [a, b, c, d] = pixels.map(|pixel| pixel.map(f32::from));
    std::array::from_fn(|at| {
        let upper = a[at] + (b[at] - a[at]) * right;
        let lower = c[at] + (d[at] - c[at]) * right;
        rounded(upper + (lower - upper) * down)
    })
}

/// `value`, which lies in 0..=255, to the nearest whole number, halves up: `f32::round` without its call.
#[inline]
fn rounded(value: f32) -> u8 {
    // Next to this number there are only whole ones, and its lowest bits count them.
    const WHOLE: f32 = 12_582_912.0;
    let nearest = (value + WHOLE) - WHOLE;
    let nearest = if value - nearest >= 0.5 { nearest + 1.0 } else { nearest };
    (nearest + WHOLE).to_bits() as u8
}

/// Where a crop of `length` pixels from `start` begins and how long it is, in an image of `side` pixels. In single precision
/// a crop up to the edge may end 3e-5 pixels behind it.
fn crop(start: f32, length: f32, side: u32) -> (f64, f64) {
    let start = f64::from(start);
    (start, f64::from(length).min(f64::from(side) - start))
}

/// Values of an image of `size`.
fn n_values(size: Size) -> Result<usize, ResampleError> {
    usize::try_from(3 * size.pixels()).map_err(|error| ResampleError::Refused(error.to_string()))
}

/// The place inside 0..`side` that `value` mirrors to; the edge itself is not repeated.
fn reflect(value: i64, side: u32) -> u32 {
    let last = i64::from(side) - 1;
    if last == 0 {
        return 0;
    }
    let phase = value.rem_euclid(2 * last);
    (if phase > last { 2 * last - phase } else { phase }) as u32
}

/// The box round everything that a chip of `size` shows.
fn bounds(from_chip: &Affine, size: Size) -> PixelRect {
    let (width, height) = (size.width as f32, size.height as f32);
    let corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)]
        .map(|(x, y)| from_chip.apply(Point::new(x, y)));
    let pick = |of: fn(&Point) -> f32, better: fn(f32, f32) -> f32| {
        corners.iter().map(of).reduce(better).unwrap_or_default()
    };
    PixelRect {
        left: pick(|p| p.x, f32::min),
        top: pick(|p| p.y, f32::min),
        right: pick(|p| p.x, f32::max),
        bottom: pick(|p| p.y, f32::max),
    }
}

/// The box round an image of `size`.
fn whole(size: Size) -> PixelRect {
    PixelRect { left: 0.0, top: 0.0, right: size.width as f32, bottom: size.height as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Value 10 x + 40 y in red, its double in green, nothing in blue.
    fn slope(width: u32, height: u32) -> RgbImage {
        let rgb = (0..height).flat_map(|y| (0..width).flat_map(move |x| [10 * x + 40 * y, 20 * x, 0]));
        RgbImage::new(Size { width, height }, rgb.map(|value| value as u8).collect()).expect("not empty")
    }

    fn reds(image: &RgbImage) -> Vec<u8> {
        image.rgb().iter().step_by(3).copied().collect()
    }

    #[test]
    fn warping_by_nothing_copies() {
        let image = slope(4, 3);
        for border in [Border::Zero, Border::Reflect, Border::Repeat] {
            let same = image.warp(&Affine::IDENTITY, image.size(), border, Resampling::Antialiased);
            assert_eq!(same, Ok(image.clone()), "{border:?}");
        }
    }

    #[test]
    fn rounding_is_that_of_the_standard_library() {
        for step in 0..=255 * 64 {
            let value = step as f32 / 64.0;
            for value in [value.next_down().max(0.0), value, value.next_up().min(255.0)] {
                assert_eq!(rounded(value), value.round() as u8, "{value}");
            }
        }
    }

    #[test]
    fn inside_the_fast_way_sees_what_the_general_one_does() {
        let image = slope(9, 7);
        let mut n_fast = 0;
        for step in 0..2_000 {
            let place = Point::new((step % 50) as f32 * 0.23 - 1.0, (step / 50) as f32 * 0.21 - 1.0);
            let (general, shares) = image.corners(place, Border::Reflect);
            let Some((fast, fast_shares)) = image.corners_inside(place) else { continue };
            n_fast += 1;
            assert_eq!(fast_shares, shares, "{place:?}");
            assert_eq!(fast.map(|pixel| pixel[..3].to_vec()), general.map(|pixel| pixel[..3].to_vec()));
        }
        assert!(n_fast > 900, "{n_fast}");
        for outside in
            [Point::new(f32::NAN, 1.0), Point::new(1e12, 1.0), Point::new(1.0, -0.1), Point::new(8.0, 1.0)]
        {
            assert!(image.corners_inside(outside).is_none(), "{outside:?}");
        }
    }

    #[test]
    fn half_a_pixel_to_the_right_is_the_mean_of_two() {
        let to_chip = Affine::translation(-0.5, 0.0);
        let chip =
            slope(4, 1).warp(&to_chip, Size { width: 3, height: 1 }, Border::Zero, Resampling::Bilinear);
        assert_eq!(reds(&chip.expect("invertible")), [5, 15, 25]);
    }

    #[test]
    fn borders_are_black_mirrored_or_repeated() {
        let chip = |border| {
            let to_chip = Affine::translation(2.0, 0.0);
            let chip = slope(4, 1).warp(&to_chip, Size { width: 8, height: 1 }, border, Resampling::Bilinear);
            reds(&chip.expect("invertible"))
        };
        assert_eq!(chip(Border::Zero), [0, 0, 0, 10, 20, 30, 0, 0]);
        assert_eq!(chip(Border::Reflect), [20, 10, 0, 10, 20, 30, 20, 10]);
        assert_eq!(chip(Border::Repeat), [0, 0, 0, 10, 20, 30, 30, 30]);
    }

    #[test]
    fn antialiasing_averages_and_bilinear_does_not() {
        // Black and white columns, 8 to 1: their mean is grey.
        let stripes = (0..64 * 64).flat_map(|idx| [if idx % 2 == 0 { 0 } else { 255 }; 3]).collect();
        let stripes = RgbImage::new(Size::square(64), stripes).expect("64 x 64");
        let rect = PixelRect { left: -1.0, top: 0.0, right: 63.0, bottom: 64.0 };
        let chip = |resampling| {
            let chip = stripes.resized_crop(&rect, Size::square(8), Border::Reflect, resampling);
            reds(&chip.expect("not empty"))[8 * 4 + 4]
        };
        assert!(chip(Resampling::Antialiased).abs_diff(128) <= 2, "{}", chip(Resampling::Antialiased));
        let inside = PixelRect { left: 0.0, top: 0.0, right: 64.0, bottom: 64.0 };
        let inside = stripes.resized_crop(&inside, Size::square(8), Border::Zero, Resampling::Antialiased);
        assert!(reds(&inside.expect("not empty"))[36].abs_diff(128) <= 2);
    }

    #[test]
    fn a_crop_is_the_same_inside_and_across_the_edge() {
        let image = slope(12, 4);
        let crop = |rect| {
            image.resized_crop(&rect, Size { width: 4, height: 2 }, Border::Zero, Resampling::Antialiased)
        };
        let inside = crop(PixelRect { left: 2.0, top: 1.0, right: 6.0, bottom: 3.0 }).expect("not empty");
        assert_eq!(reds(&inside), [60, 70, 80, 90, 100, 110, 120, 130]);
        let across = crop(PixelRect { left: -2.0, top: 1.0, right: 2.0, bottom: 3.0 }).expect("not empty");
        assert_eq!(reds(&across), [0, 0, 40, 50, 0, 0, 80, 90]);
    }

    #[test]
    fn what_shows_nothing_is_nothing() {
        let image = slope(4, 4);
        let rect = PixelRect { left: 1.0, top: 1.0, right: 1.0, bottom: 3.0 };
        assert_eq!(
            image.resized_crop(&rect, Size::square(2), Border::Zero, Resampling::Antialiased),
            Err(ResampleError::Nothing)
        );
        let flat = Affine::scaling(0.0, 1.0);
        assert_eq!(
            image.warp(&flat, Size::square(2), Border::Zero, Resampling::Bilinear),
            Err(ResampleError::Nothing)
        );
        assert_eq!(image.resized(Size { width: 0, height: 2 }), Err(ResampleError::Nothing));
        assert_eq!(image.on_black(4, 1, 0), None);
    }

    #[test]
    fn a_crop_up_to_the_edge_is_never_refused() {
        let mut n_behind = 0;
        for side in [250, 333, 500, 1023, 4001] {
            let image = RgbImage::filled(Size { width: side, height: 3 }, [9; 3]).expect("not empty");
            let right = side as f32;
            for nth in 0..400 {
                let rect = PixelRect { left: right * nth as f32 / 401.7, top: 0.0, right, bottom: 3.0 };
                n_behind += u32::from(f64::from(rect.left) + f64::from(rect.width()) > f64::from(side));
                let size = Size { width: 5, height: 3 };
                let crop = image.resized_crop(&rect, size, Border::Zero, Resampling::Antialiased);
                assert_eq!(crop, RgbImage::filled(size, [9; 3]).ok_or(ResampleError::Nothing), "{rect:?}");
            }
        }
        assert!(n_behind > 100, "in {n_behind} cases only single precision ends behind the edge");
    }
}
