//! What a starting server is doing.

use std::fmt;

/// What a starting server is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// The data folder is being opened, or the database read.
    #[default]
    OpeningStore,
    /// Templates are being read from the data folder.
    ReadingTemplates {
        /// Templates that are in memory.
        done: usize,
        /// All templates.
        total: usize,
    },
    /// Vectors of the database are being made ready to be searched there.
    ReadyingVectors {
        /// Templates whose vectors are ready since.
        done: usize,
        /// All whose vectors were not.
        total: usize,
    },
    /// Another process fetches models into the same folder.
    WaitingForFetch,
    /// Models are being fetched.
    Fetching {
        /// Bytes that have come.
        received_bytes: u64,
        /// Bytes of everything that is missing.
        total_bytes: u64,
    },
    /// Networks are being made from fetched files.
    Preparing,
    /// Networks are being compiled and tried.
    Compiling {
        /// Networks that are ready.
        done: usize,
        /// All networks.
        total: usize,
    },
    /// Compute threads are being started.
    StartingThreads,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpeningStore => f.write_str("opening the store"),
            Self::ReadingTemplates { done, total } => write!(f, "reading templates, {done} of {total}"),
            Self::ReadyingVectors { done, total } => {
                write!(f, "making vectors ready to be searched, {done} of {total}")
            }
            Self::WaitingForFetch => f.write_str("waiting for another process that fetches them"),
            Self::Fetching { received_bytes, total_bytes } => {
                write!(f, "fetching, {received_bytes} of {total_bytes} bytes")
            }
            Self::Preparing => f.write_str("preparing fetched files"),
            Self::Compiling { done, total } => write!(f, "compiling, {done} of {total} networks"),
            Self::StartingThreads => f.write_str("starting compute threads"),
        }
    }
}
