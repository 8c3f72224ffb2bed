//! The traits of `faceward-store`, each in the file named for what it holds.

mod audit;
mod challenges;
mod data_keys;
mod directory;
mod master_key;
mod operators;
mod sessions;
mod templates;
mod webhooks;

use std::path::Path;
use std::sync::Arc;

use faceward_store::{Backup, BackupRecord, Pending, Reachable, Stores};

use crate::backup;
use crate::embedded::Embedded;

/// It is in this process.
impl Reachable for Embedded {
    fn reach(&self) -> Pending<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

impl Backup for Embedded {
    fn back_up<'a>(&'a self, into: &'a Path) -> Pending<'a, BackupRecord> {
        let into = into.to_owned();
        Box::pin(self.off_thread(move |folder| Ok(backup::make(folder, &into)?)))
    }
}

impl From<Embedded> for Stores {
    fn from(embedded: Embedded) -> Self {
        let embedded = Arc::new(embedded);
        Self {
            backup: Some(Arc::<Embedded>::clone(&embedded)),
            master_key: Some(Arc::<Embedded>::clone(&embedded)),
            ..Self::of(embedded)
        }
    }
}
