//! Making a copy.

use std::path::Path;

use faceward_store::BackupRecord;

use super::files::{new_folder, sync};
use super::list::List;
use crate::EmbeddedError;
use crate::audit::AuditLog;
use crate::database::Database;
use crate::folder::Folder;

/// The files of a copy.
pub(super) const FILES: [&str; 2] = [Database::FILE, AuditLog::FILE];

/// Copies `folder` into `into`, which is not there yet.
pub(crate) fn make(folder: &Folder, into: &Path) -> Result<BackupRecord, EmbeddedError> {
    new_folder(into)?;
    copied(folder, into).inspect_err(|_| {
        // Half a copy is none. Should it stay, it has no list.
        if let Err(error) = fs_err::remove_dir_all(into) {
            tracing::warn!(%error, "what a failed backup has left");
        }
    })
}

fn copied(folder: &Folder, into: &Path) -> Result<BackupRecord, EmbeddedError> {
    let n_templates = {
        // Nobody changes anything meanwhile.
        let database = folder.database.lock();
        database.copy(&into.join(Database::FILE))?;
        database.count_templates()?
    };
    // Reads beside whoever writes. What was recorded since the other copy is in it too.
    AuditLog::copy(&folder.dir, &into.join(AuditLog::FILE))?;
    for file in FILES {
        sync(&into.join(file))?;
    }
    let list = List::of(into, &FILES, n_templates)?;
    list.write(into)?;
    sync(into)?;
    let n_bytes = list.files.iter().map(|file| file.n_bytes).sum();
    Ok(BackupRecord { n_templates, n_bytes })
}
