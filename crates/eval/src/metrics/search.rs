//! Open-set identification (ISO/IEC 19795-1): searches of people who are enrolled, and of people who are not.
//!
//! FPIR(t): share of searches of unenrolled people whose best candidate reaches t. FNIR(t): share of searches of
//! enrolled people whose best candidate is not they, or does not reach t.

use super::two_classes::threshold_accepting;

/// A search of somebody who is enrolled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatedSearch {
    /// Best score of the person's own references.
    pub own: f32,
    /// Best score of anybody else's; `None` if nobody else is enrolled.
    pub other: Option<f32>,
}

impl MatedSearch {
    /// Whether the person comes first. A tie does not count.
    #[must_use]
    pub fn first(&self) -> bool {
        self.other.is_none_or(|other| self.own > other)
    }
}

/// What a false positive identification rate costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SearchPoint {
    /// Candidates at or above it are named.
    pub threshold: f64,
    /// Share of searches of enrolled people that fail.
    pub fnir: f64,
    /// Searches of unenrolled people with a candidate.
    pub n_false_positives: usize,
}

/// The lowest threshold at which the false positive identification rate does not exceed `target`, and the false
/// negative rate there. `None` without searches of either kind.
#[must_use]
pub fn search_point(mated: &[MatedSearch], unmated: &[f64], target: f64) -> Option<SearchPoint> {
    if mated.is_empty() || unmated.is_empty() {
        return None;
    }
    let mut sorted = unmated.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let threshold = threshold_accepting(&sorted, target);
    let n_false_positives = sorted.iter().filter(|score| **score >= threshold).count();
    Some(SearchPoint { threshold, fnir: fnir_at(mated, threshold), n_false_positives })
}

/// The false negative identification rate at `threshold`.
#[must_use]
pub fn fnir_at(mated: &[MatedSearch], threshold: f64) -> f64 {
    let missed = mated.iter().filter(|search| !(search.first() && f64::from(search.own) >= threshold));
    missed.count() as f64 / mated.len().max(1) as f64
}

/// Share of searches of enrolled people that find them first, whatever the score; `None` without any.
#[must_use]
pub fn rank_one(mated: &[MatedSearch]) -> Option<f64> {
    let first = mated.iter().filter(|search| search.first()).count();
    (!mated.is_empty()).then(|| first as f64 / mated.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn mated(own: f32, other: f32) -> MatedSearch {
        MatedSearch { own, other: Some(other) }
    }

    #[test]
    fn a_person_must_come_first_and_reach_the_threshold() {
        let searches = [mated(0.9, 0.1), mated(0.5, 0.6), mated(0.3, 0.1), mated(0.5, 0.5)];
        assert_eq!(rank_one(&searches), Some(0.5));
        assert_eq!((fnir_at(&searches, 0.0), fnir_at(&searches, 0.4)), (0.5, 0.75));
        assert_eq!(rank_one(&[]), None);
        assert!(MatedSearch { own: -0.5, other: None }.first(), "alone in the gallery");
    }

    #[test]
    fn the_threshold_keeps_strangers_out() {
        let unmated = [0.1, 0.4, 0.2, 0.3];
        let point = search_point(&[mated(0.35, 0.1), mated(0.25, 0.1)], &unmated, 0.25).expect("both kinds");
        assert_eq!(point, SearchPoint { threshold: 0.3_f64.next_up(), fnir: 0.5, n_false_positives: 1 });
        assert_eq!(search_point(&[], &unmated, 0.25), None);
        assert_eq!(search_point(&[mated(0.3, 0.1)], &[], 0.25), None);
    }
}
