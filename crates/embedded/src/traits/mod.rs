//! The traits of `faceward-store`, each in the file named for what it holds.

mod audit;
mod challenges;
mod directory;
mod templates;

use std::sync::Arc;

use faceward_store::Stores;

use crate::embedded::Embedded;

impl From<Embedded> for Stores {
    fn from(embedded: Embedded) -> Self {
        Self::of(Arc::new(embedded))
    }
}
