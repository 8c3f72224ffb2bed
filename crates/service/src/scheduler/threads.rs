//! What a compute thread does: take a job, do it, survive it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use faceward_engine::SpareCore;

use super::backlog::{Abandonable, Begun};
use super::job::{Job, JobError};
use super::queue::Queue;
use crate::metrics;

/// What all threads of a scheduler share.
pub(super) struct Shared<W> {
    pub(super) queue: Arc<Queue<Box<dyn Job<W>>>>,
    pub(super) make_worker: Box<dyn Fn() -> Result<W, String> + Send + Sync>,
}

/// Works until the queue is closed.
pub(super) fn serve<W: 'static>(shared: &Shared<W>, worker: W) {
    let mut worker = Some(worker);
    while let Some((Begun { item: job, number }, n_behind)) = shared.queue.pop() {
        metrics::queue_length(n_behind);
        if job.is_abandoned() {
            metrics::job_skipped();
            shared.queue.finish(number, false);
            continue;
        }
        worker = do_job(shared, worker, job, number);
    }
}

/// Does job `number`; gives the worker back unless the job panicked.
fn do_job<W: 'static>(shared: &Shared<W>, worker: Option<W>, job: Box<dyn Job<W>>, number: u64) -> Option<W> {
    let mut worker = match worker.map_or_else(|| (shared.make_worker)(), Ok) {
        Ok(worker) => worker,
        Err(reason) => {
            tracing::error!(reason, "a compute thread cannot make itself a new worker");
            shared.queue.finish(number, false);
            job.refuse(JobError::NoWorker(reason));
            return None;
        }
    };
    let (spare_core, done) = (|| lend(&shared.queue), |waited_for| shared.queue.finish(number, waited_for));
    match job.run(&mut worker, &spare_core, &done) {
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

/// The core of a thread that waits, until it is dropped.
fn lend<W: 'static>(queue: &Arc<Queue<Box<dyn Job<W>>>>) -> Option<SpareCore> {
    queue.borrow_core().then(|| Box::new(Lent(Arc::clone(queue))) as SpareCore)
}

struct Lent<T: Abandonable>(Arc<Queue<T>>);

impl<T: Abandonable> Drop for Lent<T> {
    fn drop(&mut self) {
        self.0.give_back();
    }
}
