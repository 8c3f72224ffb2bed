//! The traits of `faceward-store`, each in the file named for what it holds.

mod audit;
mod challenges;
mod directory;
mod operators;
mod templates;

use std::sync::Arc;

use faceward_store::{Pending, Reachable, Stores};

use crate::embedded::Embedded;

/// It is in this process.
impl Reachable for Embedded {
    fn reach(&self) -> Pending<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

impl From<Embedded> for Stores {
    fn from(embedded: Embedded) -> Self {
        Self::of(Arc::new(embedded))
    }
}
