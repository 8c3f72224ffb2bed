//! What lies in a folder that no process uses, or in a copy of one, read without a key and without a change.

use std::path::Path;

use faceward_core::AppId;
use faceward_store::{Extent, Rows};
use rusqlite::{Connection, OpenFlags};

use crate::EmbeddedError;
use crate::backup::check_copy;
use crate::database::{Database, FolderLock, rows_of};

/// The rows of `extent` in `dir`: a copy that a backup has made, or a data folder that no process uses. No vector is opened.
///
/// # Errors
/// The copy is not as it was written; the folder is in use, or was not closed in order; there is none; another version made it.
pub fn held_rows(dir: &Path, app: &AppId, extent: &Extent) -> Result<Rows, EmbeddedError> {
    let database = dir.join(Database::FILE);
    if check_copy(dir)? {
        return rows_in(&database, app, extent);
    }
    if !database.try_exists()? {
        return Err(EmbeddedError::NoFolder(dir.to_owned()));
    }
    // Until it is read.
    let _lock = FolderLock::take(dir)?;
    if database.with_extension("db-wal").try_exists()? {
        return Err(EmbeddedError::NotClosed(dir.to_owned()));
    }
    rows_in(&database, app, extent)
}

fn rows_in(database: &Path, app: &AppId, extent: &Extent) -> Result<Rows, EmbeddedError> {
    // Said to be a file that nobody changes: SQLite would make others beside it.
    let place = format!("file:{}?immutable=1", encoded(&fs_err::canonicalize(database)?));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(place, flags)?;
    Database::check(&connection)?;
    rows_of(&connection, app, extent)
}

/// A path as a URI has it.
fn encoded(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes
        .map(|byte| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
