//! What a search is asked, and whether anybody still waits for its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use faceward_core::{Embedding, GalleryId};
use faceward_store::Living;

/// A search in the galleries of one app.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// Where to look; unknown ones are empty. `None`: into all of the app.
    pub galleries: Option<&'a [GalleryId]>,
    /// Whom to look for. Those of one model share the way through the memory: several cost little more than one.
    pub probes: &'a [Embedding],
    /// Most subjects in the answer to each probe.
    pub limit: usize,
    /// Which templates are looked at.
    pub living: Living,
    /// Looked at while the search runs: nobody computes for those who left.
    pub asked: &'a Asked,
}

/// Nobody waits for the answer any more, so there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the search was abandoned: nobody waits for its answer")]
pub struct Abandoned;

/// Held by whoever waits for an answer. Dropping it abandons the search.
#[derive(Debug, Default)]
pub struct Waiter(Asked);

/// The other end of a [`Waiter`].
#[derive(Clone, Debug, Default)]
pub struct Asked(Arc<AtomicBool>);

impl Waiter {
    /// The end that the search looks at.
    #[must_use]
    pub fn asked(&self) -> Asked {
        self.0.clone()
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

impl Asked {
    /// Whether somebody still waits.
    ///
    /// # Errors
    /// Nobody does.
    pub fn check(&self) -> Result<(), Abandoned> {
        if self.0.load(Ordering::Relaxed) { Err(Abandoned) } else { Ok(()) }
    }
}
