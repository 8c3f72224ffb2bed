//! One fetch at a time in a store, across processes. The operating system drops the lock of a killed process.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use fs_err as fs;

use crate::progress::{FetchEvent, Progress};

/// Held while a process writes to a store.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock of the store at `root`; says so if it has to wait.
    pub(crate) fn acquire(root: &Path, progress: &dyn Progress) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let path = root.join("lock");
        let (file, _) =
            fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path)?.into_parts();
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress.report(FetchEvent::Waiting);
                file.lock()?;
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(Self { _file: file })
    }
}
