//! What can go wrong with the key and with sealing. All of it is for the operator.

use std::io;
use std::path::PathBuf;

/// Failure of sealing. No text holds a vector or a key.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// There are templates and the key that opens them is gone.
    #[error("the key file {} is missing, and without it the stored templates cannot be read; restore it from a backup", .0.display())]
    KeyMissing(PathBuf),
    /// The file is not a key.
    #[error("the key file {} is damaged; restore it from a backup", .0.display())]
    KeyMalformed(PathBuf),
    /// Others than the owner can read the key.
    #[error("the key file {} can be read by others (mode {mode:o}); run: chmod 600 {}", path.display(), path.display())]
    KeyExposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The templates were sealed with another key.
    #[error("the key file {} is not the one that sealed the stored templates", .0.display())]
    KeyWrong(PathBuf),
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
