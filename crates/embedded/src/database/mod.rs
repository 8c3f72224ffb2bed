//! The durable half: one SQLite database a data folder. Every method that returns `Ok` has reached the disk.
//!
//! Write-ahead log, synced at every commit. Deleted rows are overwritten with zeros, and [`Database::wipe`] empties the
//! log, in which older versions of the pages lie.

mod apps;
mod block_files;
mod blocks;
mod data_keys;
mod deletion;
mod in_use;
mod lock;
mod master_key;
mod operators;
mod reseal;
pub(crate) mod rows;
mod schema;
mod sessions;
mod subjects;
mod templates;
mod tokens;
pub(crate) mod webhooks;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use faceward_sealing::{KeySources, Sealer, owner_only_folder};
use faceward_store::Traces;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use crate::EmbeddedError;
use crate::copy::copy_of;
pub(crate) use block_files::BlockFiles;
pub(crate) use blocks::{Listed, Stretch};
pub(crate) use deletion::rows_of;
use in_use::Found;
pub(crate) use lock::FolderLock;
pub(crate) use reseal::Walk;
pub(crate) use rows::as_stored;
use schema::SCHEMA;
pub(crate) use templates::{SealedRow, TemplateRow, open_rows};

const KEY_PROOF: &str = "key_proof";

/// The open database and the key to its vectors.
pub(crate) struct Database {
    // Dropped in this order: the folder is free for others only after the database is closed.
    connection: Connection,
    sealer: Arc<Sealer>,
    files: BlockFiles,
    /// Blocks of which a file may be there.
    with_files: RefCell<BTreeSet<i64>>,
    /// What an earlier deletion has left in the log.
    traces: Cell<Traces>,
    _lock: FolderLock,
}

impl Database {
    /// The name of its file.
    pub(crate) const FILE: &str = "gallery.db";

    /// Fails if the tables of a database that is only read are of another version.
    pub(crate) fn check(connection: &Connection) -> Result<(), EmbeddedError> {
        let (found, known) = (SCHEMA.check(connection)?, SCHEMA.newest());
        if found < known { Err(EmbeddedError::SchemaTooOld { found, known }) } else { Ok(()) }
    }

    /// Opens the data folder `dir` with the key of `sources`, with all that it needs created where it is missing. Without
    /// `snapshots` there are none afterwards.
    pub(crate) fn open(dir: &Path, sources: &KeySources, snapshots: bool) -> Result<Self, EmbeddedError> {
        owner_only_folder(dir)?;
        let lock = FolderLock::take(dir)?;
        let path = dir.join(Self::FILE);
        let found = Found::in_folder(dir, &path)?;
        if !path.try_exists()? {
            // SQLite gives the log the permissions of the database.
            faceward_sealing::owner_only().create_new(true).open(&path)?;
        }
        let mut connection = Connection::open(&path)?;
        found.check(&connection)?;
        configure(&connection)?;
        SCHEMA.migrate(&mut connection)?;
        let sealer = unlock(&connection, sources)?;
        in_use::mark(&connection)?;
        let files = BlockFiles::of(dir);
        let with_files = files.numbers().unwrap_or_else(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "the snapshots cannot be listed");
            Vec::new()
        });
        let database = Self {
            connection,
            sealer: Arc::new(sealer),
            files,
            with_files: RefCell::new(with_files.into_iter().collect()),
            traces: Cell::new(Traces::Wiped),
            _lock: lock,
        };
        if snapshots {
            database.drop_unfinished_blocks()?;
        } else {
            database.drop_all_blocks()?;
        }
        database.take_all_data_keys(Timestamp::now())?;
        database.free_events(Timestamp::now())?;
        // A crash between a delete and its clean-up must not leave traces for good. Takes the mark out of the log as well.
        match database.wipe() {
            Traces::Wiped | Traces::Fading => Ok(database),
            Traces::Left => Err(EmbeddedError::NotErased),
        }
    }

    /// Wipes what was deleted from the write-ahead log as well. The change that deleted it is made, so a failure is none of
    /// the change: it is told, and tried again with every further one. The files of blocks that the change has taken from the list
    /// go as well; what is in them opens for nobody once the log is wiped.
    pub(crate) fn wipe(&self) -> Traces {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        let traces = match self.connection.query_row(checkpoint, [], |row| row.get::<_, i64>(0)) {
            Ok(0) => Traces::Wiped,
            Ok(_busy) => Traces::Left,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "traces of deleted data could not be wiped from the disk yet");
                Traces::Left
            }
        };
        self.traces.set(traces);
        if let Err(error) = self.remove_unlisted_files() {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "files of snapshots whose keys are gone could not be removed yet");
        }
        traces
    }

    /// Where the files of blocks are.
    pub(crate) fn block_files(&self) -> &BlockFiles {
        &self.files
    }

    /// Remembers that the file of a block is there, or is about to be.
    pub(crate) fn expect_file(&self, number: i64) {
        self.with_files.borrow_mut().insert(number);
    }

    /// Takes away the files of blocks that are not listed.
    pub(crate) fn remove_unlisted_files(&self) -> Result<(), EmbeddedError> {
        let mut with_files = self.with_files.borrow_mut();
        if with_files.is_empty() {
            return Ok(());
        }
        let listed: BTreeSet<i64> = self.block_numbers()?.into_iter().collect();
        let unlisted: Vec<i64> = with_files.difference(&listed).copied().collect();
        for number in unlisted {
            self.files.remove(number)?;
            with_files.remove(&number);
        }
        Ok(())
    }

    /// Wipes what an earlier deletion had to leave.
    pub(crate) fn wipe_left(&self) {
        if self.traces.get() == Traces::Left && self.wipe() == Traces::Wiped {
            tracing::info!("the traces of deleted data that were left are wiped");
        }
    }

    /// Copies everything into the new file `into`.
    pub(crate) fn copy(&self, into: &Path) -> Result<(), EmbeddedError> {
        let copy = copy_of(&self.connection, into)?;
        // Their files are not copied.
        copy.execute("DELETE FROM snapshot_blocks", [])?;
        in_use::unmark(&copy)
    }

    fn transaction(&self) -> Result<Transaction<'_>, EmbeddedError> {
        Ok(Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Should it fail the log stays, most likely, and all is well; else the next start says so.
        if let Err(error) = in_use::unmark(&self.connection) {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the database still says that it is in use");
        }
    }
}

fn configure(connection: &Connection) -> Result<(), EmbeddedError> {
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
    if journal == "wal" { Ok(()) } else { Err(EmbeddedError::Corrupt("journal_mode")) }
}

/// The sealer of this database, with the key of `sources` proved to be the right one.
fn unlock(connection: &Connection, sources: &KeySources) -> Result<Sealer, EmbeddedError> {
    let proof: Option<Vec<u8>> = connection
        .query_row("SELECT value FROM meta WHERE name = ?1", params![KEY_PROOF], |row| row.get(0))
        .optional()?;
    let unlocked = faceward_sealing::unlock(sources, proof.as_deref())?;
    if let Some(proof) = unlocked.new_proof {
        connection.execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", params![KEY_PROOF, proof])?;
    }
    if unlocked.by_next {
        tracing::warn!("the next master key is in force: set `master_key` to where it comes from");
    }
    Ok(unlocked.sealer)
}

#[cfg(test)]
impl Database {
    /// Leaves a reader in the database for good, which keeps its log from being wiped.
    pub(crate) fn leave_a_reader(&self) {
        let mut statement = self.connection.prepare("SELECT name FROM meta").expect("valid SQL");
        let mut rows = statement.query([]).expect("readable");
        assert!(rows.next().expect("readable").is_some(), "the proof of the key");
        std::mem::forget(rows);
        std::mem::forget(statement);
    }

    /// As after a deletion whose traces were left.
    pub(crate) fn leave_traces(&self) {
        self.traces.set(Traces::Left);
    }
}
