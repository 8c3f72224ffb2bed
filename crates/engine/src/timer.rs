//! How long each step took.

use std::time::Instant;

use crate::analysis::StepTiming;
use crate::networks::{NetworkClock, NetworkTiming};

/// Wall-clock time of each step, and the part of it inside networks.
pub(crate) struct Timer {
    clock: NetworkClock,
    timings: Vec<StepTiming>,
}

impl Timer {
    /// One whose networks count their time with `clock`, and no others do.
    pub(crate) fn new(clock: NetworkClock) -> Self {
        // What a refused photo or a crop has left behind.
        clock.take();
        Self { clock, timings: Vec::new() }
    }

    /// Runs `work` as the step `step`; the same step's time adds up.
    pub(crate) fn time<T>(&mut self, step: &'static str, work: impl FnOnce() -> T) -> T {
        let (start, network_start) = (Instant::now(), self.clock.elapsed());
        let result = work();
        let (duration, network) = (start.elapsed(), self.clock.elapsed().saturating_sub(network_start));
        match self.timings.iter_mut().find(|timing| timing.step == step) {
            Some(timing) => {
                timing.duration += duration;
                timing.network += network;
            }
            None => self.timings.push(StepTiming { step, duration, network }),
        }
        result
    }

    /// The steps, and the runs of their networks.
    pub(crate) fn taken(self) -> (Vec<StepTiming>, Vec<NetworkTiming>) {
        (self.timings, self.clock.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_runs_twice_is_listed_once() {
        let mut timer = Timer::new(NetworkClock::default());
        assert_eq!(timer.time("a", || 1) + timer.time("b", || 2) + timer.time("a", || 3), 6);
        assert_eq!(timer.taken().0.iter().map(|timing| timing.step).collect::<Vec<_>>(), ["a", "b"]);
    }
}
