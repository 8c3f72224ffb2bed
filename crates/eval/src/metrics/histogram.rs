//! Counts of scores on a fixed grid over -1 to 1: all the curves need, whatever the number of pairs.

/// Counts of scores in equal bins. A bin holds its lower edge and not its upper one; 1 belongs to the last bin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
}

impl Histogram {
    /// An empty histogram of `n_bins` equal bins between -1 and 1.
    #[must_use]
    pub fn new(n_bins: usize) -> Self {
        Self { counts: vec![0; n_bins.max(1)] }
    }

    /// Counts `score`; what lies outside of -1 to 1 counts as the nearer end.
    pub fn add(&mut self, score: f32) {
        let bin = self.bin(score);
        if let Some(count) = self.counts.get_mut(bin) {
            *count += 1;
        }
    }

    /// Adds the counts of `other`, which has as many bins.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.counts.len(), other.counts.len(), "histograms of one grid");
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    /// Counts of all bins, lowest scores first.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The lower edge of bin `bin`.
    #[must_use]
    pub fn lower_edge(&self, bin: usize) -> f32 {
        (bin as f64 * 2.0 / self.counts.len() as f64 - 1.0) as f32
    }

    /// Number of scores counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The same counts in bins `factor` times as wide.
    #[must_use]
    pub fn coarser(&self, factor: usize) -> Self {
        Self { counts: self.counts.chunks(factor.max(1)).map(|bins| bins.iter().sum()).collect() }
    }

    fn bin(&self, score: f32) -> usize {
        let position = (f64::from(score) + 1.0) / 2.0 * self.counts.len() as f64;
        (position.max(0.0) as usize).min(self.counts.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(n_bins: usize, scores: &[f32]) -> Histogram {
        let mut histogram = Histogram::new(n_bins);
        scores.iter().for_each(|score| histogram.add(*score));
        histogram
    }

    #[test]
    fn a_bin_holds_its_lower_edge() {
        assert_eq!(histogram(4, &[-1.0, -0.5, -0.49, 0.0, 0.99, 1.0]).counts(), [1, 2, 1, 2]);
    }

    #[test]
    fn scores_off_the_scale_count_at_its_ends() {
        assert_eq!(histogram(2, &[-1.5, 1.5]).counts(), [1, 1]);
    }

    #[test]
    fn edges_are_equally_spaced() {
        let grid = Histogram::new(4);
        assert_eq!([0, 1, 2, 3].map(|bin| grid.lower_edge(bin)), [-1.0, -0.5, 0.0, 0.5]);
    }

    #[test]
    fn merging_and_coarsening_keep_the_total() {
        let mut both = histogram(4, &[-0.9, 0.1]);
        both.merge(&histogram(4, &[0.9]));
        assert_eq!((both.total(), both.coarser(2).counts().to_vec()), (3, vec![1, 2]));
    }
}
