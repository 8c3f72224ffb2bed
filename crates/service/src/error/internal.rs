//! Faults of ours, for an operator.

use faceward_store::{DeletionRecord, StoreError};

/// Faults of ours.
#[derive(Debug, thiserror::Error)]
pub enum InternalError {
    /// The store failed.
    #[error("{}", with_cause(.0))]
    Store(#[source] StoreError),
    /// What was to be deleted is gone for every reader; sealed bytes of it are still in a log of the store, which wipes them
    /// with its next change or start. With what the log is told of it, where it was of templates.
    #[error(
        "deleted, but traces of it could not be wiped from the disk yet; the next change or start does it"
    )]
    TracesLeft(Option<Box<DeletionRecord>>),
    /// A network failed.
    #[error("an inference step failed: {0}")]
    Inference(String),
    /// A job panicked; its compute thread got a new worker.
    #[error("a compute job panicked")]
    JobPanicked,
    /// A compute thread cannot make itself a worker.
    #[error("a compute thread has no worker: {0}")]
    NoWorker(String),
    /// A blocking task off the async threads panicked or was cancelled.
    #[error("a background task died: {0}")]
    TaskDied(String),
    /// A stored challenge cannot be read.
    #[error("a stored challenge: {0}")]
    Challenge(String),
    /// A stored session cannot be read.
    #[error("a stored session: {0}")]
    Session(String),
    /// Two embeddings of one analysis come from different models.
    #[error(transparent)]
    Incomparable(#[from] faceward_core::IncomparableEmbeddings),
    /// An access token could not be made.
    #[error("access tokens: {0}")]
    Token(String),
    /// A password could not be hashed, or a stored hash is none.
    #[error("passwords: {0}")]
    Password(String),
    /// The operating system gives no random numbers.
    #[error("no random numbers: {0}")]
    NoRandomness(String),
    /// The audit log cannot be written: nothing that it has to tell of is done or acknowledged.
    #[error("the audit log cannot be written: {0}")]
    Audit(String),
}

impl InternalError {
    /// The audit log failed with `error`.
    pub(crate) fn audit(error: &StoreError) -> Self {
        Self::Audit(with_cause(error))
    }
}

/// An error and what caused it, in one line.
pub(crate) fn with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", with_cause(cause)),
        None => error.to_string(),
    }
}
