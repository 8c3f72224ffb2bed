//! Declared models to compiled networks, and the sessions of one worker.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use faceward_inference::{InferenceError, Session, Tensor, TensorView};

/// Time that one worker has spent inside networks; shared by all of its sessions.
#[derive(Clone, Debug, Default)]
pub(crate) struct NetworkClock(Arc<AtomicU64>);

impl NetworkClock {
    /// Everything spent so far.
    pub(crate) fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    fn add(&self, time: Duration) {
        self.0.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// A session whose time is counted.
pub(crate) struct TimedSession {
    session: Session,
    clock: NetworkClock,
}

impl TimedSession {
    pub(crate) const fn new(session: Session, clock: NetworkClock) -> Self {
        Self { session, clock }
    }

    /// Runs the network; see [`Session::run`].
    pub(crate) fn run(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, InferenceError> {
        let start = Instant::now();
        let outputs = self.session.run(inputs);
        self.clock.add(start.elapsed());
        outputs
    }
}
