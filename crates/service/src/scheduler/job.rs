//! A job: work for one worker, and the ticket on which its submitter waits.
//!
//! Dropping the ticket is hanging up: a job that nobody waits for is not computed.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use faceward_engine::{Meanwhile, SpareCore};
use tokio::sync::oneshot;
use tracing::Span;
use tracing::field::Empty;

use super::backlog::Abandonable;
use super::permit::Permit;

/// Why a job gave no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JobError {
    /// Its time was over.
    #[error("timed out")]
    TimedOut,
    /// It panicked.
    #[error("the job panicked")]
    Panicked,
    /// Its thread could not make itself a worker.
    #[error("no worker: {0}")]
    NoWorker(String),
    /// The scheduler stopped before the job's turn came.
    #[error("the scheduler has stopped")]
    Stopped,
}

/// What a job gave.
#[derive(Debug)]
pub(crate) struct Done<T> {
    /// The result of the work.
    pub(crate) value: T,
    /// How long the job waited for a thread.
    pub(crate) queued: Duration,
}

/// A place in the queue. Dropping it is hanging up.
#[derive(Debug)]
pub(crate) struct Ticket<T>(oneshot::Receiver<Result<Done<T>, JobError>>);

impl<T> Ticket<T> {
    /// Waits for the job, at most until `deadline`.
    pub(crate) async fn before(self, deadline: tokio::time::Instant) -> Result<Done<T>, JobError> {
        match tokio::time::timeout_at(deadline, self.0).await {
            Ok(Ok(result)) => result,
            // The sender is dropped unanswered only with the queue.
            Ok(Err(_dropped)) => Err(JobError::Stopped),
            Err(_elapsed) => Err(JobError::TimedOut),
        }
    }
}

/// A job whatever its result's type.
pub(super) trait Job<W>: Abandonable + Send {
    /// Does the work, perhaps with a core that `spare_core` lends, says that it is `done` and whether somebody waited to the end,
    /// and answers. `Err`: the work panicked with this message, the worker must not be used again.
    fn run(
        self: Box<Self>,
        worker: &mut W,
        spare_core: &dyn Fn() -> Option<SpareCore>,
        done: &dyn Fn(bool),
    ) -> Result<(), String>;
    /// Answers without working.
    fn refuse(self: Box<Self>, error: JobError);
}

struct TypedJob<F, T> {
    work: F,
    reply: oneshot::Sender<Result<Done<T>, JobError>>,
    permit: Permit,
    submitted: Instant,
    /// In traces: from here to a thread, and for whom.
    waiting: Span,
    caller: Span,
}

/// A job doing `work`, and its ticket. The job keeps `permit` until it is done, so that work for callers who hung up
/// still counts against the slots while it runs.
pub(super) fn job<W, F, T>(permit: Permit, work: F) -> (Box<dyn Job<W>>, Ticket<T>)
where
    F: FnOnce(&mut W, Meanwhile<'_>) -> T + Send + 'static,
    T: Send + 'static,
{
    let (reply, result) = oneshot::channel();
    let (waiting, caller) = (tracing::debug_span!("queue"), Span::current());
    (Box::new(TypedJob { work, reply, permit, submitted: Instant::now(), waiting, caller }), Ticket(result))
}

impl<W> Abandonable for Box<dyn Job<W>> {
    fn is_abandoned(&self) -> bool {
        self.as_ref().is_abandoned()
    }
}

impl<F, T> Abandonable for TypedJob<F, T> {
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }
}

impl<W, F, T> Job<W> for TypedJob<F, T>
where
    F: FnOnce(&mut W, Meanwhile<'_>) -> T + Send,
    T: Send,
{
    fn run(
        self: Box<Self>,
        worker: &mut W,
        spare_core: &dyn Fn() -> Option<SpareCore>,
        done: &dyn Fn(bool),
    ) -> Result<(), String> {
        let Self { work, reply, permit, submitted, waiting, caller } = *self;
        let queued = submitted.elapsed();
        drop(waiting);
        let span = tracing::debug_span!(parent: &caller, "compute", steps = Empty);
        // The caller's span ends with its answer, and not with a job that nobody waits for any more.
        drop(caller);
        let entered = span.enter();
        // The worker is thrown away after a panic, so that no half-changed state is seen again.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            work(worker, Meanwhile { wanted: &|| !reply.is_closed(), spare_core })
        }));
        drop(entered);
        drop(span);
        done(!reply.is_closed());
        drop(permit);
        let (answer, result) = match outcome {
            Ok(value) => (Ok(Done { value, queued }), Ok(())),
            Err(payload) => (Err(JobError::Panicked), Err(panic_message(payload.as_ref()))),
        };
        // Nobody to tell: the caller hung up while the work ran.
        drop(reply.send(answer));
        result
    }

    fn refuse(self: Box<Self>, error: JobError) {
        drop(self.permit);
        drop(self.reply.send(Err(error)));
    }
}

/// The text of a panic.
#[must_use]
pub fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").to_owned()
}
