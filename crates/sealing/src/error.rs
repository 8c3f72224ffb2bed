//! What can go wrong with the key and with sealing. All of it is for the operator.

use std::io;
use std::path::PathBuf;

use faceward_core::AppId;

use crate::KeyOrigin;

/// Failure of sealing. No text holds a vector or a key.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// There are templates and the key that opens them is gone.
    #[error("{0} is missing, and without it the stored templates cannot be read; restore it from a backup")]
    KeyMissing(KeyOrigin),
    /// What was read is no key.
    #[error("{origin} is no key: {reason}")]
    KeyMalformed {
        /// Where it was read.
        origin: KeyOrigin,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The variable that holds the key is not set.
    #[error("the variable {0}, which holds the key, is not set")]
    VariableMissing(String),
    /// What was read for a text is none.
    #[error("what was read is no text: {0}")]
    NotText(&'static str),
    /// The command that prints the key did not.
    #[error("the command {program}, which prints the key, failed: {reason}")]
    Command {
        /// Its program.
        program: String,
        /// Why.
        reason: String,
    },
    /// Others than the owner can read the key.
    #[error("the key file {} can be read by others (mode {mode:o}); run: chmod 600 {}", path.display(), path.display())]
    KeyExposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The templates were sealed with another key.
    #[error("{0} is not the one that sealed the stored templates")]
    KeyWrong(KeyOrigin),
    /// Nothing can be sealed for an app without a data key.
    #[error("the data key of app {0} is not there")]
    NoDataKey(AppId),
    /// A data key is not what the master key has wrapped for this app.
    #[error("the data key of app {0} is damaged or was altered")]
    DataKeyDamaged(AppId),
    /// What is to be sealed anew cannot be opened.
    #[error("a value of app {0} that is to be sealed anew is damaged or was altered")]
    Altered(AppId),
    /// What is to be sealed is too long: gigabytes.
    #[error("a value is too long to be sealed")]
    TooLong,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Randomness(getrandom::Error),
    /// The file system failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}
