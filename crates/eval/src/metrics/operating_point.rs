//! The threshold that keeps the false match rate at or below a target, and what it costs genuine users.

use super::scores::{ComparisonScores, Genuine};

/// One threshold and its two error rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperatingPoint {
    /// The false match rate that was asked for.
    pub target_fmr: f64,
    /// Scores at or above this cosine count as the same person.
    pub threshold: f32,
    /// Share of impostor pairs at or above the threshold; never more than the target.
    pub fmr: f64,
    /// Number of them. Below some thirty the threshold is an anecdote; at 0 it merely lies above every score seen.
    pub n_false_matches: u64,
    /// Share of genuine pairs below the threshold.
    pub fnmr: f64,
}

/// The lowest threshold at which the false match rate does not exceed `target_fmr`.
///
/// With k = floor(target x impostor pairs) it lies just above the (k+1)-th strongest impostor score: conservative
/// where scores tie. Rates beyond what `scores.strongest` holds are read off the histogram, at the edge of a bin.
/// `None` without genuine or impostor pairs.
#[must_use]
pub fn operating_point(scores: &ComparisonScores, target_fmr: f64) -> Option<OperatingPoint> {
    if scores.genuine.is_empty() || scores.n_impostor == 0 {
        return None;
    }
    let allowed = (target_fmr * scores.n_impostor as f64).floor() as usize;
    let threshold = match scores.strongest.get(allowed) {
        Some(too_many) => too_many.score.next_up(),
        // Every impostor pair may match: the weakest of them is the lowest threshold that means anything.
        None if scores.strongest.len() as u64 == scores.n_impostor => scores.strongest.last()?.score,
        None => return Some(from_counts(scores, target_fmr, allowed as u64)),
    };
    let n_false_matches = scores.strongest.partition_point(|pair| pair.score >= threshold) as u64;
    Some(point(scores, target_fmr, threshold, n_false_matches))
}

/// At the lowest edge of a bin that not more than `allowed` impostors reach.
fn from_counts(scores: &ComparisonScores, target_fmr: f64, allowed: u64) -> OperatingPoint {
    let counts = scores.impostor_counts.counts();
    let (mut bin, mut above) = (counts.len(), 0);
    while let Some(below) = bin.checked_sub(1).filter(|below| above + counts[*below] <= allowed) {
        above += counts[below];
        bin = below;
    }
    point(scores, target_fmr, scores.impostor_counts.lower_edge(bin), above)
}

fn point(scores: &ComparisonScores, target_fmr: f64, threshold: f32, n_false_matches: u64) -> OperatingPoint {
    let fmr = n_false_matches as f64 / scores.n_impostor as f64;
    OperatingPoint { target_fmr, threshold, fmr, n_false_matches, fnmr: fnmr_at(&scores.genuine, threshold) }
}

/// Share of `genuine`, sorted with the lowest score first, that lies below `threshold`.
#[must_use]
pub fn fnmr_at(genuine: &[Genuine], threshold: f32) -> f64 {
    genuine.partition_point(|pair| pair.score < threshold) as f64 / genuine.len() as f64
}

#[cfg(test)]
mod tests {
    use super::super::scores::Impostor;
    use super::*;

    fn scores(genuine: &[f32], impostor: &[f32]) -> ComparisonScores {
        let genuine = genuine.iter().map(|&score| Genuine { score, person: 0, photos: [0, 1] }).collect();
        let impostor =
            impostor.iter().map(|&score| Impostor { score, persons: [0, 1], photos: [0, 1] }).collect();
        ComparisonScores::from_lists(genuine, impostor, 2)
    }

    const TEN: [f32; 10] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    /// Target FMR, genuine scores, expected threshold lies just above, false matches, FNMR.
    #[track_caller]
    fn check(target: f64, genuine: &[f32], just_above: f32, n_false_matches: u64, fnmr: f64) {
        let point = operating_point(&scores(genuine, &TEN), target).expect("both kinds of pairs");
        assert_eq!((point.threshold, point.n_false_matches), (just_above.next_up(), n_false_matches));
        assert!((point.fnmr - fnmr).abs() < 1e-12, "FNMR {} instead of {fnmr}", point.fnmr);
    }

    #[test]
    fn the_threshold_lies_just_above_the_first_impostor_too_many() {
        check(0.1, &[0.85, 0.95], 0.8, 1, 0.0);
        check(0.2, &[0.75, 0.7, 0.3, 0.95], 0.7, 2, 0.5);
        check(0.25, &[0.95], 0.7, 2, 0.0);
    }

    #[test]
    fn below_one_allowed_match_the_threshold_exceeds_every_impostor() {
        check(1e-4, &[0.95, 0.9, 0.1, 0.2], 0.9, 0, 0.75);
    }

    #[test]
    fn ties_never_push_the_rate_above_the_target() {
        let point =
            operating_point(&scores(&[0.5], &[0.5, 0.5, 0.5, 0.1]), 0.5).expect("both kinds of pairs");
        assert_eq!((point.n_false_matches, point.fmr, point.fnmr), (0, 0.0, 1.0));
    }

    #[test]
    fn a_score_at_the_threshold_matches() {
        let genuine = [0.3, 0.4].map(|score| Genuine { score, person: 0, photos: [0, 1] });
        assert_eq!((fnmr_at(&genuine, 0.4), fnmr_at(&genuine, 0.4_f32.next_up())), (0.5, 1.0));
    }

    #[test]
    fn nothing_to_compare_has_no_operating_point() {
        assert_eq!(operating_point(&scores(&[], &TEN), 0.1), None);
        assert_eq!(operating_point(&scores(&[0.5], &[]), 0.1), None);
    }

    #[test]
    fn beyond_a_cut_list_the_histogram_knows() {
        let mut cut = scores(&[0.85, 0.35], &TEN);
        cut.strongest.truncate(3);
        let point = operating_point(&cut, 0.4).expect("both kinds of pairs");
        assert_eq!((point.n_false_matches, point.fnmr), (4, 0.5));
        // Four impostors have .6 or more: the threshold lies within a bin's width above .5.
        assert!(point.threshold > 0.5 && point.threshold < 0.500_01, "{point:?}");
    }
}
