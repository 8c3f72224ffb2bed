//! Copies of a store that lies on this machine. A database elsewhere has tools of its own.

use std::path::Path;

use crate::Pending;

/// A store that can copy itself while it is used.
pub trait Backup: Send + Sync {
    /// Copies everything but the key into `into`, a folder that is not there yet, as it is at one moment. Changes wait
    /// meanwhile; questions do not. The copy is on disk when this returns; after an error there is none.
    ///
    /// # Errors
    /// The folder is there; the store or the file system fails.
    fn back_up<'a>(&'a self, into: &'a Path) -> Pending<'a, BackupRecord>;
}

/// What a copy has in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupRecord {
    /// Templates of all apps.
    pub n_templates: usize,
    /// Size of its files.
    pub n_bytes: u64,
}
