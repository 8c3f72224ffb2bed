//! The durable half: one SQLite database a data folder. Every method that returns `Ok` has reached the disk.
//!
//! Write-ahead log, synced at every commit. Deleted rows are overwritten with zeros, and [`Store::erase`] empties the
//! log, in which older versions of the pages lie.

mod apps;
mod lock;
pub(crate) mod rows;
mod schema;
mod subjects;
mod templates;
mod tokens;

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::GalleryError;
use crate::sealing::{MasterKey, Sealer, key_path};
use lock::FolderLock;
pub(crate) use rows::as_stored;
pub(crate) use templates::TemplateRow;

const KEY_PROOF: &str = "key_proof";

/// The open database and the key to its vectors.
pub(crate) struct Store {
    // Dropped in this order: the folder is free for others only after the database is closed.
    connection: Connection,
    sealer: Sealer,
    _lock: FolderLock,
}

impl Store {
    /// Opens the data folder `dir`, with all that it needs created where it is missing.
    pub(crate) fn open(dir: &Path) -> Result<Self, GalleryError> {
        lock::create_folder(dir)?;
        let lock = FolderLock::take(dir)?;
        let path = dir.join("gallery.db");
        if !path.try_exists()? {
            // SQLite gives the log the permissions of the database.
            crate::sealing::owner_only().create_new(true).open(&path)?;
        }
        let mut connection = Connection::open(&path)?;
        configure(&connection)?;
        schema::migrate(&mut connection)?;
        let sealer = unlock(&connection, &key_path(dir))?;
        let store = Self { connection, sealer, _lock: lock };
        // A crash between a delete and its clean-up must not leave traces for good.
        store.erase()?;
        Ok(store)
    }

    /// Wipes what was deleted from the write-ahead log as well.
    pub(crate) fn erase(&self) -> Result<(), GalleryError> {
        let busy: i64 = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy == 0 { Ok(()) } else { Err(GalleryError::NotErased) }
    }
}

fn configure(connection: &Connection) -> Result<(), GalleryError> {
    let settings = [
        // Nobody else opens the file, so the log's index needs no file of its own.
        ("locking_mode", "EXCLUSIVE"),
        ("journal_mode", "WAL"),
        ("synchronous", "FULL"),
        // macOS: an ordinary sync stops at the drive's cache.
        ("fullfsync", "ON"),
        ("checkpoint_fullfsync", "ON"),
        ("secure_delete", "ON"),
        ("foreign_keys", "ON"),
        ("trusted_schema", "OFF"),
        // No biometric data in temporary files.
        ("temp_store", "MEMORY"),
    ];
    for (name, value) in settings {
        connection.pragma_update(None, name, value)?;
    }
    let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if journal == "wal" { Ok(()) } else { Err(GalleryError::Corrupt("journal_mode")) }
}

/// The sealer of this database: with the key of its folder, proved to be the right one.
fn unlock(connection: &Connection, path: &Path) -> Result<Sealer, GalleryError> {
    let proof: Option<Vec<u8>> = connection
        .query_row("SELECT value FROM meta WHERE name = ?1", params![KEY_PROOF], |row| row.get(0))
        .optional()?;
    let key = MasterKey::load(path)?;
    match (proof, key) {
        (Some(proof), Some(key)) => {
            let sealer = Sealer::new(&key);
            if sealer.accepts_proof(&proof) { Ok(sealer) } else { Err(GalleryError::KeyWrong(path.into())) }
        }
        // A new key would make the old templates unreadable for ever.
        (Some(_), None) => Err(GalleryError::KeyMissing(path.into())),
        (None, key) => {
            let sealer = Sealer::new(&match key {
                Some(key) => key,
                None => MasterKey::create(path)?,
            });
            let proof = sealer.key_proof()?;
            connection
                .execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", params![KEY_PROOF, proof])?;
            Ok(sealer)
        }
    }
}
