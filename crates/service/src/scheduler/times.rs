//! How long a photo of each kind takes a compute thread, as measured.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// What a photo is taken to need before any was measured: more than most need anywhere, so that the first crowd is not
/// let in on a hope. The first answer corrects it.
pub(super) const UNMEASURED: Duration = Duration::from_millis(250);
/// Photos of a kind that are remembered.
const REMEMBERED: usize = 16;
/// For how many medians a photo counts at most.
const MOST_MEDIANS: u32 = 4;

/// The latest photos of each kind.
#[derive(Default)]
pub(super) struct ServiceTimes(HashMap<&'static str, Latest>);

#[derive(Default)]
struct Latest {
    took: VecDeque<Duration>,
    typical: Duration,
}

impl ServiceTimes {
    /// Notes that a photo of `kind` took `took`.
    pub(super) fn record(&mut self, kind: &'static str, took: Duration) {
        let latest = self.0.entry(kind).or_default();
        latest.took.push_back(took);
        let n_beyond = latest.took.len().saturating_sub(REMEMBERED);
        latest.took.drain(..n_beyond);
        latest.typical = typical(&latest.took);
    }

    /// What one more of `kind` is likely to take. A kind that was never measured takes as long as the slowest that was.
    pub(super) fn of(&self, kind: &'static str) -> Duration {
        let slowest = || self.0.values().map(|latest| latest.typical).max();
        self.measured(kind).or_else(slowest).unwrap_or(UNMEASURED)
    }

    /// The same, where it was measured.
    pub(super) fn measured(&self, kind: &'static str) -> Option<Duration> {
        self.0.get(kind).map(|latest| latest.typical)
    }
}

/// The mean, in which nothing counts for more than four times the median: photos with many faces weigh what they weigh, a
/// cold start does not.
fn typical(took: &VecDeque<Duration>) -> Duration {
    let mut sorted: Vec<Duration> = took.iter().copied().collect();
    sorted.sort_unstable();
    let median = sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or_default();
    let count = u32::try_from(sorted.len()).unwrap_or(u32::MAX).max(1);
    sorted.into_iter().map(|took| took.min(median * MOST_MEDIANS)).sum::<Duration>() / count
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn measured(kind: &'static str, millis: &[u64]) -> ServiceTimes {
        let mut times = ServiceTimes::default();
        millis.iter().for_each(|millis| times.record(kind, ms(*millis)));
        times
    }

    #[test]
    fn an_outlier_counts_for_no_more_than_four() {
        assert_eq!(measured("verify", &[40, 50, 60, 50]).of("verify"), ms(50));
        assert_eq!(measured("verify", &[40, 9_000, 50, 50]).of("verify"), ms((40 + 200 + 50 + 50) / 4));
        assert_eq!(measured("verify", &[9_000, 50]).of("verify"), ms((200 + 50) / 2), "a cold start");
        assert_eq!(
            measured("analyze", &[50, 150, 50, 150]).of("analyze"),
            ms(100),
            "many faces are no outlier"
        );
    }

    #[test]
    fn the_past_is_forgotten() {
        let mut times = measured("verify", &[1_000; 40]);
        (0..REMEMBERED).for_each(|_| times.record("verify", ms(20)));
        assert_eq!(times.of("verify"), ms(20));
    }

    #[test]
    fn what_was_never_measured_is_taken_to_be_slow() {
        assert_eq!(ServiceTimes::default().of("verify"), UNMEASURED);
        let mut times = measured("verify", &[40]);
        times.record("analyze", ms(70));
        assert_eq!(times.of("enroll"), ms(70));
        assert_eq!(times.of("verify"), ms(40));
    }
}
