//! One process per data folder: two servers would overwrite each other's memory of it.

use std::fs::TryLockError;
use std::path::Path;

use crate::EmbeddedError;

/// Held as long as the folder is in use; the system frees it when the process ends, however it ends.
pub(crate) struct FolderLock {
    _file: fs_err::File,
}

impl FolderLock {
    /// Takes the folder, or says at once that somebody else has it.
    pub(crate) fn take(dir: &Path) -> Result<Self, EmbeddedError> {
        let file = faceward_sealing::owner_only().create(true).truncate(false).open(dir.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse(dir.to_path_buf())),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}
