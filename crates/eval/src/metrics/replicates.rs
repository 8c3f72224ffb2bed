//! The replicates of a resampling, on all cores.

use std::num::NonZeroUsize;
use std::thread;

/// What `one` says of each of the numbers 0 to `n_replicates`, in no order.
///
/// # Panics
/// With the panic of the first replicate that panics: an interval from the draws that are left would be another one.
pub(super) fn replicates<T: Send>(n_replicates: usize, one: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let n_threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(n_replicates.max(1));
    let one = &one;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads)
            .map(|first| {
                scope.spawn(move || (first..n_replicates).step_by(n_threads).map(one).collect::<Vec<_>>())
            })
            .collect();
        let joined = threads.into_iter().map(thread::ScopedJoinHandle::join);
        joined.flat_map(|found| found.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_once() {
        let mut found = replicates(1000, |number| number);
        found.sort_unstable();
        assert!(found.into_iter().eq(0..1000));
        assert!(replicates(0, |number| number).is_empty());
    }

    #[test]
    #[should_panic(expected = "replicate 700 of 1000")]
    fn a_replicate_that_panics_is_not_left_out() {
        replicates(1000, |number| assert!(number != 700, "replicate {number} of 1000"));
    }
}
