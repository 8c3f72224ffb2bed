//! Luminance as the standard takes it, and its histogram.

use std::sync::LazyLock;

/// Share of the light that each value of a red, green and blue byte gives, gamma undone (IEC 61966-2-1).
static LINEAR: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|byte| linear(byte as f64 / 255.0) as f32));

/// Rec. 709 weights of red, green, blue.
const WEIGHTS: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// Undoes the gamma of an sRGB value; both 0 to 1.
pub(in crate::quality) fn linear(encoded: f64) -> f64 {
    if encoded > 0.04045 { ((encoded + 0.055) / 1.055).powf(2.4) } else { encoded / 12.92 }
}

/// Luminance of an sRGB pixel, linear in light, 0 to 255: middle grey (128) is 55.
pub(in crate::quality) fn luminance([red, green, blue]: [u8; 3]) -> u8 {
    let light = |byte: u8| LINEAR[usize::from(byte)];
    let sum = WEIGHTS[0] * light(red) + WEIGHTS[1] * light(green) + WEIGHTS[2] * light(blue);
    (255.0 * sum + 0.5) as u8
}

/// Luma of an sRGB pixel, gamma kept (Rec. 601): brightness as it looks, 0 to 255.
pub(in crate::quality) fn luma([red, green, blue]: [u8; 3]) -> f32 {
    0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
}

/// How often each byte occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::quality) struct Histogram {
    counts: [u64; 256],
    total: u64,
}

impl Histogram {
    /// Counts `values`; `None` if there are none.
    pub(in crate::quality) fn of(values: impl Iterator<Item = u8>) -> Option<Self> {
        let mut counts = [0; 256];
        for value in values {
            counts[usize::from(value)] += 1;
        }
        let total = counts.iter().sum();
        (total > 0).then_some(Self { counts, total })
    }

    /// Share of each byte; sums to 1.
    pub(in crate::quality) fn shares(&self) -> impl Iterator<Item = f64> {
        let total = self.total as f64;
        self.counts.iter().map(move |&count| count as f64 / total)
    }

    /// Mean of value / 255.
    pub(in crate::quality) fn mean(&self) -> f64 {
        self.shares().enumerate().map(|(value, share)| share * value as f64 / 255.0).sum()
    }

    /// Variance of value / 255.
    pub(in crate::quality) fn variance(&self) -> f64 {
        let mean = self.mean();
        self.shares().enumerate().map(|(value, share)| share * (value as f64 / 255.0 - mean).powi(2)).sum()
    }

    /// Shannon entropy in bits, 0 to 8.
    pub(in crate::quality) fn entropy(&self) -> f64 {
        self.shares().filter(|&share| share > 0.0).map(|share| -share * share.log2()).sum()
    }

    /// Share of values from `first` to `last`, both included.
    pub(in crate::quality) fn share_between(&self, first: u8, last: u8) -> f64 {
        self.shares()
            .enumerate()
            .filter(|(value, _)| (first.into()..=last.into()).contains(value))
            .map(|(_, share)| share)
            .sum()
    }

    /// The least value with at least `share` of all values at or below it.
    pub(in crate::quality) fn quantile(&self, share: f64) -> f64 {
        let mut sum = 0.0;
        let enough = self.shares().position(|part| {
            sum += part;
            sum >= share
        });
        enough.unwrap_or(255) as f64
    }

    /// What two histograms share: 0 (nothing) to 1 (equal).
    pub(in crate::quality) fn overlap(&self, other: &Self) -> f64 {
        self.shares().zip(other.shares()).map(|(a, b)| a.min(b)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(values: &[u8]) -> Histogram {
        Histogram::of(values.iter().copied()).expect("there are values")
    }

    #[test]
    fn luminance_is_linear_in_light() {
        for (pixel, expected) in [
            ([0, 0, 0], 0),
            ([255, 255, 255], 255),
            ([128, 128, 128], 55),
            ([255, 0, 0], 54),
            ([0, 255, 0], 182),
            ([0, 0, 255], 18),
        ] {
            assert_eq!(luminance(pixel), expected, "{pixel:?}");
        }
    }

    #[test]
    fn luma_keeps_the_gamma() {
        assert!((luma([128, 128, 128]) - 128.0).abs() < 1e-3);
    }

    #[test]
    fn two_equal_halves_have_one_bit() {
        let halves = histogram(&[0, 0, 255, 255]);
        assert!((halves.entropy() - 1.0).abs() < 1e-12);
        assert!((halves.mean() - 0.5).abs() < 1e-12);
        assert!((halves.variance() - 0.25).abs() < 1e-12);
        assert!((halves.share_between(0, 25) - 0.5).abs() < 1e-12);
        assert!((halves.overlap(&histogram(&[0])) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn nothing_has_no_histogram() {
        assert_eq!(Histogram::of(std::iter::empty()), None);
    }
}
