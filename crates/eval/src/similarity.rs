//! Fits the calibrated similarity: anchors where the false match rate is known, straight lines between them.
//!
//! Similarity = 0.25 - 0.125 log10(FMR) from FMR 1e-1 to 1e-4: each further decade of false matches avoided adds
//! 1/8, so that 0.5 is 1e-2 and 0.75 is 1e-4. Beyond that it rises more slowly, to 1 at cosine 1.

use faceward_models::calibration::similarity::{Knot, OperatingPoint};

/// The false match rates that become anchors, and the similarity of each.
pub const ANCHORS: [(f64, f64); 6] =
    [(1e-1, 0.375), (1e-2, 0.5), (1e-3, 0.625), (1e-4, 0.75), (1e-5, 0.82), (1e-6, 0.87)];

/// Impostor pairs that must lie above an anchor for its cosine to be read off; beyond that it is extrapolated.
const MIN_FALSE_MATCHES: f64 = 10.0;

/// What was measured at a false match rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// False match rate.
    pub fmr: f64,
    /// The cosine from which on pairs match.
    pub threshold: f32,
    /// False non-match rate there.
    pub fnmr: f64,
    /// 95 % interval of the cosine, where there is one.
    pub interval: Option<[f64; 2]>,
}

/// Why no map can be fitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// The measurement does not reach the two operating points that define the scale.
    #[error("{pairs} impostor pairs cannot fix FMR 1e-4: at least {needed} are needed")]
    TooFewPairs {
        /// Impostor pairs measured.
        pairs: u64,
        /// Impostor pairs needed.
        needed: u64,
    },
    /// The cosines do not rise with falling false match rates, or reach 1.
    #[error("the measured thresholds do not rise strictly below 1: {0}")]
    NotRising(String),
}

/// The operating points of the map: the `measured` ones of [`ANCHORS`], rarer rates extrapolated.
///
/// Where fewer than ten impostors of `n_impostor` lie above a threshold, the cosine goes on along the straight line of
/// the last two points over log10(FMR).
///
/// # Errors
/// The measurement does not support FMR 1e-4, or its thresholds do not rise strictly below 1.
pub fn fit(measured: &[Measured], n_impostor: u64) -> Result<Vec<OperatingPoint>, FitError> {
    let supported = |fmr: f64| fmr * n_impostor as f64 >= MIN_FALSE_MATCHES;
    let mut points: Vec<OperatingPoint> = Vec::with_capacity(ANCHORS.len());
    for (fmr, similarity) in ANCHORS {
        let known = measured.iter().find(|point| point.fmr == fmr && supported(fmr));
        points.push(match known {
            Some(known) => OperatingPoint {
                fmr,
                cosine: rounded_up(f64::from(known.threshold)),
                similarity,
                cosine_interval: known.interval.map(|ends| ends.map(rounded_up)),
                fnmr: Some(known.fnmr),
            },
            None if fmr >= 1e-4 => {
                let needed = (MIN_FALSE_MATCHES / 1e-4) as u64;
                return Err(FitError::TooFewPairs { pairs: n_impostor, needed });
            }
            None => {
                let cosine = rounded_up(extrapolated(&points, fmr));
                OperatingPoint { fmr, cosine, similarity, cosine_interval: None, fnmr: None }
            }
        });
    }
    let cosines: Vec<f64> = knots(&points).iter().map(|knot| knot.cosine).collect();
    if cosines.windows(2).any(|two| two[0] >= two[1]) {
        return Err(FitError::NotRising(format!("{cosines:?}")));
    }
    Ok(points)
}

/// The map through `points`, from one end of both scales to the other.
#[must_use]
pub fn knots(points: &[OperatingPoint]) -> Vec<Knot> {
    let ends = |cosine, similarity| Knot { cosine, similarity };
    let middle = points.iter().map(|point| Knot { cosine: point.cosine, similarity: point.similarity });
    std::iter::once(ends(-1.0, 0.0)).chain(middle).chain([ends(1.0, 1.0)]).collect()
}

/// Four digits are readable, and finer than any interval; upwards, so that the rate is kept.
fn rounded_up(cosine: f64) -> f64 {
    (cosine * 1e4 - 1e-6).ceil() / 1e4
}

/// Along the line through the last two points, over the logarithm of the rate.
fn extrapolated(points: &[OperatingPoint], fmr: f64) -> f64 {
    let [.., before, last] = points else { return 1.0 };
    let slope = (last.cosine - before.cosine) / (last.fmr.log10() - before.fmr.log10());
    last.cosine + slope * (fmr.log10() - last.fmr.log10())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(cosines: &[f32]) -> Vec<Measured> {
        let rates = ANCHORS.iter().map(|(fmr, _)| *fmr);
        rates
            .zip(cosines)
            .map(|(fmr, &threshold)| Measured { fmr, threshold, fnmr: 0.1, interval: None })
            .collect()
    }

    #[test]
    fn measured_rates_become_knots_and_rare_ones_go_on_straight() {
        // 4.7 million pairs: 47 lie above the threshold of 1e-5, five above that of 1e-6.
        let points = fit(&measured(&[0.1, 0.2, 0.3, 0.4, 0.48, 0.99]), 4_700_000).expect("a map");
        let knots = knots(&points);
        let expected = [
            (-1.0, 0.0),
            (0.1, 0.375),
            (0.2, 0.5),
            (0.3, 0.625),
            (0.4, 0.75),
            (0.48, 0.82),
            (0.56, 0.87),
            (1.0, 1.0),
        ];
        assert_eq!(knots.len(), expected.len());
        for (knot, (cosine, similarity)) in knots.iter().zip(expected) {
            assert!((knot.cosine - cosine).abs() <= 2.01e-4 && knot.similarity == similarity, "{knots:?}");
        }
        assert_eq!(
            points.iter().filter(|point| point.fnmr.is_none()).count(),
            1,
            "one point is extrapolated"
        );
    }

    #[test]
    fn too_few_pairs_cannot_fix_the_scale() {
        let error =
            fit(&measured(&[0.1, 0.2, 0.3, 0.4]), 3000).expect_err("3,000 pairs say nothing about 1e-4");
        assert_eq!(error, FitError::TooFewPairs { pairs: 3000, needed: 100_000 });
    }

    #[test]
    fn thresholds_that_do_not_rise_are_refused() {
        assert!(matches!(fit(&measured(&[0.1, 0.2, 0.2, 0.4]), 200_000), Err(FitError::NotRising(_))));
        assert!(matches!(fit(&measured(&[0.1, 0.2, 0.3, 1.0]), 200_000), Err(FitError::NotRising(_))));
    }

    #[test]
    fn a_cosine_is_never_rounded_down() {
        for (cosine, expected) in [(0.12341, 0.1235), (0.1234, 0.1234), (-0.12349, -0.1234)] {
            assert!((rounded_up(cosine) - expected).abs() < 1e-12, "{cosine}");
        }
    }

    #[test]
    fn anchors_follow_the_stated_formula() {
        for (fmr, similarity) in ANCHORS.iter().filter(|(fmr, _)| *fmr >= 1e-4) {
            assert!((0.25 - 0.125 * fmr.log10() - similarity).abs() < 1e-9, "{fmr}");
        }
    }
}
