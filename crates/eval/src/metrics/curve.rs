//! Error rates over all thresholds: the equal error rate and the DET curve, from the counts of all scores.

use super::histogram::Histogram;

/// One threshold on the way through the scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// Cosine.
    pub threshold: f32,
    /// Share of impostor scores at or above it.
    pub fmr: f64,
    /// Share of genuine scores below it.
    pub fnmr: f64,
}

/// The error rate at which both kinds of error are equally frequent; `None` if either kind of pair is missing.
///
/// Where no edge of the grid makes them equal, the mean of both at the edge at which they differ least.
#[must_use]
pub fn equal_error_rate(genuine: &Histogram, impostor: &Histogram) -> Option<f64> {
    points(genuine, impostor)?
        .min_by(|a, b| (a.fmr - a.fnmr).abs().total_cmp(&(b.fmr - b.fnmr).abs()))
        .map(|point| f64::midpoint(point.fmr, point.fnmr))
}

/// The detection error trade-off, at most `n_points` thresholds that differ in either rate.
///
/// Evenly spaced in the logarithm of the false match rate, the scale on which it is read; lowest threshold first.
#[must_use]
pub fn det_curve(genuine: &Histogram, impostor: &Histogram, n_points: usize) -> Vec<CurvePoint> {
    let Some(points) = points(genuine, impostor) else { return Vec::new() };
    let smallest = 1.0 / impostor.total() as f64;
    let step = -smallest.ln() / n_points.max(2) as f64;
    let mut curve: Vec<CurvePoint> = Vec::new();
    for point in points {
        let far_enough = curve.last().is_none_or(|last| {
            let moved = last.fmr.max(smallest).ln() - point.fmr.max(smallest).ln();
            moved >= step || (point.fmr <= smallest && point.fnmr - last.fnmr >= 1.0 / n_points.max(2) as f64)
        });
        if far_enough {
            curve.push(point);
        }
    }
    curve
}

fn points<'a>(
    genuine: &'a Histogram,
    impostor: &'a Histogram,
) -> Option<impl Iterator<Item = CurvePoint> + 'a> {
    let (n_genuine, n_impostor) = (genuine.total(), impostor.total());
    if n_genuine == 0 || n_impostor == 0 {
        return None;
    }
    let mut below = (0_u64, 0_u64);
    let bins = genuine.counts().iter().zip(impostor.counts()).enumerate();
    Some(bins.map(move |(bin, (n_genuine_here, n_impostor_here))| {
        let point = CurvePoint {
            threshold: impostor.lower_edge(bin),
            fmr: (n_impostor - below.1) as f64 / n_impostor as f64,
            fnmr: below.0 as f64 / n_genuine as f64,
        };
        below = (below.0 + n_genuine_here, below.1 + n_impostor_here);
        point
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(scores: &[f32]) -> Histogram {
        let mut histogram = Histogram::new(20);
        scores.iter().for_each(|score| histogram.add(*score));
        histogram
    }

    #[track_caller]
    fn check_eer(genuine: &[f32], impostor: &[f32], expected: f64) {
        let actual =
            equal_error_rate(&histogram(genuine), &histogram(impostor)).expect("both kinds of pairs");
        assert!((actual - expected).abs() < 1e-12, "{actual} instead of {expected}");
    }

    #[test]
    fn separated_scores_have_no_error_and_exchanged_ones_nothing_else() {
        check_eer(&[0.75, 0.85], &[0.05, 0.15], 0.0);
        check_eer(&[0.05, 0.15], &[0.75, 0.85], 1.0);
    }

    #[test]
    fn one_of_three_on_the_wrong_side_is_a_third() {
        check_eer(&[0.95, 0.85, 0.15], &[0.05, 0.25, -0.45], 1.0 / 3.0);
    }

    #[test]
    fn unequal_rates_are_averaged_where_they_are_closest() {
        // Between .25 and .75: FMR 0, FNMR 1/2. At or below .25: FMR 1/2... the closest edge has FMR 1/2, FNMR 1/2.
        check_eer(&[0.15, 0.85], &[0.25, 0.05], 0.5);
    }

    #[test]
    fn no_pairs_no_rate() {
        assert_eq!(equal_error_rate(&histogram(&[]), &histogram(&[0.1])), None);
        assert!(det_curve(&histogram(&[0.1]), &histogram(&[]), 10).is_empty());
    }

    #[test]
    fn the_curve_starts_at_everybody_matches_and_falls() {
        let curve = det_curve(&histogram(&[0.95, 0.85, 0.15]), &histogram(&[0.05, 0.25, -0.45]), 50);
        let first = curve.first().expect("a curve");
        assert_eq!((first.fmr, first.fnmr), (1.0, 0.0));
        assert!(curve.windows(2).all(|two| two[1].fmr <= two[0].fmr && two[1].fnmr >= two[0].fnmr));
        let last = curve.last().expect("a curve");
        assert!(last.fmr <= 1.0 / 3.0);
    }
}
