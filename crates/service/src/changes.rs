//! Changes run to their end, whoever stops waiting for them.
//!
//! A client that leaves drops its request. A change that has begun is not dropped with it: the audit log has said that it
//! is about to be made, and has to say what came of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tracing::{Instrument, Span};

use crate::audit::{Origin, Trail};
use crate::error::{InternalError, ServiceError};

/// Changes under way at once; more wait. Each waits for the disk, which makes one at a time.
const MOST: u32 = 1024;

/// The changes under way.
pub(crate) struct Changes(Arc<Semaphore>);

impl Default for Changes {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST as usize)))
    }
}

impl Changes {
    /// Makes a change between two records, both on disk: begun before it, ended after it. `note` tells the trail of what
    /// was done. Once this was polled, the change no longer depends on its caller.
    ///
    /// # Errors
    /// Those of the change; the log cannot be written.
    pub(crate) async fn make<T: Send + 'static>(
        &self,
        mut trail: Trail,
        change: impl Future<Output = Result<T, ServiceError>> + Send + 'static,
        note: fn(&mut Trail, &T),
    ) -> Result<T, ServiceError> {
        let Ok(room) = Arc::clone(&self.0).acquire_owned().await else {
            return trail.end(Err(ServiceError::ShuttingDown)).await;
        };
        let work = async move {
            let result = match trail.begun().await {
                Ok(()) => change.await,
                Err(error) => Err(error),
            };
            if let Ok(done) = &result {
                note(&mut trail, done);
            }
            let result = trail.end_durably(result).await;
            drop(room);
            result
        };
        let work = Origin::current().scope(work).instrument(Span::current());
        let done = tokio::spawn(work).await;
        done.map_err(|error| InternalError::TaskDied(error.to_string()))?
    }

    /// Waits until no change is under way, but not longer than `patience`.
    pub(crate) async fn finished(&self, patience: Duration) {
        if tokio::time::timeout(patience, self.0.acquire_many(MOST)).await.is_err() {
            tracing::warn!("shut down before all changes were made");
        }
    }
}
