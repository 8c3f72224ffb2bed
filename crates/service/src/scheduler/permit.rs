//! A request's right to be inside: its slot, and the places of its photos in the queue.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use super::backlog::Place;
use super::queue::Expecting;
use super::slots::Slot;

/// The right of one request to be inside. Given up when the request and all jobs made for it have let go of it.
#[derive(Clone, Debug)]
pub struct Permit(Arc<Inside>);

struct Inside {
    #[expect(dead_code, reason = "held for its drop")]
    slot: Slot,
    place: Place,
    n_submitted: AtomicUsize,
    queue: Weak<dyn Expecting>,
}

impl Permit {
    pub(super) fn new(slot: Slot, place: Place, queue: Weak<dyn Expecting>) -> Self {
        Self(Arc::new(Inside { slot, place, n_submitted: AtomicUsize::new(0), queue }))
    }

    /// The places of the request's photos.
    pub(super) fn place(&self) -> &Place {
        &self.0.place
    }

    /// The index of the request's next photo.
    pub(super) fn next_index(&self) -> usize {
        self.0.n_submitted.fetch_add(1, Ordering::Relaxed)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.upgrade() {
            queue.leave(&self.place);
        }
    }
}

impl std::fmt::Debug for Inside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inside").field("place", &self.place).finish_non_exhaustive()
    }
}
