//! What a command awaits in.

use crate::exit::{Exit, Failure};

/// An executor for a command that asks the service one question.
///
/// # Errors
/// The operating system gives no thread.
pub(crate) fn executor() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, error))
}
