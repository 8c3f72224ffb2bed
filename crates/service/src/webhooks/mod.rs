//! Webhooks: where an app is called back, the secrets that sign, and what it was told.
//!
//! Here events are made, looked at and told again. Who tells them is `faceward-webhooks`, which takes them out of the store.

mod address;
mod endpoint;
mod event;
mod secret;
mod settings;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use faceward_core::AppId;
use faceward_store::{
    AuditSink, Directory, Endpoint, EventDetail, EventRecord, EventState, NewEvent, Stores, Traces,
    WebhookRecord, Webhooks as Outbox, Word,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::audit::{LocalChange, changed};
use crate::error::{InternalError, ServiceError};

pub use address::is_public;
pub use endpoint::{NotCalled, may_be_called};
pub use event::TEST;
pub use secret::SigningSecret;
pub use settings::WebhookSettings;

/// The webhooks of all apps. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks {
    outbox: Arc<dyn Outbox>,
    directory: Arc<dyn Directory>,
    audit: Arc<dyn AuditSink>,
    settings: Arc<WebhookSettings>,
    bell: Arc<Notify>,
}

impl Webhooks {
    /// Those in `stores`.
    #[must_use]
    pub fn new(stores: &Stores, settings: WebhookSettings) -> Self {
        Self {
            outbox: Arc::clone(&stores.webhooks),
            directory: Arc::clone(&stores.directory),
            audit: Arc::clone(&stores.audit),
            settings: Arc::new(settings),
            bell: Arc::default(),
        }
    }

    /// The endpoint of an app with its secrets that are in force; `None`: it has none.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub async fn get(&self, app: &AppId) -> Result<Option<WebhookRecord>, ServiceError> {
        self.directory.app(app).await?;
        Ok(self.outbox.webhook(app, Timestamp::now()).await?)
    }

    /// Gives an app this endpoint. Where it had none, it gets a secret, which is given.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the address cannot be one; the store or the system's randomness fails.
    pub async fn set(
        &self,
        app: &AppId,
        url: &str,
        enabled: bool,
    ) -> Result<Option<SigningSecret>, ServiceError> {
        let endpoint = Endpoint { url: endpoint::checked(url, &self.settings)?, enabled };
        let set = async {
            let (shown, kept) = SigningSecret::random(Timestamp::now())?;
            let is_first = self.outbox.set_webhook(app, &endpoint, &kept).await?;
            Ok(is_first.then_some(shown))
        };
        let first = self.changed("set_webhook", app, set).await?;
        self.ring();
        Ok(first)
    }

    /// Deletes the endpoint of an app with its secrets and events.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`], [`ServiceError::WebhookNotFound`]; [`InternalError::TracesLeft`]; the store fails.
    pub async fn delete(&self, app: &AppId) -> Result<(), ServiceError> {
        self.found(app).await?;
        let deleted = async {
            match self.outbox.delete_webhook(app).await?.ok_or(ServiceError::WebhookNotFound)? {
                Traces::Wiped | Traces::Fading => Ok(()),
                Traces::Left => Err(ServiceError::from(InternalError::TracesLeft(None))),
            }
        };
        self.changed("delete_webhook", app, deleted).await
    }

    /// Gives an app a new secret. The others sign beside it for `overlap`, but none longer than it would have.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`], [`ServiceError::WebhookNotFound`]; the store or the system's randomness fails.
    pub async fn rotate_secret(&self, app: &AppId, overlap: Duration) -> Result<SigningSecret, ServiceError> {
        self.found(app).await?;
        let rotated = async {
            let now = Timestamp::now();
            let (shown, kept) = SigningSecret::random(now)?;
            let until = now.saturating_add(overlap).unwrap_or(Timestamp::MAX);
            let added = self.outbox.add_webhook_secret(app, &kept, until).await?;
            match added.ok_or(ServiceError::WebhookNotFound)? {
                Traces::Wiped | Traces::Fading => {}
                Traces::Left => {
                    tracing::warn!("traces of ended secrets are left; the store wipes them later");
                }
            }
            Ok(shown)
        };
        self.changed("rotate_webhook_secret", app, rotated).await
    }

    /// Sends an app an event that says nothing, and gives its id.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`], [`ServiceError::WebhookNotFound`]; the store fails.
    pub async fn send_test(&self, app: &AppId) -> Result<Uuid, ServiceError> {
        self.found(app).await?;
        // Alone under its key: it waits for nobody.
        let key = Uuid::now_v7().to_string();
        let event = self.event(TEST, &key, &json!({ "app_id": app.to_string() }));
        let sent = async {
            self.record(app, &event).await?.then_some(event.id).ok_or(ServiceError::WebhookNotFound)
        };
        self.changed("send_test_event", app, sent).await
    }

    /// An event of `kind` that happened now, about `data`, to be recorded by [`Webhooks::record`] or, together with what it
    /// is about, by a store.
    #[must_use]
    pub fn event(&self, kind: impl Into<Word>, ordering_key: &str, data: &Value) -> NewEvent {
        event::new_event(kind, ordering_key, data, (Timestamp::now(), self.settings.retried_for))
    }

    /// Records an event to be told, and says whether the app has an endpoint, without which nothing is.
    ///
    /// # Errors
    /// The store fails.
    pub async fn record(&self, app: &AppId, event: &NewEvent) -> Result<bool, ServiceError> {
        let recorded = self.outbox.record_event(app, event).await?;
        self.ring();
        Ok(recorded)
    }

    /// Wakes whoever tells: there may be something.
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    /// Up to `limit` events of an app before the number `before`, newest first; `None`: the newest.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub async fn events(
        &self,
        app: &AppId,
        state: Option<EventState>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<EventRecord>, ServiceError> {
        self.directory.app(app).await?;
        Ok(self.outbox.list_events(app, state, before, limit).await?)
    }

    /// An event of an app with its body and attempts.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`], [`ServiceError::EventNotFound`]; the store fails.
    pub async fn one_event(&self, app: &AppId, id: &Uuid) -> Result<EventDetail, ServiceError> {
        self.directory.app(app).await?;
        self.outbox.event(app, id).await?.ok_or(ServiceError::EventNotFound)
    }

    /// Tells an event again, now, under the id that it has, and tries as long as if it had just happened.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`], [`ServiceError::EventNotFound`]; the store fails.
    pub async fn replay(&self, app: &AppId, id: &Uuid) -> Result<(), ServiceError> {
        self.one_event(app, id).await?;
        let replayed = async {
            let now = Timestamp::now();
            let until = now.saturating_add(self.settings.retried_for).unwrap_or(Timestamp::MAX);
            let there = self.outbox.replay_event(app, id, now, until).await?;
            there.then_some(()).ok_or(ServiceError::EventNotFound)
        };
        self.changed("replay_event", app, replayed).await?;
        self.ring();
        Ok(())
    }

    /// How receivers are called.
    #[must_use]
    pub fn settings(&self) -> &Arc<WebhookSettings> {
        &self.settings
    }

    /// What waits to be told.
    #[must_use]
    pub fn outbox(&self) -> &Arc<dyn Outbox> {
        &self.outbox
    }

    /// Resolves when there may be something to tell.
    pub async fn rung(&self) {
        self.bell.notified().await;
    }

    /// Fails if there is no such app, or it has no endpoint.
    async fn found(&self, app: &AppId) -> Result<WebhookRecord, ServiceError> {
        self.get(app).await?.ok_or(ServiceError::WebhookNotFound)
    }

    async fn changed<T>(
        &self,
        action: &'static str,
        app: &AppId,
        make: impl Future<Output = Result<T, ServiceError>>,
    ) -> Result<T, ServiceError> {
        changed(&*self.audit, LocalChange { action, app: Some(*app), operator: None }, make).await
    }
}
