//! Scores of two classes: how well they are ranked, and the errors at a threshold.
//!
//! A sample is accepted when its score is at or above the threshold. "Positive" samples ought to be accepted: bona fide
//! presentations, genuine faces, masks where masks are looked for. "Negative" ones ought not.

/// Why two classes cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TwoClassError {
    /// Nothing ought to be accepted.
    #[error("there is no positive sample")]
    NoPositive,
    /// Nothing ought to be rejected.
    #[error("there is no negative sample")]
    NoNegative,
    /// A score is not a number.
    #[error("a score is not a number")]
    NotANumber,
}

/// Scores of two classes, both there.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoClasses {
    /// Lowest first.
    positive: Vec<f64>,
    /// Lowest first.
    negative: Vec<f64>,
}

/// One threshold and both errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Errors {
    /// Scores at or above it are accepted.
    pub threshold: f64,
    /// Share of positive samples below it.
    pub false_negative: f64,
    /// Share of negative samples at or above it.
    pub false_positive: f64,
}

impl TwoClasses {
    /// Takes `(is positive, score)` of each sample.
    ///
    /// # Errors
    /// A class is empty, or a score is not a number.
    pub fn new(samples: impl IntoIterator<Item = (bool, f64)>) -> Result<Self, TwoClassError> {
        let (mut positive, mut negative) = (Vec::new(), Vec::new());
        for (is_positive, score) in samples {
            if score.is_nan() {
                return Err(TwoClassError::NotANumber);
            }
            if is_positive { positive.push(score) } else { negative.push(score) }
        }
        if positive.is_empty() {
            return Err(TwoClassError::NoPositive);
        }
        if negative.is_empty() {
            return Err(TwoClassError::NoNegative);
        }
        positive.sort_unstable_by(f64::total_cmp);
        negative.sort_unstable_by(f64::total_cmp);
        Ok(Self { positive, negative })
    }

    /// Number of positive and of negative samples.
    #[must_use]
    pub const fn counts(&self) -> (usize, usize) {
        (self.positive.len(), self.negative.len())
    }

    /// Area under the ROC curve: the probability that a positive sample scores higher than a negative one, ties
    /// counted half (Mann and Whitney).
    #[must_use]
    pub fn auc(&self) -> f64 {
        let wins: f64 = self
            .positive
            .iter()
            .map(|score| {
                let below = self.negative.partition_point(|other| other < score);
                let not_above = self.negative.partition_point(|other| other <= score);
                f64::midpoint(below as f64, not_above as f64)
            })
            .sum();
        wins / (self.positive.len() as f64 * self.negative.len() as f64)
    }

    /// Both errors at `threshold`.
    #[must_use]
    pub fn errors(&self, threshold: f64) -> Errors {
        Errors {
            threshold,
            false_negative: share_below(&self.positive, threshold),
            false_positive: share_from(&self.negative, threshold),
        }
    }

    /// Both errors at every threshold that differs, lowest first: each score, and one above all.
    #[must_use]
    pub fn curve(&self) -> Vec<Errors> {
        let mut thresholds: Vec<f64> = self.positive.iter().chain(&self.negative).copied().collect();
        thresholds.sort_unstable_by(f64::total_cmp);
        thresholds.dedup();
        thresholds.extend(thresholds.last().map(|last| last.next_up()));
        thresholds.into_iter().map(|threshold| self.errors(threshold)).collect()
    }

    /// The rate at which both errors are equal. Where no threshold makes them so, the mean of both at the threshold at
    /// which they differ least; of several such, the lowest mean.
    #[must_use]
    pub fn equal_error_rate(&self) -> f64 {
        let mean = |at: &Errors| f64::midpoint(at.false_negative, at.false_positive);
        let apart = |at: &Errors| (at.false_negative - at.false_positive).abs();
        let order = |a: &Errors, b: &Errors| apart(a).total_cmp(&apart(b)).then(mean(a).total_cmp(&mean(b)));
        self.curve().iter().min_by(|a, b| order(a, b)).map_or(0.5, mean)
    }

    /// The lowest threshold that accepts at most the share `most` of the negative samples.
    #[must_use]
    pub fn threshold_for_false_positives(&self, most: f64) -> f64 {
        threshold_accepting(&self.negative, most)
    }

    /// The highest threshold that rejects at most the share `most` of the positive samples.
    #[must_use]
    pub fn threshold_for_false_negatives(&self, most: f64) -> f64 {
        let allowed = allowed(most, self.positive.len());
        self.positive.get(allowed).or(self.positive.last()).copied().unwrap_or(f64::INFINITY)
    }
}

/// The lowest threshold that at most the share `most` of `scores`, lowest first, reach.
///
/// Just above the first score too many: conservative where scores tie. Where all may pass, the lowest score.
#[must_use]
pub fn threshold_accepting(scores: &[f64], most: f64) -> f64 {
    let allowed = allowed(most, scores.len());
    match scores.len().checked_sub(allowed + 1) {
        Some(too_many) => scores[too_many].next_up(),
        None => scores.first().copied().unwrap_or(f64::NEG_INFINITY),
    }
}

/// Share of `scores`, lowest first, below `threshold`; 0 of none.
#[must_use]
pub fn share_below(scores: &[f64], threshold: f64) -> f64 {
    scores.partition_point(|score| *score < threshold) as f64 / scores.len().max(1) as f64
}

/// Share of `scores`, lowest first, at or above `threshold`; 0 of none.
#[must_use]
pub fn share_from(scores: &[f64], threshold: f64) -> f64 {
    let below = scores.partition_point(|score| *score < threshold);
    (scores.len() - below) as f64 / scores.len().max(1) as f64
}

/// How many of `n` a share of `most` allows; the small number makes up for shares that binary fractions miss.
fn allowed(most: f64, n: usize) -> usize {
    (most * n as f64 + 1e-9).floor().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(positive: &[f64], negative: &[f64]) -> TwoClasses {
        let samples = positive.iter().map(|s| (true, *s)).chain(negative.iter().map(|s| (false, *s)));
        TwoClasses::new(samples).expect("both classes")
    }

    #[track_caller]
    fn check_auc(positive: &[f64], negative: &[f64], expected: f64) {
        let actual = classes(positive, negative).auc();
        assert!((actual - expected).abs() < 1e-12, "{actual} instead of {expected}");
    }

    #[test]
    fn the_area_counts_pairs_in_the_right_order() {
        check_auc(&[0.8, 0.9], &[0.1, 0.2], 1.0);
        check_auc(&[0.1, 0.2], &[0.8, 0.9], 0.0);
        // Of the four pairs, (.9, .5), (.9, .7) and (.6, .5) are in order.
        check_auc(&[0.9, 0.6], &[0.5, 0.7], 0.75);
    }

    #[test]
    fn ties_count_half() {
        check_auc(&[0.5], &[0.5], 0.5);
        check_auc(&[0.5, 0.5, 0.9], &[0.5, 0.1], (1.5 + 1.5 + 2.0) / 6.0);
        check_auc(&[1.0; 4], &[1.0; 7], 0.5);
    }

    #[test]
    fn a_missing_class_is_told() {
        assert_eq!(TwoClasses::new([(false, 0.1)]), Err(TwoClassError::NoPositive));
        assert_eq!(TwoClasses::new([(true, 0.1)]), Err(TwoClassError::NoNegative));
        assert_eq!(TwoClasses::new([]), Err(TwoClassError::NoPositive));
        assert_eq!(TwoClasses::new([(true, f64::NAN), (false, 0.0)]), Err(TwoClassError::NotANumber));
    }

    #[test]
    fn a_score_at_the_threshold_is_accepted() {
        let errors = classes(&[0.4, 0.6], &[0.4, 0.2]).errors(0.4);
        assert_eq!((errors.false_negative, errors.false_positive), (0.0, 0.5));
    }

    #[test]
    fn the_curve_begins_with_everybody_and_ends_with_nobody() {
        let curve = classes(&[0.4, 0.6], &[0.4, 0.2]).curve();
        let rates: Vec<(f64, f64)> = curve.iter().map(|at| (at.false_negative, at.false_positive)).collect();
        assert_eq!(rates, [(0.0, 1.0), (0.0, 0.5), (0.5, 0.0), (1.0, 0.0)]);
    }

    #[track_caller]
    fn check_eer(positive: &[f64], negative: &[f64], expected: f64) {
        let actual = classes(positive, negative).equal_error_rate();
        assert!((actual - expected).abs() < 1e-12, "{actual} instead of {expected}");
    }

    #[test]
    fn the_equal_error_rate_lies_where_the_errors_meet() {
        check_eer(&[0.8, 0.9], &[0.1, 0.2], 0.0);
        check_eer(&[0.1, 0.2], &[0.8, 0.9], 1.0);
        check_eer(&[0.9, 0.8, 0.1], &[0.0, 0.2, -0.4], 1.0 / 3.0);
        // At .5: none of the positive, half of the negative; just above: all, none. The first is nearer.
        check_eer(&[0.5], &[0.5, 0.1], 0.25);
    }

    #[test]
    fn thresholds_keep_their_promise() {
        let ten: Vec<f64> = (0..10).map(|i| f64::from(i) / 10.0).collect();
        let scores = classes(&ten, &ten);
        let accepting = scores.threshold_for_false_positives(0.2);
        assert_eq!((accepting, scores.errors(accepting).false_positive), (0.7_f64.next_up(), 0.2));
        let rejecting = scores.threshold_for_false_negatives(0.2);
        assert_eq!((rejecting, scores.errors(rejecting).false_negative), (0.2, 0.2));
        assert_eq!(scores.threshold_for_false_positives(0.0), 0.9_f64.next_up());
        assert_eq!(scores.threshold_for_false_negatives(0.0), 0.0);
        assert_eq!(scores.threshold_for_false_positives(1.0), 0.0);
        assert_eq!(scores.threshold_for_false_negatives(1.0), 0.9);
    }

    #[test]
    fn ties_never_break_the_promise() {
        let scores = classes(&[0.5; 4], &[0.5; 4]);
        let accepting = scores.threshold_for_false_positives(0.5);
        assert_eq!(scores.errors(accepting).false_positive, 0.0);
        let rejecting = scores.threshold_for_false_negatives(0.5);
        assert_eq!(scores.errors(rejecting).false_negative, 0.0);
    }
}
