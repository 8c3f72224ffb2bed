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
    /// Threads that wait for an item.
    n_idle: usize,
    /// Cores of theirs that others compute on meanwhile.
    n_lent: usize,
}

impl<T: Abandonable> Queue<T> {
    pub(super) const fn new(backlog: Backlog<T>) -> Self {
        Self {
            state: Mutex::new(State { backlog, open: true, n_idle: 0, n_lent: 0 }),
            pushed: Condvar::new(),
        }
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
            state.n_idle += 1;
            self.pushed.wait(&mut state);
            state.n_idle -= 1;
        }
    }

    /// Whether a core is free until [`Self::give_back`]: that of a thread that waits, while nothing else does.
    pub(super) fn borrow_core(&self) -> bool {
        let mut state = self.state.lock();
        let free = state.backlog.len() == 0 && state.n_lent < state.n_idle;
        state.n_lent += usize::from(free);
        free
    }

    /// The core that was borrowed is needed no more.
    pub(super) fn give_back(&self) {
        self.state.lock().n_lent -= 1;
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

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::Arc;

    use super::*;

    struct Item;

    impl Abandonable for Item {
        fn is_abandoned(&self) -> bool {
            false
        }
    }

    fn queue() -> Arc<Queue<Item>> {
        Arc::new(Queue::new(Backlog::new(NonZeroUsize::MIN, Duration::from_secs(1))))
    }

    #[test]
    fn a_core_is_lent_once_for_each_thread_that_waits_and_none_where_all_are_busy() {
        let queue = queue();
        assert!(!queue.borrow_core(), "nobody waits");
        let waiting = Arc::clone(&queue);
        let thread = std::thread::spawn(move || waiting.pop().is_none());
        while queue.state.lock().n_idle == 0 {
            std::thread::yield_now();
        }
        assert!(queue.borrow_core());
        assert!(!queue.borrow_core(), "it is lent already");
        queue.give_back();
        assert!(queue.borrow_core());
        queue.close();
        assert!(thread.join().expect("no panic"), "a closed queue gives nothing");
        assert!(!queue.borrow_core(), "nobody waits any more");
    }

    #[test]
    fn no_core_is_lent_while_something_is_queued() {
        let queue = queue();
        queue.state.lock().n_idle = 1;
        let demand = Demand { kind: "verify", n_photos: 1, urgency: super::super::Urgency::Interactive };
        let place = queue.admit(demand).expect("room");
        assert!(queue.push(&place, 0, Item).is_ok());
        assert!(!queue.borrow_core());
    }
}
