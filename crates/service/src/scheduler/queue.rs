//! A bounded first-in-first-out queue between async producers, which never wait, and compute threads, which do.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};

/// Why an item was not taken; it comes back.
pub(super) enum PushError<T> {
    /// The queue is full.
    Full(T),
    /// The queue is closed.
    Closed(T),
}

/// Items waiting for a thread.
pub(super) struct Queue<T> {
    capacity: usize,
    state: Mutex<State<T>>,
    pushed: Condvar,
}

struct State<T> {
    items: VecDeque<T>,
    open: bool,
}

impl<T> Queue<T> {
    pub(super) fn new(capacity: usize) -> Self {
        let state = Mutex::new(State { items: VecDeque::with_capacity(capacity), open: true });
        Self { capacity, state, pushed: Condvar::new() }
    }

    /// Appends `item`; gives the length of the queue with it.
    pub(super) fn push(&self, item: T) -> Result<usize, PushError<T>> {
        let mut state = self.state.lock();
        if !state.open {
            return Err(PushError::Closed(item));
        }
        if state.items.len() >= self.capacity {
            return Err(PushError::Full(item));
        }
        state.items.push_back(item);
        let length = state.items.len();
        drop(state);
        self.pushed.notify_one();
        Ok(length)
    }

    /// Waits for an item; `None` once the queue is closed and empty.
    pub(super) fn pop(&self) -> Option<T> {
        let mut state = self.state.lock();
        loop {
            if let Some(item) = state.items.pop_front() {
                return Some(item);
            }
            if !state.open {
                return None;
            }
            self.pushed.wait(&mut state);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.state.lock().items.len()
    }

    /// Takes no more items and wakes every waiting thread; what was queued is given back.
    pub(super) fn close(&self) -> VecDeque<T> {
        let mut state = self.state.lock();
        state.open = false;
        let left = std::mem::take(&mut state.items);
        drop(state);
        self.pushed.notify_all();
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_leave_in_the_order_in_which_they_came() {
        let queue = Queue::new(3);
        for item in 1..=3 {
            assert_eq!(queue.push(item).ok(), Some(item));
        }
        assert_eq!([queue.pop(), queue.pop(), queue.pop()], [Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn a_full_queue_refuses_and_gives_the_item_back() {
        let queue = Queue::new(1);
        assert_eq!(queue.push('a').ok(), Some(1));
        assert!(matches!(queue.push('b'), Err(PushError::Full('b'))));
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn a_closed_queue_gives_back_what_waited_and_ends() {
        let queue = Queue::new(2);
        assert_eq!(queue.push('a').ok(), Some(1));
        assert_eq!(queue.close(), ['a']);
        assert_eq!(queue.pop(), None);
        assert!(matches!(queue.push('b'), Err(PushError::Closed('b'))));
    }
}
