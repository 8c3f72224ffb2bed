//! The audit log: who did what to whom and when, and what came of it. Never a photo, a vector or a key.
//!
//! A database of its own beside that of the templates, so that it can be read while a server writes it: theirs
//! has one process and no other reader, or deleted templates could not be wiped from its log. Records are final: they
//! are added, and leave when their time is over.

mod reader;
mod row;
mod schema;

use std::path::{Path, PathBuf};
use std::time::Duration;

use faceward_store::{AuditEvent, Purged, Traces};
use jiff::Timestamp;
use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};

use crate::EmbeddedError;
use crate::copy::copy_of;
pub use reader::AuditReader;
use schema::SCHEMA;

/// How long a writer waits for a reader, and the other way round. Readers hold the database for one page.
const PATIENCE: Duration = Duration::from_secs(5);

/// The writing end of a data folder's audit log. One a folder. Calls block.
pub(crate) struct AuditLog {
    connection: Mutex<Connection>,
}

impl AuditLog {
    /// The name of its file.
    pub(crate) const FILE: &str = "audit.db";

    /// Copies the log of the data folder `dir` into the new file `into`, beside whoever writes it.
    pub(crate) fn copy(dir: &Path, into: &Path) -> Result<(), EmbeddedError> {
        let source = Connection::open_with_flags(path_in(dir), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        source.busy_timeout(PATIENCE)?;
        copy_of(&source, into).map(drop)
    }
}

/// Where the audit log of the data folder `dir` lies.
fn path_in(dir: &Path) -> PathBuf {
    dir.join(AuditLog::FILE)
}

impl AuditLog {
    /// Opens the log of the data folder `dir`, whose lock the caller holds.
    pub(crate) fn open(dir: &Path) -> Result<Self, EmbeddedError> {
        let path = path_in(dir);
        if !path.try_exists()? {
            // SQLite gives its other files the permissions of the database.
            faceward_sealing::owner_only().create_new(true).open(&path)?;
        }
        let mut connection = Connection::open(&path)?;
        configure(&connection)?;
        SCHEMA.migrate(&mut connection)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Adds `events` in their order, all or none. They are on disk when this returns.
    pub(crate) fn append(&self, events: &[AuditEvent]) -> Result<(), EmbeddedError> {
        let mut connection = self.connection.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for event in events {
            row::insert(&transaction, event)?;
        }
        Ok(transaction.commit()?)
    }

    /// Deletes up to `limit` records made before `before`. With the last of them, what is left in the log of the database
    /// goes as well, unless a reader is at work there: nobody waits for it.
    pub(crate) fn purge(&self, before: Timestamp, limit: usize) -> Result<Purged, EmbeddedError> {
        let connection = self.connection.lock();
        let n_records = connection.execute(
            "DELETE FROM records WHERE sequence IN
             (SELECT sequence FROM records WHERE at < ?1 ORDER BY at, sequence LIMIT ?2)",
            params![before.as_microsecond(), i64::try_from(limit).unwrap_or(i64::MAX)],
        )?;
        let oldest = "SELECT EXISTS (SELECT 1 FROM records WHERE at < ?1)";
        let more = connection.query_row(oldest, params![before.as_microsecond()], |row| row.get(0))?;
        // Also where nothing was deleted now: a purge that was cut short left its traces.
        let traces = if more { Traces::Left } else { wipe(&connection)? };
        Ok(Purged { n_records, more, traces })
    }
}

/// Empties the log of the database, if no reader is in the way at this moment.
fn wipe(connection: &Connection) -> Result<Traces, EmbeddedError> {
    connection.busy_timeout(Duration::ZERO)?;
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    let busy = connection.query_row(checkpoint, [], |row| row.get::<_, i64>(0));
    connection.busy_timeout(PATIENCE)?;
    Ok(if busy? == 0 { Traces::Wiped } else { Traces::Left })
}

fn configure(connection: &Connection) -> Result<(), EmbeddedError> {
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
