//! What can go wrong with the database, and what it means to whoever asks the store.

use std::io;

use faceward_core::AppId;
use faceward_milvus::MilvusError;
use faceward_sealing::SealingError;
use faceward_store::StoreError;
use tokio_postgres::error::SqlState;

/// Failure of the PostgreSQL store. No text holds a vector, a key or a password.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// The address is none that this program understands.
    #[error("the address of the database: {0}")]
    Address(String),
    /// Certificates that the database's own is checked with cannot be read.
    #[error("the certificates in {path}: {reason}")]
    Certificates {
        /// Where they lie.
        path: String,
        /// What is wrong with them.
        reason: String,
    },
    /// The database cannot be reached, or ends the conversation.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An answer did not come in time.
    #[error("the database did not answer in time")]
    TimedOut,
    /// This server's memory is older than it may be, and cannot be brought up to date.
    #[error("what this server knows of the database is out of date")]
    Behind,
    /// The connection ended while a change was being committed.
    #[error("the connection ended while a change was committed: it may have been made or not")]
    Undecided(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The tables are not there, or of an older version, and this role may not make them.
    #[error(
        "the tables of the database are of version {found}, this program needs {needed}; migrate them as the role that owns them"
    )]
    SchemaTooOld {
        /// Version in the database; 0: none.
        found: i32,
        /// Version that this program needs.
        needed: i32,
    },
    /// A newer version of the program has made the tables.
    #[error("the tables of the database are of version {found}; this program knows versions up to {known}")]
    SchemaTooNew {
        /// Version in the database.
        found: i32,
        /// Newest version that this program knows.
        known: i32,
    },
    /// Ids are Unicode.
    #[error("the database is encoded in {0}; create it with ENCODING 'UTF8'")]
    Encoding(String),
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
    /// The database holds something that this program never writes.
    #[error("the database holds an impossible value in {0}")]
    Corrupt(&'static str),
    /// The database refused or could not do what it was told.
    #[error("the database failed")]
    Database(#[source] tokio_postgres::Error),
    /// Faces are to be searched in a database that has no pgvector.
    #[error(
        "database.search is \"sql\", and this PostgreSQL has no pgvector; install it there (it may be called postgresql-NN-pgvector), or search in memory"
    )]
    NoVectors,
    /// What a search in the database needs is not there, and this role may not make it.
    #[error(
        "database.search is \"sql\", and this role may not make or use what that needs; as the owner of the tables run `faceward database migrate` and the SQL of `faceward database roles`, both with this setting"
    )]
    VectorsRefused,
    /// Vectors of the database are made ready to be searched, or made anew.
    #[error("vectors are being made ready to be searched in the database")]
    Filling,
    /// A server that compares in another way has taken over.
    #[error(
        "vectors in the database are those of a server of another version, which compares in another way"
    )]
    ComparedOtherwise,
    /// A server with another index has taken over.
    #[error(
        "the servers of this database have another `database.search_index`, by which Milvus now searches: start this one with the same"
    )]
    IndexedOtherwise,
    /// What a search in Milvus needs in the database is not there, and this role may not make it.
    #[error(
        "faces are to be searched in Milvus, and this role may not make or use what that needs in the database; as the owner of the tables run `faceward database migrate` and the SQL of `faceward database roles`, both with this setting"
    )]
    OutsideRefused,
    /// Milvus fails, or cannot be reached.
    #[error("the search in Milvus")]
    Milvus(#[from] MilvusError),
    /// So many faces are so much alike that Milvus cannot give all that might be in the answer.
    #[error("more faces are as near as those of the answer than Milvus gives")]
    TooManyAlike,
    /// The store was opened for apps and keys alone.
    #[error("the templates of the database were not read")]
    NotRead,
    /// A task of the store panicked, or the store was closed meanwhile.
    #[error("a task of the store died")]
    TaskDied(#[source] tokio::task::JoinError),
    /// The file system failed, or there is no thread.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<tokio_postgres::Error> for PostgresError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(told) if *told.code() == SqlState::QUERY_CANCELED => Self::TimedOut,
            Some(told) if passes(told.code()) => Self::Unreachable(error.into()),
            Some(_) => Self::Database(error),
            None if error.is_closed() || is_of_the_network(&error) => Self::Unreachable(error.into()),
            None => Self::Database(error),
        }
    }
}

/// Whether time may mend it: the server stops, starts, has no connection left, was demoted, or somebody holds a lock.
fn passes(code: &SqlState) -> bool {
    let class = code.code().get(..2).unwrap_or_default();
    matches!(class, "08" | "57" | "40")
        || [
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::READ_ONLY_SQL_TRANSACTION,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ]
        .contains(code)
}

fn is_of_the_network(error: &tokio_postgres::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<io::Error>() {
            return true;
        }
        cause = inner.source();
    }
    false
}

impl From<PostgresError> for StoreError {
    fn from(error: PostgresError) -> Self {
        match error {
            PostgresError::Unreachable(_)
            | PostgresError::TimedOut
            | PostgresError::Behind
            | PostgresError::Filling
            | PostgresError::ComparedOtherwise
            | PostgresError::IndexedOtherwise => Self::Unreachable(error.into()),
            PostgresError::Milvus(ref cause) if cause.passes() => Self::Unreachable(error.into()),
            PostgresError::Address(_)
            | PostgresError::Milvus(_)
            | PostgresError::TooManyAlike
            | PostgresError::OutsideRefused
            | PostgresError::Certificates { .. }
            | PostgresError::Undecided(_)
            | PostgresError::SchemaTooOld { .. }
            | PostgresError::SchemaTooNew { .. }
            | PostgresError::Encoding(_)
            | PostgresError::Sealing(_)
            | PostgresError::Damaged { .. }
            | PostgresError::Corrupt(_)
            | PostgresError::NotRead
            | PostgresError::NoVectors
            | PostgresError::VectorsRefused
            | PostgresError::Database(_)
            | PostgresError::TaskDied(_)
            | PostgresError::Io(_) => Self::Failed(error.into()),
        }
    }
}
