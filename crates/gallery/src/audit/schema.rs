//! The one table, as a list of migrations: entry `n` takes a database from version `n` to `n + 1`. Never edit an entry.

use rusqlite::{Connection, TransactionBehavior};

use crate::GalleryError;

/// "FWAU" in the header of the file: tools can tell whose database it is.
const APPLICATION_ID: i32 = 0x4657_4155;

/// `AUTOINCREMENT`: a number is never given twice, so that a record taken out by hand leaves a gap.
const MIGRATIONS: &[&str] = &["
CREATE TABLE records (
    sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,               -- microseconds since 1970
    tx          BLOB NOT NULL CHECK (length(tx) = 16),
    trx_id      TEXT,
    surface     TEXT NOT NULL,
    app         BLOB CHECK (length(app) = 16),
    action      TEXT NOT NULL,
    gallery     TEXT,
    subject     TEXT,
    template    TEXT,
    outcome     TEXT NOT NULL,
    verdict     TEXT,
    scores      TEXT NOT NULL,                  -- a JSON object of numbers
    reasons     TEXT NOT NULL,                  -- a JSON list of words
    models      TEXT NOT NULL                   -- a JSON list of ids
) STRICT;
CREATE INDEX records_by_time ON records (at);
CREATE TRIGGER records_are_final BEFORE UPDATE ON records
BEGIN
    SELECT RAISE(ABORT, 'audit records are final');
END;
"];

/// Brings the database to the newest version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), GalleryError> {
    for (version, migration) in (1_u32..).zip(MIGRATIONS).skip(check(connection)? as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The version of the database, if this program knows it.
pub(super) fn check(connection: &Connection) -> Result<u32, GalleryError> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = MIGRATIONS.len() as u32;
    if found > known { Err(GalleryError::SchemaTooNew { found, known }) } else { Ok(found) }
}
