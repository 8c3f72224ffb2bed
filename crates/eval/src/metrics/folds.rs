//! Accuracy by cross-validation: a threshold chosen on all folds but one, judged on the one left out.

use super::histogram::Histogram;

/// Bins of one fold's histograms: thresholds are chosen to 2^-13, finer than a fold's accuracy can tell.
const N_BINS: usize = 1 << 14;

/// Scores of the pairs of one fold.
#[derive(Clone, Debug)]
pub struct FoldCounts {
    /// Pairs of one person.
    pub genuine: Histogram,
    /// Pairs of different persons.
    pub impostor: Histogram,
}

impl Default for FoldCounts {
    fn default() -> Self {
        Self { genuine: Histogram::new(N_BINS), impostor: Histogram::new(N_BINS) }
    }
}

impl FoldCounts {
    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.genuine.merge(&other.genuine);
        self.impostor.merge(&other.impostor);
    }
}

/// What a right answer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighting {
    /// Every pair the same, as in the protocol of LFW, whose folds hold as many genuine as impostor pairs.
    EveryPair,
    /// Genuine pairs together as much as impostor pairs together, however many there are of each.
    EveryKind,
}

/// Mean over the folds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoldAccuracy {
    /// Mean share of right answers, 0 to 1.
    pub mean: f64,
    /// Standard error of that mean over the folds; `None` for fewer than two.
    pub standard_error: Option<f64>,
    /// Number of folds that could be judged.
    pub n_folds: usize,
}

/// Cross-validated accuracy. Folds that lack a kind of pair are left out; `None` if fewer than two remain.
#[must_use]
pub fn fold_accuracy(folds: &[FoldCounts], weighting: Weighting) -> Option<FoldAccuracy> {
    let usable: Vec<&FoldCounts> =
        folds.iter().filter(|fold| fold.genuine.total() > 0 && fold.impostor.total() > 0).collect();
    if usable.len() < 2 {
        return None;
    }
    let accuracies: Vec<f64> = (0..usable.len())
        .map(|left_out| {
            let mut others = FoldCounts::default();
            usable
                .iter()
                .enumerate()
                .filter(|(fold, _)| *fold != left_out)
                .for_each(|(_, fold)| others.merge(fold));
            accuracy_at(usable[left_out], best_threshold(&others, weighting), weighting)
        })
        .collect();
    let n = accuracies.len() as f64;
    let mean = accuracies.iter().sum::<f64>() / n;
    let variance = accuracies.iter().map(|accuracy| (accuracy - mean).powi(2)).sum::<f64>() / (n - 1.0);
    Some(FoldAccuracy { mean, standard_error: Some((variance / n).sqrt()), n_folds: accuracies.len() })
}

/// The bin from which on scores count as the same person.
fn best_threshold(fold: &FoldCounts, weighting: Weighting) -> usize {
    let mut best = (0.0, 0, 0);
    let mut counts = Confusion::everybody_matches(fold);
    for bin in 0..N_BINS {
        let accuracy = counts.accuracy(weighting);
        // The middle of the best stretch: an edge of it is right by accident.
        if accuracy > best.0 {
            best = (accuracy, bin, bin);
        } else if accuracy == best.0 && best.2 + 1 == bin {
            best.2 = bin;
        }
        counts.raise(fold, bin);
    }
    usize::midpoint(best.1, best.2)
}

fn accuracy_at(fold: &FoldCounts, threshold_bin: usize, weighting: Weighting) -> f64 {
    let mut counts = Confusion::everybody_matches(fold);
    (0..threshold_bin).for_each(|bin| counts.raise(fold, bin));
    counts.accuracy(weighting)
}

/// Right answers at one threshold.
struct Confusion {
    genuine_matched: u64,
    n_genuine: u64,
    impostors_rejected: u64,
    n_impostor: u64,
}

impl Confusion {
    fn everybody_matches(fold: &FoldCounts) -> Self {
        let n_genuine = fold.genuine.total();
        Self {
            genuine_matched: n_genuine,
            n_genuine,
            impostors_rejected: 0,
            n_impostor: fold.impostor.total(),
        }
    }

    /// Moves the threshold from the lower to the upper edge of `bin`.
    fn raise(&mut self, fold: &FoldCounts, bin: usize) {
        self.genuine_matched -= fold.genuine.counts()[bin];
        self.impostors_rejected += fold.impostor.counts()[bin];
    }

    fn accuracy(&self, weighting: Weighting) -> f64 {
        let (matched, rejected) = (self.genuine_matched as f64, self.impostors_rejected as f64);
        let (n_genuine, n_impostor) = (self.n_genuine as f64, self.n_impostor as f64);
        match weighting {
            Weighting::EveryPair => (matched + rejected) / (n_genuine + n_impostor),
            Weighting::EveryKind => f64::midpoint(matched / n_genuine, rejected / n_impostor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(genuine: &[f32], impostor: &[f32]) -> FoldCounts {
        let mut fold = FoldCounts::default();
        genuine.iter().for_each(|score| fold.genuine.add(*score));
        impostor.iter().for_each(|score| fold.impostor.add(*score));
        fold
    }

    #[track_caller]
    fn check(folds: &[FoldCounts], weighting: Weighting, mean: f64) {
        let accuracy = fold_accuracy(folds, weighting).expect("two folds");
        assert!((accuracy.mean - mean).abs() < 1e-12, "{accuracy:?} instead of {mean}");
    }

    #[test]
    fn separable_folds_are_all_right() {
        let folds = [fold(&[0.8, 0.9], &[0.1, 0.2]), fold(&[0.7], &[0.3])];
        check(&folds, Weighting::EveryPair, 1.0);
    }

    #[test]
    fn the_threshold_comes_from_the_other_folds() {
        // The second fold alone would choose a threshold near .3; the first one's is .5: it loses the genuine .4.
        let folds = [fold(&[0.8], &[0.2]), fold(&[0.4, 0.9], &[0.2, 0.2])];
        check(&folds, Weighting::EveryPair, f64::midpoint(1.0, 0.75));
    }

    #[test]
    fn rare_kinds_count_as_much_as_frequent_ones_if_asked() {
        let uneven = || fold(&[0.1, 0.9], &[0.2; 8]);
        check(&[uneven(), uneven()], Weighting::EveryPair, 0.9);
        check(&[uneven(), uneven()], Weighting::EveryKind, 0.75);
    }

    #[test]
    fn one_fold_cannot_be_cross_validated() {
        assert_eq!(fold_accuracy(&[fold(&[0.9], &[0.1]), fold(&[0.9], &[])], Weighting::EveryPair), None);
    }

    #[test]
    fn equal_folds_have_no_standard_error() {
        let folds = [fold(&[0.9], &[0.1]), fold(&[0.9], &[0.1]), fold(&[0.9], &[0.1])];
        let accuracy = fold_accuracy(&folds, Weighting::EveryPair).expect("three folds");
        assert_eq!((accuracy.standard_error, accuracy.n_folds), (Some(0.0), 3));
    }
}
