//! The backlog between async producers, which never wait, and compute threads, which do.

use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::backlog::{Abandonable, Backlog, Begun, Place};
use super::demand::Demand;

/// A backlog that threads wait for.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    pushed: Condvar,
}

struct State<T> {
    backlog: Backlog<T>,
    open: bool,
}

impl<T: Abandonable> Queue<T> {
    pub(super) const fn new(backlog: Backlog<T>) -> Self {
        Self { state: Mutex::new(State { backlog, open: true }), pushed: Condvar::new() }
    }

    /// As [`Backlog::admit`].
    pub(super) fn admit(&self, demand: Demand) -> Result<Place, Duration> {
        self.state.lock().backlog.admit(demand, Instant::now())
    }

    /// The time until everything that is inside is done.
    pub(super) fn all_done(&self) -> Duration {
        self.state.lock().backlog.wait_behind(None, Instant::now())
    }

    /// As [`Backlog::push`]; a closed queue gives the item back.
    pub(super) fn push(&self, place: &Place, index: usize, item: T) -> Result<usize, T> {
        let mut state = self.state.lock();
        if !state.open {
            return Err(item);
        }
        let length = state.backlog.push(place, index, item);
        drop(state);
        self.pushed.notify_one();
        Ok(length)
    }

    /// Waits for an item; gives also how many wait behind it. `None` once the queue is closed.
    pub(super) fn pop(&self) -> Option<(Begun<T>, usize)> {
        let mut state = self.state.lock();
        loop {
            if let Some(begun) = state.backlog.begin(Instant::now()) {
                let n_behind = state.backlog.len();
                return Some((begun, n_behind));
            }
            if !state.open {
                return None;
            }
            self.pushed.wait(&mut state);
        }
    }

    /// As [`Backlog::finish`].
    pub(super) fn finish(&self, number: u64, measured: bool) {
        self.state.lock().backlog.finish(number, Instant::now(), measured);
    }

    pub(super) fn len(&self) -> usize {
        self.state.lock().backlog.len()
    }

    /// Takes no more items and wakes every waiting thread; what was queued is given back.
    pub(super) fn close(&self) -> Vec<T> {
        let mut state = self.state.lock();
        state.open = false;
        let left = state.backlog.clear();
        drop(state);
        self.pushed.notify_all();
        left
    }
}

/// Where a request is expected that may end before all of its photos are here.
pub(super) trait Expecting: Send + Sync {
    /// As [`Backlog::leave`].
    fn leave(&self, place: &Place);
}

impl<T: Abandonable + Send> Expecting for Queue<T> {
    fn leave(&self, place: &Place) {
        self.state.lock().backlog.leave(place);
    }
}
