//! Whether a server should get requests: asked by anybody, answered from memory for a moment, so that nobody who asks often
//! reaches the store as often.

use std::time::Duration;

use faceward_store::Stores;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::error::ServiceError;

/// How long an answer of the store stands.
const STANDS: Duration = Duration::from_secs(1);
/// How long the store may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the store said last, and when.
#[derive(Default)]
pub(crate) struct Readiness(Mutex<Option<(Instant, Result<(), String>)>>);

impl Readiness {
    /// Asks the store whether it can be reached, one asker at a time; those who waited share the answer.
    pub(crate) async fn of(&self, stores: &Stores) -> Result<(), ServiceError> {
        let mut last = self.0.lock().await;
        let known = last.take().filter(|(at, _)| at.elapsed() < STANDS);
        let (at, said) = match known {
            Some(known) => known,
            None => {
                let said = asked(stores).await;
                (Instant::now(), said)
            }
        };
        *last = Some((at, said.clone()));
        said.map_err(ServiceError::StoreUnreachable)
    }
}

async fn asked(stores: &Stores) -> Result<(), String> {
    match timeout(PATIENCE, stores.reach()).await {
        Ok(said) => said.map_err(|error| crate::error::with_cause(&error)),
        Err(_elapsed) => Err(format!("no answer in {} s", PATIENCE.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use faceward_conformance::Memory;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_answer_stands_for_a_second_whichever_it_is() {
        let memory = Memory::default();
        let (stores, readiness) = (Stores::from(memory.clone()), Readiness::default());
        assert!(readiness.of(&stores).await.is_ok());
        for lost in [true, false] {
            memory.lose(lost);
            assert_eq!(readiness.of(&stores).await.is_ok(), lost, "what it said before");
            tokio::time::advance(STANDS).await;
            assert_eq!(readiness.of(&stores).await.is_ok(), !lost);
        }
    }
}
