//! The audit log: who did what to whom and when, and what came of it. Never a photo, a vector or a key.
//!
//! A database of its own beside the gallery's, so that it can be read while a server writes it: the gallery's database
//! has one process and no other reader, or deleted templates could not be wiped from its log. Records are final: they
//! are added, and leave when their time is over.

mod event;
mod reader;
mod schema;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use rusqlite::{Connection, TransactionBehavior, params};

use crate::GalleryError;
pub use event::{AuditEvent, AuditRecord, Word};
pub use reader::{AuditFilter, AuditReader};

/// How long a writer waits for a reader, and the other way round. Readers hold the database for one page.
const PATIENCE: Duration = Duration::from_secs(5);

/// Records that are deleted at a time: appending goes on in between.
const PURGED_AT_ONCE: usize = 5_000;

/// The writing end of a data folder's audit log. One a folder, as its gallery. Calls block.
pub struct AuditLog {
    connection: Mutex<Connection>,
}

/// Where the audit log of the data folder `dir` lies.
fn path_in(dir: &Path) -> PathBuf {
    dir.join("audit.db")
}

impl AuditLog {
    /// Opens the log of the data folder `dir`, whose lock the caller holds.
    pub(crate) fn open(dir: &Path) -> Result<Self, GalleryError> {
        let path = path_in(dir);
        if !path.try_exists()? {
            // SQLite gives its other files the permissions of the database.
            crate::sealing::owner_only().create_new(true).open(&path)?;
        }
        let mut connection = Connection::open(&path)?;
        configure(&connection)?;
        schema::migrate(&mut connection)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Adds `events` in their order, all or none. They are on disk when this returns.
    ///
    /// # Errors
    /// The database fails: a full disk, for example.
    pub fn append(&self, events: &[AuditEvent]) -> Result<(), GalleryError> {
        let mut connection = self.connection.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for event in events {
            event::insert(&transaction, event)?;
        }
        Ok(transaction.commit()?)
    }

    /// Deletes every record made before `before`, and wipes it from the files. Gives how many those were.
    ///
    /// # Errors
    /// The database fails; [`GalleryError::NotErased`] where a reader kept the log of the database from being wiped:
    /// the next purge does it.
    pub fn purge(&self, before: Timestamp) -> Result<usize, GalleryError> {
        let mut n_purged = 0;
        loop {
            let n_deleted = self.connection.lock().execute(
                "DELETE FROM records WHERE sequence IN (SELECT sequence FROM records WHERE at < ?1 LIMIT ?2)",
                params![before.as_microsecond(), PURGED_AT_ONCE as i64],
            )?;
            n_purged += n_deleted;
            if n_deleted < PURGED_AT_ONCE {
                break;
            }
        }
        // Also where nothing was deleted now: a purge that was cut short left its traces.
        let wiped = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: i64 = self.connection.lock().query_row(wiped, [], |row| row.get(0))?;
        if busy == 0 { Ok(n_purged) } else { Err(GalleryError::NotErased) }
    }
}

fn configure(connection: &Connection) -> Result<(), GalleryError> {
    connection.busy_timeout(PATIENCE)?;
    let settings = [
        ("journal_mode", "WAL"),
        ("synchronous", "FULL"),
        // macOS: an ordinary sync stops at the drive's cache.
        ("fullfsync", "ON"),
        ("checkpoint_fullfsync", "ON"),
        ("secure_delete", "ON"),
        ("trusted_schema", "OFF"),
        ("temp_store", "MEMORY"),
    ];
    for (name, value) in settings {
        connection.pragma_update(None, name, value)?;
    }
    Ok(())
}
