//! Decision trees on a few numbers, and a bag of them (Breiman 1984, 1996).

use super::Sample;
use crate::metrics::SplitMix64;

/// Trees in a bag.
const N_TREES: usize = 30;
/// Questions from the root to a leaf, at most.
const DEPTH: usize = 6;
/// Samples in a leaf, at least.
const LEAST_LEAF: usize = 5;

/// Trees, each grown on a draw of the samples with replacement.
pub(super) struct Bag(Vec<Node>);

enum Node {
    /// Share of positive samples.
    Leaf(f64),
    Question {
        feature: usize,
        /// Values below it go to the first child.
        below: f64,
        children: Box<[Node; 2]>,
    },
}

/// A split of a node's samples.
struct Split {
    feature: usize,
    below: f64,
    /// Weighted impurity of both parts.
    impurity: f64,
}

impl Bag {
    /// Grows a bag on `samples`, which are not empty and equally long.
    pub(super) fn grow(samples: &[&Sample], seed: u64) -> Self {
        let mut random = SplitMix64::new(seed);
        let n = samples.len() as u32;
        let trees = (0..N_TREES).map(|_| {
            let drawn: Vec<&Sample> = (0..n).map(|_| samples[random.below(n) as usize]).collect();
            grow(drawn, DEPTH)
        });
        Self(trees.collect())
    }

    /// Mean over the trees of the share of positive samples where `features` end up.
    pub(super) fn probability(&self, features: &[f64]) -> f64 {
        self.0.iter().map(|tree| tree.probability(features)).sum::<f64>() / self.0.len() as f64
    }
}

impl Node {
    fn probability(&self, features: &[f64]) -> f64 {
        match self {
            Self::Leaf(share) => *share,
            Self::Question { feature, below, children } => {
                children[usize::from(features[*feature] >= *below)].probability(features)
            }
        }
    }
}

fn grow(samples: Vec<&Sample>, depth: usize) -> Node {
    let n_positive = samples.iter().filter(|sample| sample.positive).count();
    let share = n_positive as f64 / samples.len().max(1) as f64;
    let pure = n_positive == 0 || n_positive == samples.len();
    let split = if depth == 0 || pure { None } else { best_split(&samples) };
    let Some(Split { feature, below, impurity: _ }) = split else { return Node::Leaf(share) };
    let (low, high): (Vec<&Sample>, Vec<&Sample>) =
        samples.into_iter().partition(|sample| sample.features[feature] < below);
    let children = Box::new([grow(low, depth - 1), grow(high, depth - 1)]);
    Node::Question { feature, below, children }
}

/// The question that leaves the least impurity (Gini); `None` if every one leaves too small a part.
fn best_split(samples: &[&Sample]) -> Option<Split> {
    let n_features = samples.first()?.features.len();
    let splits = (0..n_features).filter_map(|feature| best_split_on(samples, feature));
    splits.min_by(|a, b| a.impurity.total_cmp(&b.impurity))
}

fn best_split_on(samples: &[&Sample], feature: usize) -> Option<Split> {
    let mut sorted: Vec<(f64, bool)> =
        samples.iter().map(|sample| (sample.features[feature], sample.positive)).collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let n_positive = sorted.iter().filter(|(_, positive)| *positive).count() as f64;
    let n = sorted.len();
    let mut positive_below = 0.0;
    let mut best: Option<Split> = None;
    for at in 1..n {
        positive_below += f64::from(u8::from(sorted[at - 1].1));
        let (before, here) = (sorted[at - 1].0, sorted[at].0);
        if before == here || at < LEAST_LEAF || n - at < LEAST_LEAF {
            continue;
        }
        let impurity = gini(positive_below, at as f64) + gini(n_positive - positive_below, (n - at) as f64);
        if best.as_ref().is_none_or(|best| impurity < best.impurity) {
            best = Some(Split { feature, below: f64::midpoint(before, here), impurity });
        }
    }
    best
}

/// Impurity of `n` samples of which `positive` are positive, times `n`.
fn gini(positive: f64, n: f64) -> f64 {
    2.0 * positive * (n - positive) / n
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(value: f64, positive: bool) -> Sample {
        Sample { features: vec![0.0, value], positive, group: 0 }
    }

    #[test]
    fn the_question_parts_the_classes() {
        let samples: Vec<Sample> = (0..20).map(|i| sample(f64::from(i), i >= 8)).collect();
        let split = best_split(&samples.iter().collect::<Vec<_>>()).expect("a split");
        assert_eq!((split.feature, split.below, split.impurity), (1, 7.5, 0.0));
    }

    #[test]
    fn a_part_is_never_smaller_than_a_leaf() {
        let samples: Vec<Sample> = (0..9).map(|i| sample(f64::from(i), i >= 8)).collect();
        assert!(best_split(&samples.iter().collect::<Vec<_>>()).is_none());
    }
}
