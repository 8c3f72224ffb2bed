//! The colour at any place of a photo, from the four pixels round it.

use faceward_core::Point;

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

impl RgbImage {
    /// Each pixel of the result from the four pixels round the place that `from_chip` takes its centre to.
    /// `None` if `size` is empty.
    pub(super) fn sample(&self, from_chip: &Affine, size: Size, border: Border) -> Option<Self> {
        let mut rgb = vec![0; size.n_values()];
        for (y, row) in rgb.chunks_exact_mut(3 * size.width.max(1) as usize).enumerate() {
            for (x, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                let place = from_chip.apply(Point::new(x as f32 + 0.5, y as f32 + 0.5));
                let place = Point::new(place.x - 0.5, place.y - 0.5);
                *pixel = self.blend_inside(place).unwrap_or_else(|| self.blend_at_border(place, border));
            }
        }
        Self::new(size, rgb)
    }

    /// The colour at `place`, where whole numbers are pixel centres, if all four pixels round it lie inside: the usual case,
    /// made fast. To the last bit what [`Self::blend_at_border`] gives.
    fn blend_inside(&self, place: Point) -> Option<[u8; 3]> {
        let (width, height) = (self.width() as usize, self.height() as usize);
        let inside =
            place.x >= 0.0 && place.y >= 0.0 && place.x < (width - 1) as f32 && place.y < (height - 1) as f32;
        if !inside {
            return None;
        }
        // Not negative, so cutting off is rounding down, without a call.
        let (column, row) = (place.x as usize, place.y as usize);
        let start = 3 * (row * width + column);
        let upper = self.rgb().get(start..start + 6)?;
        let lower = self.rgb().get(start + 3 * width..start + 3 * width + 6)?;
        let shares = [place.x - column as f32, place.y - row as f32];
        Some([0, 1, 2].map(|channel| {
            let corners = [upper[channel], upper[channel + 3], lower[channel], lower[channel + 3]];
            blended(corners, shares)
        }))
    }

    /// The colour at `place`, wherever that is.
    fn blend_at_border(&self, place: Point, border: Border) -> [u8; 3] {
        let (left, top) = (place.x.floor(), place.y.floor());
        let shares = [place.x - left, place.y - top];
        let corner = |dx, dy| {
            self.pixel_or_border((left as i64).saturating_add(dx), (top as i64).saturating_add(dy), border)
        };
        let [a, b, c, d] = [corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)];
        [0, 1, 2].map(|channel| blended([a[channel], b[channel], c[channel], d[channel]], shares))
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

/// The mean of four values, weighted by how near they are: upper left, upper right, lower left, lower right; `shares` are those
/// of the right and of the lower ones.
fn blended(corners: [u8; 4], [right_share, bottom_share]: [f32; 2]) -> u8 {
    let [a, b, c, d] = corners.map(f32::from);
    let upper = a + (b - a) * right_share;
    let lower = c + (d - c) * right_share;
    let value = upper + (lower - upper) * bottom_share;
    // As `round`, which is a call on processors without an instruction for it: the value is not negative.
    let whole = value as i32;
    (whole + i32::from(value - whole as f32 >= 0.5)).min(255) as u8
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes without a pattern, the same in every run.
    fn scrambled(size: Size) -> RgbImage {
        let mut state = 1_u32;
        let mut byte = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        RgbImage::new(size, (0..size.n_values()).map(|_| byte()).collect()).expect("not empty")
    }

    #[test]
    fn the_fast_way_gives_what_the_other_one_gives() {
        let image = scrambled(Size { width: 37, height: 23 });
        let mut n_fast = 0;
        for step in 0..60_000_u16 {
            let along = f32::from(step);
            let place =
                Point::new((along * 0.37).rem_euclid(41.0) - 2.0, (along * 0.0831).rem_euclid(27.0) - 2.0);
            for place in
                [place, Point::new(place.x.round(), place.y), Point::new(place.x, place.y.round() - 0.5)]
            {
                if let Some(fast) = image.blend_inside(place) {
                    n_fast += 1;
                    assert_eq!(fast, image.blend_at_border(place, Border::Zero), "{place:?}");
                }
            }
        }
        assert!(n_fast > 100_000, "{n_fast} places lie inside");
    }

    #[test]
    fn a_mean_is_rounded_as_round_does() {
        for shares in
            [[0.0, 0.0], [0.5, 0.0], [0.25, 0.5], [0.999_999_9, 0.999_999_9], [1.0 / 3.0, 2.0 / 3.0]]
        {
            for corners in
                [[0, 0, 0, 0], [255; 4], [0, 255, 255, 0], [1, 2, 3, 4], [7, 8, 8, 8], [254, 255, 254, 255]]
            {
                let [a, b, c, d] = corners.map(f32::from);
                let (upper, lower) = (a + (b - a) * shares[0], c + (d - c) * shares[0]);
                let expected = (upper + (lower - upper) * shares[1]).round() as u8;
                assert_eq!(blended(corners, shares), expected, "{corners:?} {shares:?}");
            }
        }
    }

    #[test]
    fn a_place_that_is_no_number_or_far_away_is_no_crash() {
        let image = scrambled(Size { width: 3, height: 2 });
        for far in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30] {
            for border in [Border::Zero, Border::Reflect, Border::Repeat] {
                assert_eq!(image.blend_inside(Point::new(far, 0.5)), None);
                image.blend_at_border(Point::new(far, far), border);
            }
        }
    }
}
