//! Apps with webhooks, over a store in memory or a folder.

use std::num::NonZeroUsize;
use std::time::Duration;

use faceward_conformance::Memory;
use faceward_conformance::samples::{app, create_apps};
use faceward_service::webhooks::{WebhookSettings, Webhooks};
use faceward_service::{EventDetail, NewEvent, Stores};
use faceward_webhooks::Deliverer;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

/// A store with app 1, and who delivers.
pub(crate) struct Place {
    pub(crate) stores: Stores,
    pub(crate) webhooks: Webhooks,
    pub(crate) deliverer: Deliverer,
}

/// Receivers of tests are on this machine.
pub(crate) fn settings() -> WebhookSettings {
    WebhookSettings {
        allowed_hosts: vec!["127.0.0.1".to_owned()],
        max_deliveries: NonZeroUsize::MIN.saturating_add(31),
        ..WebhookSettings::default()
    }
}

impl Place {
    pub(crate) async fn new() -> Self {
        Self::with(settings()).await
    }

    pub(crate) async fn with(settings: WebhookSettings) -> Self {
        let stores: Stores = Memory::default().into();
        create_apps(&stores, 2).await;
        Self::over(stores, settings)
    }

    pub(crate) fn over(stores: Stores, settings: WebhookSettings) -> Self {
        let webhooks = Webhooks::new(&stores, settings);
        let deliverer = Deliverer::new(webhooks.clone()).expect("TLS");
        Self { stores, webhooks, deliverer }
    }

    /// App 1 is called at `url`; gives the first secret.
    pub(crate) async fn call_at(&self, url: &str) -> String {
        let secret = self.webhooks.set(&app(1), url, true).await.expect("set");
        secret.map(|secret| secret.reveal().to_owned()).unwrap_or_default()
    }

    /// Records an event of a session.
    pub(crate) async fn happen(&self, session: &str) -> NewEvent {
        let event = self.webhooks.event("session.completed", session, &json!({ "session_id": session }));
        assert!(self.webhooks.record(&app(1), &event).await.expect("recorded"));
        event
    }

    /// Delivers what is due so many seconds from now.
    pub(crate) async fn deliver(&self, seconds: i64) -> usize {
        self.deliverer.deliver_due(later(seconds)).await.expect("delivered")
    }

    pub(crate) async fn detail(&self, id: Uuid) -> EventDetail {
        self.webhooks.one_event(&app(1), &id).await.expect("there")
    }

    /// How the attempts of an event ended.
    pub(crate) async fn outcomes(&self, id: Uuid) -> Vec<String> {
        self.detail(id).await.attempts.iter().map(|attempt| attempt.outcome.to_string()).collect()
    }
}

/// So many seconds from now.
pub(crate) fn later(seconds: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(seconds)
}

/// Long enough for a machine that does a lot besides.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
