//! Whoever keeps Milvus as the database is: for as long as the store is open.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use faceward_milvus::MilvusError;

use super::Outside;
use crate::PostgresError;

/// How often it is looked whether something is to be done, and whether Milvus answers, without a bell.
const PERIOD: Duration = Duration::from_millis(250);
/// How often it is looked whether a reconciliation is due.
const LOOKED_EVERY: Duration = Duration::from_secs(60);

/// Runs rounds when there is something to be done, reconciles at the start and every hour, and notices when Milvus is away.
pub(crate) async fn keep(outside: Arc<Outside>) {
    let (mut looked, mut started, mut troubled) = (Instant::now(), false, false);
    loop {
        let tended = outside.tend(&mut started, &mut looked).await;
        outside.note(&tended, &mut troubled);
        if tokio::time::timeout(PERIOD, outside.bell.notified()).await.is_ok() {
            // Others come along: they go in one round.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// In one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Outside {
    async fn tend(&self, started: &mut bool, looked: &mut Instant) -> Result<(), PostgresError> {
        self.milvus.version().await?;
        self.run_rounds().await?;
        *self.away.write() = None;
        let look = !*started || looked.elapsed() > LOOKED_EVERY;
        if look {
            if !*started || self.is_due().await? {
                self.reconcile().await?;
            }
            (*started, *looked) = (true, Instant::now());
        }
        Ok(())
    }

    /// Whoever finds that Milvus is away says so to all.
    pub(super) fn miss(&self, cause: &MilvusError) {
        if cause.passes() {
            *self.away.write() = Some(with_causes(cause));
        }
    }

    /// Remembers whether Milvus is away; the log says once that something is wrong, and once that nothing is.
    fn note(&self, tended: &Result<(), PostgresError>, troubled: &mut bool) {
        match tended {
            Ok(()) => {
                if std::mem::take(troubled) {
                    tracing::info!("Milvus has what it is to have again");
                }
            }
            Err(error) => {
                if let PostgresError::Milvus(cause) = error {
                    self.shaken.store(true, Ordering::Relaxed);
                    self.miss(cause);
                }
                if !std::mem::replace(troubled, true) {
                    let error = error as &dyn std::error::Error;
                    tracing::error!(error, "Milvus does not have what it is to have");
                }
            }
        }
    }
}
