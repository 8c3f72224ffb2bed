//! What can go wrong with a data folder. Nearly all of it is for the operator.

use std::io;
use std::path::PathBuf;

use faceward_core::AppId;
use faceward_index::Unfit;
use faceward_sealing::SealingError;
use faceward_store::StoreError;

/// Failure of the embedded store. No text holds a vector or a key.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Another process works on the folder.
    #[error("the data folder {} is in use by another faceward process that has no socket there: work through it with --server http://host:port, or stop it first", .0.display())]
    InUse(PathBuf),
    /// The key is missing, exposed or the wrong one.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// A stored template was altered or belongs to another row.
    #[error("the stored template `{template}` of app {app} is damaged or was altered")]
    Damaged {
        /// The owner.
        app: AppId,
        /// The template.
        template: String,
    },
    /// What was deleted is gone for every reader; its sealed bytes are still in the log of the database.
    #[error("traces of deleted data could not be wiped from the disk")]
    NotErased,
    /// The database holds something that this program never writes.
    #[error("the database holds an impossible value in {0}")]
    Corrupt(&'static str),
    /// A copy that somebody made while the folder was in use, of less than all of its files.
    #[error("the data folder {} was copied while it was in use, without gallery.db-wal: what was changed last is not in it. Make copies with `faceward backup`", .0.display())]
    CopiedWithoutLog(PathBuf),
    /// What a folder is to be restored from cannot be.
    #[error("{} is no whole backup: {reason}", path.display())]
    NoBackup {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A folder is restored where none is.
    #[error("there is something in {}: a backup is restored into a data folder that is not there", .0.display())]
    NotEmpty(PathBuf),
    /// A newer version of the program has written the database.
    #[error("the database has the schema version {found}; this program knows versions up to {known}")]
    SchemaTooNew {
        /// Version in the file.
        found: u32,
        /// Newest version that this program knows.
        known: u32,
    },
    /// An older version of the program has written a database that is only to be read.
    #[error(
        "the database has the schema version {found}; this program reads {known}: restore it into a data folder and open that once"
    )]
    SchemaTooOld {
        /// Version in the file.
        found: u32,
        /// The version that this program reads.
        known: u32,
    },
    /// No data folder and no backup.
    #[error("{} is no data folder and no backup", .0.display())]
    NoFolder(PathBuf),
    /// A data folder that is only to be read, whose last process died.
    #[error("the data folder {} was not closed in order: start and stop the server, or make a backup", .0.display())]
    NotClosed(PathBuf),
    /// A task off the async threads panicked or was cancelled.
    #[error("a task of the store died")]
    TaskDied(#[source] tokio::task::JoinError),
    /// The file system failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] rusqlite::Error),
}

impl From<Unfit> for EmbeddedError {
    fn from(unfit: Unfit) -> Self {
        Self::Corrupt(match unfit {
            Unfit::Length => "the length of a vector",
            Unfit::Twice => "the id of a template",
        })
    }
}

impl From<EmbeddedError> for StoreError {
    fn from(error: EmbeddedError) -> Self {
        Self::failed(error)
    }
}
