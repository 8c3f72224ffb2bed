//! What can be told without looking at a face: from format, borders, colour and sharpness alone.
//!
//! Sets of forged photos often give their answer away: all fakes were stored by one program at one size. A network can
//! learn that instead of the forgery, and looks good on the set and nowhere else. So a bag of small trees on trivial
//! features is judged beside it, by cross-validation: where the trees do as well, the set says nothing.

mod features;
mod tree;

use crate::metrics::SplitMix64;

pub(crate) use features::features;
use tree::Bag;

/// Folds of the cross-validation.
const N_FOLDS: usize = 5;
/// Its seed.
const SEED: u64 = 0x7121;

/// One photo.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    /// Its trivial features.
    pub(crate) features: Vec<f64>,
    /// Whether it belongs to the class that is looked for.
    pub(crate) positive: bool,
    /// Photos of one group are never on both sides of a fold.
    pub(crate) group: u32,
}

/// For each sample the probability that it is positive, by trees grown on the other folds. `None` if there are fewer
/// groups than two, or one side of a fold lacks a class.
pub(crate) fn cross_validated(samples: &[Sample]) -> Option<Vec<f64>> {
    let folds = folds(samples);
    let n_folds = folds.iter().max()? + 1;
    if n_folds < 2 {
        return None;
    }
    let mut predictions = vec![0.0; samples.len()];
    for fold in 0..n_folds {
        let grown: Vec<&Sample> =
            samples.iter().zip(&folds).filter(|(_, of)| **of != fold).map(|(sample, _)| sample).collect();
        let n_positive = grown.iter().filter(|sample| sample.positive).count();
        if n_positive == 0 || n_positive == grown.len() {
            return None;
        }
        let bag = Bag::grow(&grown, SEED ^ fold as u64);
        for (place, sample) in samples.iter().enumerate().filter(|(place, _)| folds[*place] == fold) {
            predictions[place] = bag.probability(&sample.features);
        }
    }
    Some(predictions)
}

/// The fold of each sample: groups are dealt out in a random order, those with positive samples first, so that every
/// fold has both classes where there are enough groups.
fn folds(samples: &[Sample]) -> Vec<usize> {
    let mut groups: Vec<u32> = samples.iter().map(|sample| sample.group).collect();
    groups.sort_unstable();
    groups.dedup();
    SplitMix64::new(SEED).shuffle(&mut groups);
    let has_positive = |group: u32| samples.iter().any(|sample| sample.positive && sample.group == group);
    let positive: std::collections::HashSet<u32> =
        groups.iter().copied().filter(|g| has_positive(*g)).collect();
    groups.sort_by_key(|group| !positive.contains(group));
    let n_folds = N_FOLDS.min(groups.len());
    let of: std::collections::HashMap<u32, usize> =
        groups.iter().enumerate().map(|(place, group)| (*group, place % n_folds.max(1))).collect();
    samples.iter().map(|sample| of[&sample.group]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(n: u32, feature: impl Fn(u32, bool) -> f64) -> Vec<Sample> {
        (0..2 * n)
            .map(|place| {
                let positive = place % 2 == 0;
                Sample {
                    features: vec![f64::from(place * 7919 % 101), feature(place, positive)],
                    positive,
                    group: place,
                }
            })
            .collect()
    }

    fn share_right(samples: &[Sample]) -> f64 {
        let predictions = cross_validated(samples).expect("both classes");
        let right = samples.iter().zip(&predictions).filter(|(sample, p)| sample.positive == (**p > 0.5));
        right.count() as f64 / samples.len() as f64
    }

    #[test]
    fn what_is_in_the_format_is_found() {
        // One class is stored with more bytes a pixel, with some overlap.
        let told = samples(200, |place, positive| f64::from(place % 10) + if positive { 8.0 } else { 0.0 });
        assert!(share_right(&told) > 0.85, "{}", share_right(&told));
    }

    #[test]
    fn what_is_not_is_not_learned_by_heart() {
        let mut random = SplitMix64::new(5);
        let noise: Vec<f64> = (0..400).map(|_| f64::from(random.below(1000))).collect();
        let blind = samples(200, |place, _| noise[place as usize]);
        assert!((0.4..0.6).contains(&share_right(&blind)), "{}", share_right(&blind));
    }

    #[test]
    fn one_class_or_one_group_cannot_be_validated() {
        let mut one_group = samples(10, |_, _| 0.0);
        one_group.iter_mut().for_each(|sample| sample.group = 3);
        assert_eq!(cross_validated(&one_group), None);
        let mut one_class = samples(10, |_, _| 0.0);
        one_class.iter_mut().for_each(|sample| sample.positive = true);
        assert_eq!(cross_validated(&one_class), None);
        assert_eq!(cross_validated(&[]), None);
    }
}
