//! Slots: how many requests may be inside the service at once, computing or waiting.
//!
//! A slot is taken before anything expensive happens and refused at once when there is none: refusal before collapse.
//! Closing refuses newcomers and lets everybody inside finish.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::metrics;

/// Why no slot was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Every slot is taken.
    Full,
    /// No more slots are given.
    Closed,
}

/// The slots of one scheduler.
pub(super) struct Slots {
    limit: usize,
    state: Mutex<State>,
    freed: Notify,
}

struct State {
    n_taken: usize,
    open: bool,
}

/// A slot that is taken. Free again when it is dropped.
pub(super) struct Slot(Arc<Slots>);

impl Slots {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        let state = Mutex::new(State { n_taken: 0, open: true });
        Arc::new(Self { limit, state, freed: Notify::new() })
    }

    /// Takes a slot, or says why not; never waits.
    pub(super) fn take(self: &Arc<Self>) -> Result<Slot, Refusal> {
        let mut state = self.state.lock();
        if !state.open {
            return Err(Refusal::Closed);
        }
        if state.n_taken >= self.limit {
            return Err(Refusal::Full);
        }
        state.n_taken += 1;
        metrics::slots_taken(state.n_taken);
        Ok(Slot(Arc::clone(self)))
    }

    /// Refuses every further request.
    pub(super) fn close(&self) {
        self.state.lock().open = false;
    }

    pub(super) fn is_open(&self) -> bool {
        self.state.lock().open
    }

    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn n_taken(&self) -> usize {
        self.state.lock().n_taken
    }

    /// Waits until nobody is inside.
    pub(super) async fn all_free(&self) {
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            // Registered before looking: a slot that is freed in between is not missed.
            freed.as_mut().enable();
            if self.n_taken() == 0 {
                return;
            }
            freed.await;
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.n_taken -= 1;
        metrics::slots_taken(state.n_taken);
        drop(state);
        self.0.freed.notify_waiters();
    }
}
