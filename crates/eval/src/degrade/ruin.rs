//! Photos too poor to tell anybody: each kind at one strength at which comparisons of careless systems fail.

use faceward_core::PixelRect;
use faceward_engine::image::{EncodeError, RgbImage};

use super::{at, blur, drawn, light, shape};
use crate::metrics::SplitMix64;

/// A way to ruin a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ruin {
    /// Blurred by 6 % of the face's width.
    Blur06,
    /// Blurred by 10 %.
    Blur10,
    /// Moved by 30 % while it was taken.
    Motion,
    /// The median of 13 % of the width.
    Median,
    /// Four stops less light.
    Dark,
    /// Two stops more.
    Bright,
    /// Noise with a deviation of 60.
    Noise,
    /// Colours turned round.
    Negative,
    /// Shrunk to a face of 12 pixels, and enlarged.
    Enlarged12,
    /// The same to 20 pixels.
    Enlarged20,
    /// A bar over mouth and nose.
    Mask,
    /// Bars over everything but the eyes.
    OnlyEyes,
    /// A bar over the eyes.
    EyesBarred,
    /// Bars over the eyes, and over mouth and nose.
    SunglassesAndMask,
    /// Turned by half.
    UpsideDown,
    /// Waves with a reach of 5 % of the width.
    Waves,
}

impl Ruin {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Blur06,
        Self::Blur10,
        Self::Motion,
        Self::Median,
        Self::Dark,
        Self::Bright,
        Self::Noise,
        Self::Negative,
        Self::Enlarged12,
        Self::Enlarged20,
        Self::Mask,
        Self::OnlyEyes,
        Self::EyesBarred,
        Self::SunglassesAndMask,
        Self::UpsideDown,
        Self::Waves,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blur06 => "blur_06",
            Self::Blur10 => "blur_10",
            Self::Motion => "motion",
            Self::Median => "median",
            Self::Dark => "dark",
            Self::Bright => "bright",
            Self::Noise => "noise",
            Self::Negative => "negative",
            Self::Enlarged12 => "enlarged_12",
            Self::Enlarged20 => "enlarged_20",
            Self::Mask => "mask",
            Self::OnlyEyes => "only_eyes",
            Self::EyesBarred => "eyes_barred",
            Self::SunglassesAndMask => "sunglasses_and_mask",
            Self::UpsideDown => "upside_down",
            Self::Waves => "waves",
        }
    }

    /// `photo`, whose face is at `face`, ruined and encoded; the same photo gives the same bytes.
    ///
    /// # Errors
    /// It cannot be encoded.
    pub(crate) fn apply(self, photo: &RgbImage, face: &PixelRect) -> Result<Vec<u8>, EncodeError> {
        let width = face.width();
        let ruined = match self {
            Self::Blur06 => blur::gaussian(photo, 0.06 * width),
            Self::Blur10 => blur::gaussian(photo, 0.1 * width),
            Self::Motion => moved(photo, (0.3 * width) as i64),
            Self::Median => median(photo, (0.065 * width).max(1.0) as i64),
            Self::Dark => light::exposed(photo, -4.0),
            Self::Bright => light::exposed(photo, 2.0),
            Self::Noise => noisy(photo, 60.0),
            Self::Negative => drawn(photo, |x, y| at(photo, x.into(), y.into()).map(|value| 255.0 - value)),
            Self::Enlarged12 => shrunk(photo, face, 12.0),
            Self::Enlarged20 => shrunk(photo, face, 20.0),
            Self::Mask => barred(photo, face, &[(0.5, 1.05)]),
            Self::OnlyEyes => barred(photo, face, &[(0.55, 1.3), (-0.3, 0.25)]),
            Self::EyesBarred => barred(photo, face, &[(0.25, 0.5)]),
            Self::SunglassesAndMask => barred(photo, face, &[(0.28, 0.48), (0.55, 1.05)]),
            Self::UpsideDown => {
                let (right, bottom) = (i64::from(photo.width()) - 1, i64::from(photo.height()) - 1);
                drawn(photo, |x, y| at(photo, right - i64::from(x), bottom - i64::from(y)))
            }
            Self::Waves => shape::waved(photo, width),
        };
        ruined.to_jpeg(92)
    }
}

/// The mean of `length` neighbours to the left.
fn moved(photo: &RgbImage, length: i64) -> RgbImage {
    let length = length.max(1);
    drawn(photo, |x, y| {
        let mut sum = [0.0; 3];
        for offset in 0..length {
            let pixel = at(photo, i64::from(x) - offset, y.into());
            sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += value / length as f32);
        }
        sum
    })
}

/// The middle value of the square that reaches `reach` pixels to each side, channel by channel.
fn median(photo: &RgbImage, reach: i64) -> RgbImage {
    drawn(photo, |x, y| {
        let offsets = -reach..=reach;
        let places = offsets.clone().flat_map(|dy| offsets.clone().map(move |dx| (dx, dy)));
        let around: Vec<[f32; 3]> =
            places.map(|(dx, dy)| at(photo, i64::from(x) + dx, i64::from(y) + dy)).collect();
        std::array::from_fn(|channel| {
            let mut values: Vec<f32> = around.iter().map(|pixel| pixel[channel]).collect();
            let middle = values.len() / 2;
            *values.select_nth_unstable_by(middle, f32::total_cmp).1
        })
    })
}

/// Gaussian noise, the same for every photo of one size.
fn noisy(photo: &RgbImage, deviation: f32) -> RgbImage {
    let mut random = SplitMix64::new(1);
    let mut normal = move || {
        // The sum of twelve uniform numbers is nearly normal, with deviation 1.
        let uniform: f64 = (0..12).map(|_| random.next_u64() as f64 / u64::MAX as f64).sum();
        (uniform - 6.0) as f32
    };
    let n_values = photo.rgb().len();
    let noise: Vec<f32> = (0..n_values).map(|_| deviation * normal()).collect();
    let width = photo.width() as usize;
    drawn(photo, |x, y| {
        let first = 3 * (y as usize * width + x as usize);
        let pixel = at(photo, x.into(), y.into());
        std::array::from_fn(|channel| pixel[channel] + noise[first + channel])
    })
}

/// As if the face had been `side` pixels high: the mean of each block, straight between their middles.
fn shrunk(photo: &RgbImage, face: &PixelRect, side: f32) -> RgbImage {
    let block = (face.width().max(face.height()) / side).max(1.0);
    let reach = block / 2.0;
    let mean = |column: f32, row: f32| {
        let (left, top) = ((column - reach).round() as i64, (row - reach).round() as i64);
        let length = block.round() as i64;
        let mut sum = [0.0; 3];
        for (dx, dy) in (0..length).flat_map(|dy| (0..length).map(move |dx| (dx, dy))) {
            let pixel = at(photo, left + dx, top + dy);
            sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += value / (length * length) as f32);
        }
        sum
    };
    let columns = (photo.width() as f32 / block).ceil() as usize + 1;
    let rows = (photo.height() as f32 / block).ceil() as usize + 1;
    let cell = |index: usize| (index as f32 + 0.5) * block;
    let grid: Vec<[f32; 3]> =
        (0..rows).flat_map(|row| (0..columns).map(move |column| mean(cell(column), cell(row)))).collect();
    drawn(photo, |x, y| {
        let place = |value: u32, last: usize| ((value as f32 + 0.5) / block - 0.5).clamp(0.0, last as f32);
        let (column, row) = (place(x, columns - 2), place(y, rows - 2));
        let (left, top) = (column as usize, row as usize);
        let (across, down) = (column - left as f32, row - top as f32);
        let of = |dx: usize, dy: usize| grid[(top + dy) * columns + left + dx];
        let (a, b, c, d) = (of(0, 0), of(1, 0), of(0, 1), of(1, 1));
        std::array::from_fn(|channel| {
            let upper = a[channel] + (b[channel] - a[channel]) * across;
            let lower = c[channel] + (d[channel] - c[channel]) * across;
            upper + (lower - upper) * down
        })
    })
}

/// Grey bars across the face, each from one height of its box to another.
fn barred(photo: &RgbImage, face: &PixelRect, bars: &[(f32, f32)]) -> RgbImage {
    let (left, right) = (face.left - 0.1 * face.width(), face.right + 0.1 * face.width());
    drawn(photo, |x, y| {
        let (column, height) = (x as f32 + 0.5, (y as f32 + 0.5 - face.top) / face.height().max(1.0));
        let barred = bars.iter().any(|(top, bottom)| (*top..*bottom).contains(&height));
        if (left..right).contains(&column) && barred { [40.0; 3] } else { at(photo, x.into(), y.into()) }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use faceward_engine::image::{Limits, decode};

    use super::super::tests::photo;
    use super::*;

    #[test]
    fn every_kind_changes_the_photo_in_a_way_of_its_own_and_the_same_each_time() {
        let (photo, face) = photo();
        let made: BTreeSet<Vec<u8>> = Ruin::ALL
            .into_iter()
            .map(|ruin| {
                let bytes = ruin.apply(&photo, &face).expect("encodable");
                assert_eq!(bytes, ruin.apply(&photo, &face).expect("encodable"), "{ruin:?}");
                let ruined = decode(&bytes, &Limits::default()).expect("a photo").photo;
                assert_eq!(ruined.size(), photo.size(), "{ruin:?}");
                bytes
            })
            .collect();
        // The photo is the same upside down, as its square stands in its middle.
        assert_eq!(made.len(), Ruin::ALL.len());
        let names: BTreeSet<&str> = Ruin::ALL.into_iter().map(Ruin::name).collect();
        assert_eq!(names.len(), Ruin::ALL.len());
    }

    #[test]
    fn a_bar_lies_where_it_should() {
        let (photo, face) = photo();
        let barred = barred(&photo, &face, &[(0.25, 0.5)]);
        let value = |x, y| barred.pixel(x, y).expect("inside");
        assert_eq!((value(30, 25), value(30, 21), value(30, 31)), ([40; 3], [200; 3], [200; 3]));
        assert_eq!(value(2, 25), [80; 3]);
    }

    #[test]
    fn a_median_takes_points_away_and_keeps_edges() {
        let (photo, _) = photo();
        let plain = median(&photo, 2);
        assert_eq!((plain.pixel(30, 30), plain.pixel(21, 30)), (Some([200; 3]), Some([200; 3])));
        assert_eq!(plain.pixel(20, 20), Some([80; 3]), "the corner goes");
    }
}
