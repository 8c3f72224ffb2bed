//! One process per data folder: two servers would overwrite each other's memory of it.

use std::fs::TryLockError;
use std::path::Path;

use crate::EmbeddedError;

/// Held as long as the folder is in use; the system frees it when the process ends, however it ends.
pub(super) struct FolderLock {
    _file: fs_err::File,
}

impl FolderLock {
    /// Takes the folder, or says at once that somebody else has it.
    pub(super) fn take(dir: &Path) -> Result<Self, EmbeddedError> {
        let file = crate::sealing::owner_only().create(true).truncate(false).open(dir.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse(dir.to_path_buf())),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// Makes the folder, for its owner alone, unless it exists.
pub(super) fn create_folder(dir: &Path) -> Result<(), EmbeddedError> {
    if dir.try_exists()? {
        return Ok(());
    }
    fs_err::create_dir_all(dir)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs_err::set_permissions(dir, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}
