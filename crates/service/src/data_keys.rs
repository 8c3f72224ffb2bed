//! The keys that seal what is of an app: new ones on demand, and what older ones have sealed sealed anew while everything goes on.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use faceward_core::AppId;
use faceward_store::{AuditSink, DataKeyRecord, Resealed, StoreError, Stores, Traces};
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::apps::Apps;
use crate::audit::{LocalChange, changed, noted};
use crate::error::{InternalError, ServiceError};

/// Values that are looked at while changes wait.
const AT_ONCE: usize = 256;
/// From one such step to the next, so that whoever waits gets his turn.
const BETWEEN_STEPS: Duration = Duration::from_millis(2);
/// How often it is looked whether something is left to do: of a process that is gone, or of another server.
const BETWEEN_LOOKS: Duration = Duration::from_secs(60);

/// The data keys of apps. Cheap to clone.
#[derive(Clone)]
pub struct DataKeys {
    store: Arc<dyn faceward_store::DataKeys>,
    apps: Apps,
    audit: Arc<dyn AuditSink>,
    work: Arc<Work>,
}

/// What is being sealed anew.
#[derive(Default)]
struct Work {
    begun: Notify,
    /// Values that this process has sealed anew since the last new key, by app.
    sealed: Mutex<HashMap<AppId, usize>>,
}

/// How the data key of an app stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataKeyState {
    /// As it is stored.
    pub record: DataKeyRecord,
    /// Values that this process has sealed by it so far that older ones had sealed.
    pub n_sealed_anew: usize,
}

impl DataKeys {
    /// Those of `stores`.
    #[must_use]
    pub fn new(stores: &Stores) -> Self {
        Self {
            store: Arc::clone(&stores.data_keys),
            apps: Apps::new(stores),
            audit: Arc::clone(&stores.audit),
            work: Arc::default(),
        }
    }

    /// How the key of `app` stands.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub async fn state(&self, app: &AppId) -> Result<DataKeyState, ServiceError> {
        let record = self.store.data_key(app).await?;
        let n_sealed_anew = self.work.sealed.lock().get(app).copied().unwrap_or_default();
        Ok(DataKeyState { record, n_sealed_anew })
    }

    /// Makes a new key for `app`, by which everything is sealed from now on. Sealing anew what older ones have sealed begins: it is
    /// done by [`DataKeys::keep`] or [`DataKeys::finish`]. In the audit log.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store or the audit log fails.
    pub async fn rotate(&self, app: &AppId) -> Result<DataKeyState, ServiceError> {
        let change = LocalChange { action: "rotate_data_key", app: Some(*app), operator: None };
        let renew = async { Ok(self.store.renew_data_key(app, Timestamp::now()).await?) };
        changed(&*self.audit, change, renew).await?;
        self.work.sealed.lock().remove(app);
        self.work.begun.notify_one();
        self.state(app).await
    }

    /// Seals anew what is left to be, of every app with an older key, whoever began it; gives how many values that were. The older
    /// keys are destroyed, with a record in the audit log. `tell` hears how many values of an app were sealed anew, as it goes.
    ///
    /// # Errors
    /// The store or the audit log fails; a trace of an older key is left on the disk.
    pub async fn finish(&self, tell: impl Fn(&AppId, usize)) -> Result<usize, ServiceError> {
        let mut n_sealed = 0;
        for app in self.apps.list().await? {
            match self.store.data_key(&app.id).await {
                Ok(key) if key.n_older > 0 => n_sealed += self.finish_app(&app.id, &tell).await?,
                // It was deleted meanwhile, with its keys.
                Ok(_) | Err(StoreError::AppUnknown(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(n_sealed)
    }

    async fn finish_app(&self, app: &AppId, tell: impl Fn(&AppId, usize)) -> Result<usize, ServiceError> {
        let mut n_total = 0;
        loop {
            let step = match self.store.reseal(app, AT_ONCE).await {
                Err(StoreError::AppUnknown(_)) => return Ok(n_total),
                step => step?,
            };
            let Resealed { n_sealed, done, traces } = step;
            n_total += n_sealed;
            *self.work.sealed.lock().entry(*app).or_default() += n_sealed;
            if n_sealed > 0 {
                tell(app, n_total);
            }
            if done {
                let change = LocalChange { action: "destroy_data_keys", app: Some(*app), operator: None };
                noted(&*self.audit, change, async { destroyed(traces) }).await?;
                return Ok(n_total);
            }
            tokio::time::sleep(BETWEEN_STEPS).await;
        }
    }

    /// Finishes what was begun, now, whenever a key is rotated, and what others have left, for as long as this is awaited.
    pub async fn keep(&self) {
        loop {
            match self.finish(|_, _| {}).await {
                Ok(0) => {}
                Ok(n_sealed) => tracing::info!(n_sealed, "sealed anew what older data keys had sealed"),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(
                        error,
                        "what older data keys have sealed could not all be sealed anew yet"
                    );
                }
            }
            // Either is a reason to look.
            let _looked = tokio::time::timeout(BETWEEN_LOOKS, self.work.begun.notified()).await;
        }
    }
}

/// What was replaced has left no trace, or fades.
fn destroyed(traces: Traces) -> Result<(), ServiceError> {
    match traces {
        Traces::Wiped | Traces::Fading => Ok(()),
        Traces::Left => Err(InternalError::TracesLeft(None).into()),
    }
}

#[cfg(test)]
mod tests {
    use faceward_conformance::Memory;
    use faceward_conformance::samples::{app, create_apps};
    use faceward_store::AuditFilter;

    use super::*;

    #[tokio::test]
    async fn a_key_is_rotated_finished_and_both_are_recorded() {
        let stores: Stores = Memory::default().into();
        create_apps(&stores, 2).await;
        let keys = DataKeys::new(&stores);
        let before = keys.state(&app(1)).await.expect("known").record;
        assert_eq!(keys.finish(|_, _| {}).await.expect("nothing to do"), 0);
        let rotated = keys.rotate(&app(1)).await.expect("rotated").record;
        assert!(rotated.generation > before.generation && rotated.n_older == 1, "{rotated:?}");
        keys.finish(|_, _| {}).await.expect("finished");
        let after = keys.state(&app(1)).await.expect("known").record;
        assert_eq!((after.generation, after.n_older), (rotated.generation, 0));
        let unknown = keys.rotate(&app(9)).await;
        assert!(matches!(unknown, Err(ServiceError::AppNotFound(_))), "{unknown:?}");
        let log = stores.audit.page(&AuditFilter::default(), 0, 10).await.expect("readable");
        let told: Vec<_> = log.iter().map(|record| (&*record.event.action, &*record.event.outcome)).collect();
        let rotate = |outcome| ("rotate_data_key", outcome);
        let expected = [
            rotate("begun"),
            rotate("answered"),
            ("destroy_data_keys", "answered"),
            rotate("begun"),
            rotate("app_not_found"),
        ];
        assert_eq!(told, expected);
    }
}
