//! What a compute thread does: take a job, do it, survive it.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::job::{Job, JobError};
use super::queue::Queue;
use crate::metrics;

/// What all threads of a scheduler share.
pub(super) struct Shared<W> {
    pub(super) queue: Queue<Box<dyn Job<W>>>,
    pub(super) load: Load,
    pub(super) make_worker: Box<dyn Fn() -> Result<W, String> + Send + Sync>,
}

/// Works until the queue is closed.
pub(super) fn serve<W>(shared: &Shared<W>, worker: W) {
    let mut worker = Some(worker);
    while let Some(job) = shared.queue.pop() {
        metrics::queue_length(shared.queue.len());
        if job.is_abandoned() {
            metrics::job_skipped();
            continue;
        }
        let timer = shared.load.job_begins();
        worker = do_job(shared, worker, job);
        drop(timer);
    }
}

/// Does one job; gives the worker back unless the job panicked.
fn do_job<W>(shared: &Shared<W>, worker: Option<W>, job: Box<dyn Job<W>>) -> Option<W> {
    let mut worker = match worker.map_or_else(|| (shared.make_worker)(), Ok) {
        Ok(worker) => worker,
        Err(reason) => {
            tracing::error!(reason, "a compute thread cannot make itself a new worker");
            job.refuse(JobError::NoWorker(reason));
            return None;
        }
    };
    match job.run(&mut worker) {
        Ok(()) => Some(worker),
        Err(message) => {
            metrics::job_panicked();
            tracing::error!(panic = message, "a compute job panicked; its worker is replaced");
            // What panicked half-way may panic again when it is dropped.
            drop(catch_unwind(AssertUnwindSafe(|| drop(worker))));
            None
        }
    }
}

/// How busy the threads are: enough to tell a refused caller when to come back.
pub(super) struct Load {
    n_threads: usize,
    n_running: AtomicUsize,
    /// Moving average of a job's duration, in microseconds; 0 before the first job.
    mean_micros: AtomicU64,
}

const SHORTEST_RETRY: u64 = 1;
const LONGEST_RETRY: u64 = 30;

impl Load {
    pub(super) const fn new(n_threads: NonZeroUsize) -> Self {
        Self { n_threads: n_threads.get(), n_running: AtomicUsize::new(0), mean_micros: AtomicU64::new(0) }
    }

    fn job_begins(&self) -> JobTimer<'_> {
        self.n_running.fetch_add(1, Ordering::Relaxed);
        JobTimer { load: self, began: Instant::now() }
    }

    /// Weighs the newest job with an eighth. A lost update between threads costs nothing: it is an estimate.
    fn job_took(&self, micros: u64) {
        let mean = self.mean_micros.load(Ordering::Relaxed);
        let mean = if mean == 0 { micros } else { mean - mean / 8 + micros / 8 };
        self.mean_micros.store(mean, Ordering::Relaxed);
    }

    /// When all that is queued and running will be done, in whole seconds from 1 to 30.
    pub(super) fn retry_after(&self, n_queued: usize) -> Duration {
        let n_jobs = n_queued + self.n_running.load(Ordering::Relaxed);
        let rounds = n_jobs.div_ceil(self.n_threads) as u64;
        let micros = rounds.saturating_mul(self.mean_micros.load(Ordering::Relaxed));
        Duration::from_secs(micros.div_ceil(1_000_000).clamp(SHORTEST_RETRY, LONGEST_RETRY))
    }
}

struct JobTimer<'a> {
    load: &'a Load,
    began: Instant,
}

impl Drop for JobTimer<'_> {
    fn drop(&mut self) {
        self.load.n_running.fetch_sub(1, Ordering::Relaxed);
        self.load.job_took(u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_retry(mean_micros: u64, n_threads: usize, n_queued: usize, expected_secs: u64) {
        let load = Load::new(NonZeroUsize::new(n_threads).expect("a thread"));
        load.job_took(mean_micros);
        let actual = load.retry_after(n_queued);
        assert_eq!(
            actual.as_secs(),
            expected_secs,
            "{n_queued} jobs of {mean_micros} us on {n_threads} threads"
        );
    }

    #[test]
    fn a_refused_caller_comes_back_when_the_queue_is_likely_done() {
        check_retry(100_000, 2, 64, 4);
        check_retry(100_000, 4, 64, 2);
        check_retry(10_000, 2, 4, 1);
        check_retry(0, 2, 64, 1);
        check_retry(60_000_000, 1, 64, 30);
    }

    #[test]
    fn the_mean_follows_the_jobs() {
        let load = Load::new(NonZeroUsize::MIN);
        load.job_took(800);
        load.job_took(1600);
        assert_eq!(load.mean_micros.load(Ordering::Relaxed), 800 - 100 + 200);
    }
}
