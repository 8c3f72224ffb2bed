//! N compute threads, each with a worker of its own, fed by one queue.
//!
//! Refusal before collapse: a request that would wait too long, or for which there is no slot, is told at once when to
//! come back. Whoever hangs up is not computed, a panic costs one job and never a thread, stopping lets everybody inside
//! finish. Generic over the worker: knows neither photos nor models.

mod backlog;
mod demand;
mod job;
mod permit;
mod queue;
mod slots;
#[cfg(test)]
mod tests;
mod threads;
mod times;

use std::num::NonZeroUsize;
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use faceward_engine::Meanwhile;
use parking_lot::Mutex;

use crate::metrics;
use backlog::Backlog;
use queue::{Expecting, Queue};
use slots::{Refusal, Slots};
use threads::Shared;

pub use demand::Urgency;
pub use job::panic_message;
pub use permit::Permit;

pub(crate) use demand::Demand;
pub(crate) use job::{Done, JobError, Ticket};

/// Shortest and longest time, in seconds, after which a refused caller is told to come back.
const RETRY_SECONDS: std::ops::RangeInclusive<u64> = 1..=30;

/// Why a request was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotAdmitted {
    /// It would wait too long, or every slot is taken.
    Overloaded {
        /// When what is inside is likely to be done: whole seconds.
        retry_after: Duration,
    },
    /// The scheduler is stopping.
    Stopping,
}

/// Why a scheduler did not start.
#[derive(Debug, thiserror::Error)]
pub enum SchedulerError {
    /// No worker could be made.
    #[error("cannot make a worker: {0}")]
    Worker(String),
    /// The operating system gives no thread.
    #[error("cannot start a compute thread")]
    Thread(#[source] std::io::Error),
}

/// Whom a scheduler lets in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Most requests inside at once.
    pub(crate) max_requests: NonZeroUsize,
    /// Longest time that a request is expected to wait for a thread.
    pub(crate) wait: Duration,
}

/// The compute threads and their queue.
pub(crate) struct Scheduler<W: 'static> {
    shared: Arc<Shared<W>>,
    slots: Arc<Slots>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl<W: Send + 'static> Scheduler<W> {
    /// Starts `n_threads` threads, each with a worker from `make_worker`, which also replaces the worker of a job that
    /// panicked.
    pub(crate) fn start(
        n_threads: NonZeroUsize,
        limits: Limits,
        make_worker: impl Fn() -> Result<W, String> + Send + Sync + 'static,
    ) -> Result<Self, SchedulerError> {
        let queue = Arc::new(Queue::new(Backlog::new(n_threads, limits.wait)));
        let shared = Arc::new(Shared { queue, make_worker: Box::new(make_worker) });
        let scheduler = Self {
            shared: Arc::clone(&shared),
            slots: Slots::new(limits.max_requests.get()),
            threads: Mutex::new(Vec::with_capacity(n_threads.get())),
        };
        for index in 0..n_threads.get() {
            let worker = (shared.make_worker)().map_err(SchedulerError::Worker)?;
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new()
                .name(format!("compute-{index}"))
                .spawn(move || threads::serve(&shared, worker))
                .map_err(SchedulerError::Thread)?;
            scheduler.threads.lock().push(thread);
        }
        Ok(scheduler)
    }

    /// Lets a request in that asks for `demand`, or says why not; never waits.
    pub(crate) fn admit(&self, demand: Demand) -> Result<Permit, NotAdmitted> {
        let queue = &self.shared.queue;
        let slot = self.slots.take().map_err(|refusal| match refusal {
            Refusal::Full => overloaded(queue.all_done()),
            Refusal::Closed => NotAdmitted::Stopping,
        })?;
        let place = queue.admit(demand).map_err(overloaded)?;
        let expecting: Weak<dyn Expecting> = Arc::downgrade(&(Arc::clone(queue) as Arc<dyn Expecting>));
        Ok(Permit::new(slot, place, expecting))
    }

    /// Queues `work` on the next photo of the request that holds `permit`.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        permit: &Permit,
        work: impl FnOnce(&mut W, Meanwhile<'_>) -> T + Send + 'static,
    ) -> Result<Ticket<T>, JobError> {
        let (job, ticket) = job::job(permit.clone(), work);
        match self.shared.queue.push(permit.place(), permit.next_index(), job) {
            Ok(length) => {
                metrics::queue_length(length);
                Ok(ticket)
            }
            Err(_job) => Err(JobError::Stopped),
        }
    }

    /// Sets the gauges, which are otherwise set when they change.
    pub(crate) fn publish_metrics(&self) {
        metrics::slots_limit(self.slots.limit());
        metrics::slots_taken(self.slots.n_taken());
        metrics::queue_length(self.shared.queue.len());
    }

    /// Whether requests are let in.
    pub(crate) fn is_open(&self) -> bool {
        self.slots.is_open()
    }

    /// Lets nobody in any more, waits until everybody inside has finished, but not longer than `patience`, then ends
    /// the threads. Jobs still queued by then are refused. Gives the number of requests that did not finish.
    pub(crate) async fn stop(&self, patience: Duration) -> usize {
        self.slots.close();
        let drained = tokio::time::timeout(patience, self.slots.all_free()).await;
        let n_unfinished = if drained.is_ok() { 0 } else { self.slots.n_taken() };
        self.refuse_queued();
        let threads = std::mem::take(&mut *self.threads.lock());
        let joined = tokio::task::spawn_blocking(move || {
            threads.into_iter().map(JoinHandle::join).filter(Result::is_err).count()
        });
        // A network that never returns must not keep the process: it is given the same patience once more.
        match tokio::time::timeout(patience, joined).await {
            Ok(Ok(0)) => {}
            Ok(Ok(n_dead)) => tracing::error!(n_dead, "compute threads ended by a panic"),
            Ok(Err(error)) => tracing::error!(%error, "cannot join the compute threads"),
            Err(_elapsed) => tracing::error!("compute threads are stuck in a job; leaving without them"),
        }
        n_unfinished
    }
}

/// A refusal, as long as `inside` is not done.
fn overloaded(inside: Duration) -> NotAdmitted {
    metrics::overloaded();
    let seconds = u64::try_from(inside.as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
    let seconds = seconds.clamp(*RETRY_SECONDS.start(), *RETRY_SECONDS.end());
    NotAdmitted::Overloaded { retry_after: Duration::from_secs(seconds) }
}

impl<W: 'static> Scheduler<W> {
    fn refuse_queued(&self) {
        for job in self.shared.queue.close() {
            job.refuse(JobError::Stopped);
        }
    }
}

impl<W: 'static> Drop for Scheduler<W> {
    /// Threads end after their present job.
    fn drop(&mut self) {
        self.slots.close();
        self.refuse_queued();
    }
}
