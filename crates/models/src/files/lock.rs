//! One fetch at a time in a store, across processes. The operating system drops the lock of a killed process.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

use fs_err as fs;

use crate::progress::{FetchEvent, Progress};

/// How often a lock is tried that another process holds.
const POLL: Duration = Duration::from_millis(100);

/// Held while a process writes to a store.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock of the store at `root`; says so if it has to wait. [`ErrorKind::Interrupted`] if the fetch is ended
    /// meanwhile.
    pub(crate) fn acquire(root: &Path, progress: &dyn Progress) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let path = root.join("lock");
        let (file, _) =
            fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path)?.into_parts();
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress.report(FetchEvent::Waiting);
                wait_for(&file, progress)?;
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(Self { _file: file })
    }
}

fn wait_for(file: &File, progress: &dyn Progress) -> io::Result<()> {
    while !progress.is_stopped() {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(POLL),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(ErrorKind::Interrupted.into())
}
