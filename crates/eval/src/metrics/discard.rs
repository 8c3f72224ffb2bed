//! Error-versus-discard curves (ISO/IEC 29794-1): if the worst photos were turned away, how many errors would go with
//! them?
//!
//! The threshold stays where it is; genuine comparisons are discarded in the order of their quality, which is that of
//! the worse photo of the two. A good measure loses the errors first.

/// A genuine comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JudgedPair {
    /// Quality of the worse photo; higher is better.
    pub quality: f64,
    /// Whether it was called different persons.
    pub wrong: bool,
}

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiscardPoint {
    /// Share of the comparisons discarded.
    pub discarded: f64,
    /// False non-match rate of the rest.
    pub fnmr: f64,
}

/// The curve up to a discarded share of `most`, one point for each comparison discarded.
///
/// Comparisons of equal quality go in no order: each takes the mean error of all of them with it. `None` without
/// comparisons, or where a quality is not a number.
#[must_use]
pub fn discard_curve(pairs: &[JudgedPair], most: f64) -> Option<Vec<DiscardPoint>> {
    if pairs.is_empty() || pairs.iter().any(|pair| pair.quality.is_nan()) {
        return None;
    }
    let mut sorted = pairs.to_vec();
    sorted.sort_unstable_by(|a, b| a.quality.total_cmp(&b.quality));
    let n = sorted.len();
    let n_discarded = ((most * n as f64) as usize).min(n - 1);
    let mut left = sorted.iter().filter(|pair| pair.wrong).count() as f64;
    let mut curve = vec![DiscardPoint { discarded: 0.0, fnmr: left / n as f64 }];
    for block in sorted.chunk_by(|a, b| a.quality == b.quality) {
        let each = block.iter().filter(|pair| pair.wrong).count() as f64 / block.len() as f64;
        for _ in block {
            let gone = curve.len();
            if gone > n_discarded {
                return Some(curve);
            }
            left -= each;
            let rest = n - gone;
            let fnmr = (left / rest as f64).max(0.0);
            curve.push(DiscardPoint { discarded: gone as f64 / n as f64, fnmr });
        }
    }
    Some(curve)
}

/// Mean false non-match rate along the curve: its area over the share that was discarded. 0 with fewer than two points.
#[must_use]
pub fn mean_along(curve: &[DiscardPoint]) -> f64 {
    let [first, .., last] = curve else { return 0.0 };
    let area: f64 = curve
        .windows(2)
        .map(|two| (two[1].discarded - two[0].discarded) * f64::midpoint(two[0].fnmr, two[1].fnmr))
        .sum();
    area / (last.discarded - first.discarded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(f64, bool)]) -> Vec<JudgedPair> {
        list.iter().map(|&(quality, wrong)| JudgedPair { quality, wrong }).collect()
    }

    #[track_caller]
    fn check(list: &[(f64, bool)], most: f64, expected: &[f64]) {
        let curve = discard_curve(&pairs(list), most).expect("a curve");
        let rates: Vec<f64> = curve.iter().map(|point| point.fnmr).collect();
        assert_eq!(rates.len(), expected.len(), "{rates:?}");
        assert!(rates.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{rates:?}");
    }

    #[test]
    fn a_good_measure_loses_the_errors_first() {
        check(&[(0.9, false), (0.1, true), (0.8, false), (0.7, false)], 0.5, &[0.25, 0.0, 0.0]);
    }

    #[test]
    fn a_bad_one_keeps_them() {
        check(&[(0.9, true), (0.1, false), (0.2, false), (0.3, false)], 0.5, &[0.25, 1.0 / 3.0, 0.5]);
    }

    #[test]
    fn equal_quality_says_nothing() {
        check(&[(0.5, true), (0.5, false), (0.5, false), (0.5, false)], 0.75, &[0.25; 4]);
    }

    #[test]
    fn the_mean_is_the_area_over_the_width() {
        let curve = discard_curve(&pairs(&[(0.1, true), (0.2, false), (0.3, false), (0.4, false)]), 0.5);
        // .25 to 0 on the first quarter, 0 on the second.
        assert!((mean_along(&curve.expect("a curve")) - 0.0625).abs() < 1e-12);
        assert_eq!(mean_along(&[]), 0.0);
    }

    #[test]
    fn nothing_has_no_curve() {
        assert_eq!(discard_curve(&[], 0.5), None);
        assert_eq!(discard_curve(&pairs(&[(f64::NAN, true)]), 0.5), None);
    }
}
