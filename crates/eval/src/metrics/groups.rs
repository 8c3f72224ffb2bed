//! Intervals by resampling groups: photos of one person, clip or scene are not independent of each other; groups are.
//!
//! Each replicate draws as many groups as there are, with replacement, and computes everything anew on their samples.

use super::bootstrap::{Interval, interval};
use super::random::SplitMix64;
use super::replicates::replicates;

/// Replicates of an interval.
pub const N_REPLICATES: usize = 1000;

/// Which samples belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    /// Samples of each group.
    members: Vec<Vec<usize>>,
}

impl Groups {
    /// From the group of each sample.
    #[must_use]
    pub fn new(groups: &[u32]) -> Self {
        let n_groups = groups.iter().max().map_or(0, |last| *last as usize + 1);
        let mut members = vec![Vec::new(); n_groups];
        for (sample, group) in groups.iter().enumerate() {
            members[*group as usize].push(sample);
        }
        members.retain(|samples| !samples.is_empty());
        Self { members }
    }

    /// Number of groups with samples.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The middle 95 % of each of the figures that `figures` computes from the samples of a draw; the same for the same
    /// `seed` on every machine. `None` where more than a tenth of the draws gave no value, and with fewer than two groups.
    ///
    /// # Panics
    /// With a draw whose figures panic.
    #[must_use]
    pub fn intervals(
        &self,
        seed: u64,
        figures: impl Fn(&[usize]) -> Vec<Option<f64>> + Sync,
    ) -> Vec<Option<Interval>> {
        let mut columns: Vec<Vec<f64>> = Vec::new();
        let replicates = replicates(N_REPLICATES, |number| figures(&self.draw(seed, number)));
        for replicate in replicates {
            columns.resize(columns.len().max(replicate.len()), Vec::new());
            for (column, value) in columns.iter_mut().zip(replicate) {
                column.extend(value);
            }
        }
        let enough = self.members.len() > 1;
        columns.into_iter().map(|column| interval(column, N_REPLICATES).filter(|_| enough)).collect()
    }

    /// The interval of one figure.
    #[must_use]
    pub fn interval(&self, seed: u64, figure: impl Fn(&[usize]) -> Option<f64> + Sync) -> Option<Interval> {
        self.intervals(seed, |samples| vec![figure(samples)]).into_iter().next().flatten()
    }

    fn draw(&self, seed: u64, number: usize) -> Vec<usize> {
        let mut random = SplitMix64::new(seed ^ ((number as u64) << 20));
        let n = self.members.len() as u32;
        (0..n).flat_map(|_| &self.members[random.below(n) as usize]).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[f64], samples: &[usize]) -> Option<f64> {
        let drawn: Vec<f64> = samples.iter().map(|sample| values[*sample]).collect();
        (!drawn.is_empty()).then(|| drawn.iter().sum::<f64>() / drawn.len() as f64)
    }

    #[test]
    fn the_interval_has_the_binomial_width() {
        let values: Vec<f64> = (0..100).map(|i| f64::from(u8::from(i < 10))).collect();
        let alone: Vec<u32> = (0..100).collect();
        let Some(found) = Groups::new(&alone).interval(7, |samples| mean(&values, samples)) else {
            panic!("an interval")
        };
        // 100 draws with p = .1 have a standard deviation of .03.
        assert!((0.03..0.06).contains(&found.low) && (0.14..0.18).contains(&found.high), "{found:?}");
    }

    #[test]
    fn samples_of_one_group_move_together() {
        // Ten groups of ten equal samples: as wide as ten draws, not as a hundred.
        let values: Vec<f64> = (0..100).map(|i| f64::from(u8::from(i / 10 < 5))).collect();
        let groups: Vec<u32> = (0..100).map(|i| i / 10).collect();
        let wide = Groups::new(&groups).interval(7, |samples| mean(&values, samples)).expect("an interval");
        assert!(wide.low <= 0.25 && wide.high >= 0.75, "{wide:?}");
    }

    #[test]
    fn one_group_has_no_interval_and_neither_has_what_is_often_undefined() {
        let one = Groups::new(&[0, 0, 0]);
        assert_eq!((one.len(), one.interval(1, |_| Some(1.0))), (1, None));
        let two = Groups::new(&[0, 1]);
        assert_eq!(two.interval(1, |samples| samples.contains(&0).then_some(1.0)), None);
        assert!(Groups::new(&[]).is_empty());
    }
}
