//! The mark of a database whose log has to be there as well.
//!
//! What was changed last lies in the log (`gallery.db-wal`), which is emptied into the database at times, and goes when a process
//! closes the database in order. So a database that says of itself that it is in use, and has no log, is a copy that somebody
//! made by hand without it: it may be as it was long ago, or empty.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::EmbeddedError;

/// The schema version since which databases are marked.
const SINCE: u32 = 4;

/// What is there before the database is opened.
pub(super) struct Found {
    dir: PathBuf,
    database: bool,
    log: bool,
    /// Whether something was sealed here before.
    used: bool,
}

impl Found {
    /// What lies in the data folder `dir`.
    pub(super) fn in_folder(dir: &Path, database: &Path) -> Result<Self, EmbeddedError> {
        let log = database.with_extension("db-wal").try_exists()?;
        // The key is made, and the audit log after it, when the tables are there.
        let used = faceward_sealing::key_path(dir).try_exists()? || dir.join("audit.db").try_exists()?;
        Ok(Self { dir: dir.to_owned(), database: database.try_exists()?, log, used })
    }

    /// Refuses a copy without its log, before anything is changed in it.
    pub(super) fn check(self, connection: &Connection) -> Result<(), EmbeddedError> {
        let Self { dir, database, log, used } = self;
        if !database || log {
            return Ok(());
        }
        let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        // Its tables were in the log as well: there were some.
        let is_emptied = version == 0 && used;
        if is_emptied || (version >= SINCE && is_marked(connection)?) {
            return Err(EmbeddedError::CopiedWithoutLog(dir));
        }
        Ok(())
    }
}

fn is_marked(connection: &Connection) -> Result<bool, EmbeddedError> {
    Ok(connection.query_row("SELECT EXISTS (SELECT 1 FROM in_use)", [], |row| row.get(0))?)
}

/// Marks the database; to be wiped from the log into the database itself.
pub(super) fn mark(connection: &Connection) -> Result<(), EmbeddedError> {
    connection.execute("INSERT OR IGNORE INTO in_use (one) VALUES (1)", [])?;
    Ok(())
}

/// Takes the mark away: with the connection, the log goes as well.
pub(super) fn unmark(connection: &Connection) -> Result<(), EmbeddedError> {
    connection.execute("DELETE FROM in_use", [])?;
    Ok(())
}
