//! What a set of comparisons leaves behind: every genuine score, the strongest impostor scores, counts of all.
//!
//! Millions of impostor pairs are not kept. The strongest of them decide each threshold and each interval; the
//! histograms hold the rest.

use super::histogram::Histogram;

/// Bins of the score histograms: 2^20 of 2^-19 each, as fine as the rounding of a product of 640 f32 terms.
const N_BINS: usize = 1 << 20;

/// The score of two photos of one person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Genuine {
    /// Cosine.
    pub score: f32,
    /// Index of the person.
    pub person: u32,
    /// Indices of the photos.
    pub photos: [u32; 2],
}

/// The score of two photos of different persons.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impostor {
    /// Cosine.
    pub score: f32,
    /// Indices of the persons.
    pub persons: [u32; 2],
    /// Indices of the photos.
    pub photos: [u32; 2],
}

/// Which impostor pairs there were: the bootstrap must know how many a person takes part in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImpostorDesign {
    /// Every photo against every photo of somebody else; photos per person.
    EveryPair {
        /// Indexed by person.
        n_photos: Vec<u32>,
    },
    /// The pairs of a list, all of them kept in [`ComparisonScores::strongest`].
    Listed {
        /// Number of persons that occur.
        n_persons: u32,
    },
}

impl ImpostorDesign {
    /// Number of persons.
    #[must_use]
    pub fn n_persons(&self) -> usize {
        match self {
            Self::EveryPair { n_photos } => n_photos.len(),
            Self::Listed { n_persons } => *n_persons as usize,
        }
    }
}

/// The result of comparing many pairs.
#[derive(Clone, Debug)]
pub struct ComparisonScores {
    /// Every genuine score, lowest first.
    pub genuine: Vec<Genuine>,
    /// The strongest impostor scores, highest first.
    pub strongest: Vec<Impostor>,
    /// Number of impostor pairs, kept or not.
    pub n_impostor: u64,
    /// Counts of the genuine scores.
    pub genuine_counts: Histogram,
    /// Counts of all impostor scores.
    pub impostor_counts: Histogram,
    /// How the impostor pairs came about.
    pub design: ImpostorDesign,
}

impl ComparisonScores {
    /// An empty pair of histograms of the grid that the scores use: genuine, impostor.
    #[must_use]
    pub fn empty_counts() -> [Histogram; 2] {
        [Histogram::new(N_BINS), Histogram::new(N_BINS)]
    }

    /// Takes complete lists of scores, as from a list of pairs.
    #[must_use]
    pub fn from_lists(genuine: Vec<Genuine>, impostor: Vec<Impostor>, n_persons: u32) -> Self {
        let [mut genuine_counts, mut impostor_counts] = Self::empty_counts();
        genuine.iter().for_each(|pair| genuine_counts.add(pair.score));
        impostor.iter().for_each(|pair| impostor_counts.add(pair.score));
        let n_impostor = impostor.len() as u64;
        let design = ImpostorDesign::Listed { n_persons };
        Self { genuine, strongest: impostor, n_impostor, genuine_counts, impostor_counts, design }.sorted()
    }

    /// Brings both lists into their documented order; ties in the order of the photos, so that runs are equal.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.genuine.sort_unstable_by(|a, b| a.score.total_cmp(&b.score).then(a.photos.cmp(&b.photos)));
        self.strongest.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.photos.cmp(&b.photos)));
        self
    }
}

/// Keeps the `capacity` strongest of the impostor pairs that it is shown, in memory for twice as many.
#[derive(Clone, Debug)]
pub struct Strongest {
    capacity: usize,
    floor: f32,
    kept: Vec<Impostor>,
}

impl Strongest {
    /// A keeper of the `capacity` strongest pairs.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), floor: f32::NEG_INFINITY, kept: Vec::new() }
    }

    /// Shows it one pair.
    pub fn offer(&mut self, pair: Impostor) {
        if pair.score < self.floor {
            return;
        }
        self.kept.push(pair);
        if self.kept.len() >= 2 * self.capacity {
            self.prune();
        }
    }

    /// Shows it everything that `other` kept.
    pub fn merge(&mut self, other: Self) {
        other.kept.into_iter().for_each(|pair| self.offer(pair));
    }

    /// The strongest pairs, in no particular order.
    #[must_use]
    pub fn into_kept(mut self) -> Vec<Impostor> {
        self.prune();
        self.kept
    }

    fn prune(&mut self) {
        if self.kept.len() <= self.capacity {
            return;
        }
        // Ties at the edge are cut by photos, so that the kept set does not depend on the order of the pairs.
        let order = |a: &Impostor, b: &Impostor| b.score.total_cmp(&a.score).then(a.photos.cmp(&b.photos));
        let (_, weakest, _) = self.kept.select_nth_unstable_by(self.capacity - 1, order);
        self.floor = weakest.score;
        self.kept.truncate(self.capacity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn impostor(score: f32) -> Impostor {
        Impostor { score, persons: [0, 1], photos: [0, 1] }
    }

    #[test]
    fn the_strongest_survive_whatever_the_order() {
        for step in [1, 7, 31] {
            let mut keeper = Strongest::new(3);
            (0..100).for_each(|i| keeper.offer(impostor((i * step % 100) as f32 / 100.0)));
            let mut kept: Vec<f32> = keeper.into_kept().iter().map(|pair| pair.score).collect();
            kept.sort_by(f32::total_cmp);
            assert_eq!(kept, [0.97, 0.98, 0.99], "step {step}");
        }
    }

    #[test]
    fn merged_keepers_know_what_one_would_have_known() {
        let (mut left, mut right) = (Strongest::new(2), Strongest::new(2));
        [0.1, 0.9, 0.3].into_iter().for_each(|score| left.offer(impostor(score)));
        [0.8, 0.2].into_iter().for_each(|score| right.offer(impostor(score)));
        left.merge(right);
        let mut kept: Vec<f32> = left.into_kept().iter().map(|pair| pair.score).collect();
        kept.sort_by(f32::total_cmp);
        assert_eq!(kept, [0.8, 0.9]);
    }

    #[test]
    fn lists_are_sorted_and_counted() {
        let genuine = [0.7, 0.2].map(|score| Genuine { score, person: 0, photos: [0, 1] }).to_vec();
        let scores = ComparisonScores::from_lists(genuine, vec![impostor(-0.1), impostor(0.4)], 2);
        assert_eq!(scores.genuine.iter().map(|pair| pair.score).collect::<Vec<_>>(), [0.2, 0.7]);
        assert_eq!(scores.strongest.iter().map(|pair| pair.score).collect::<Vec<_>>(), [0.4, -0.1]);
        assert_eq!((scores.n_impostor, scores.genuine_counts.total()), (2, 2));
    }
}
