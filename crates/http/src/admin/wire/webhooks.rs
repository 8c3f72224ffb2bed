//! Where apps are called back, and what they were told.

use faceward_service::{Attempt, EventDetail, EventRecord, SecretRecord, WebhookRecord};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// Where an app is called back.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdminWebhook {
    /// The address; `null`: the app has none, and nothing is recorded for it.
    #[schema(required)]
    url: Option<String>,
    /// Whether it is called. Events are recorded either way, and wait.
    enabled: bool,
    /// The secrets that sign, oldest first, without what is secret about them.
    secrets: Vec<AdminSecret>,
    /// The first secret, shown this once: in the answer that made it only.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl AdminWebhook {
    /// The endpoint, if there is one, and a secret that was just made for it.
    pub(crate) fn of(record: Option<&WebhookRecord>, secret: Option<String>) -> Self {
        let secrets = record.map(|record| record.secrets.iter().map(Into::into).collect());
        Self {
            url: record.map(|record| record.endpoint.url.clone()),
            enabled: record.is_some_and(|record| record.endpoint.enabled),
            secrets: secrets.unwrap_or_default(),
            secret,
        }
    }
}

/// A secret that signs.
#[derive(Serialize, ToSchema)]
struct AdminSecret {
    /// Its id, which is no secret.
    secret_id: Uuid,
    /// When it was made.
    created_at: String,
    /// When it ends; `null`: it has no end.
    #[schema(required)]
    expires_at: Option<String>,
}

impl From<&SecretRecord> for AdminSecret {
    fn from(record: &SecretRecord) -> Self {
        Self {
            secret_id: record.id,
            created_at: record.created_at.to_string(),
            expires_at: record.expires_at.map(|end| end.to_string()),
        }
    }
}

/// What an endpoint is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdminWebhookChange {
    /// The address: https, of the public internet, unless `webhooks.allowed_hosts` allows more.
    pub(crate) url: String,
    /// Whether it is called; it is if nothing is said.
    pub(crate) enabled: Option<bool>,
}

/// A secret to be made.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AdminNewSecret {
    /// Hours for which the others sign beside it; 24 if nothing is said, 0 ends them at once.
    pub(crate) overlap_hours: Option<u32>,
}

/// A secret, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdminWebhookSecret {
    /// `whsec_` and 32 bytes as base64.
    pub(crate) secret: String,
}

/// An event that was sent to try an endpoint.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdminSentEvent {
    /// Its id, the `webhook-id` of the call.
    pub(crate) event_id: Uuid,
}

/// An event.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdminEvent {
    /// Its id, the `webhook-id` of every call about it.
    event_id: Uuid,
    /// What it is about, as in `session.completed`.
    r#type: String,
    /// Events of one key are told in their order: the id of a session.
    ordering_key: String,
    /// When it happened.
    created_at: String,
    /// `pending`, `delivered` or `failed`.
    state: &'static str,
    /// How often it was tried.
    attempts: u32,
    /// When it is tried next, at the earliest; `null`: no more.
    #[schema(required)]
    due_at: Option<String>,
    /// The last attempt; `null`: there was none.
    #[schema(required)]
    last: Option<AdminLastAttempt>,
}

/// How the last attempt ended.
#[derive(Serialize, ToSchema)]
struct AdminLastAttempt {
    /// When it began.
    at: String,
    /// The HTTP status of the answer; `null`: none came.
    #[schema(required)]
    status: Option<u16>,
    /// How it ended, as `AdminAttempt` has it.
    outcome: String,
}

impl From<&EventRecord> for AdminEvent {
    fn from(record: &EventRecord) -> Self {
        Self {
            event_id: record.id,
            r#type: record.kind.to_string(),
            ordering_key: record.ordering_key.clone(),
            created_at: record.created_at.to_string(),
            state: record.state.name(),
            attempts: record.n_attempts,
            due_at: record.due_at.map(|due| due.to_string()),
            last: record.last.as_ref().map(|last| AdminLastAttempt {
                at: last.at.to_string(),
                status: last.status,
                outcome: last.outcome.to_string(),
            }),
        }
    }
}

/// A page of events, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdminEventPage {
    /// The events.
    pub(crate) events: Vec<AdminEvent>,
    /// `before` of the next page; `null`: this is the last one.
    #[schema(required)]
    pub(crate) next: Option<i64>,
}

/// An event with what was sent, and every attempt.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdminEventDetail {
    /// The event.
    event: AdminEvent,
    /// What is sent.
    #[schema(value_type = Event)]
    body: Value,
    /// The attempts, oldest first; of very many, the newest hundred.
    attempts: Vec<AdminAttempt>,
}

impl From<&EventDetail> for AdminEventDetail {
    fn from(detail: &EventDetail) -> Self {
        Self {
            event: (&detail.record).into(),
            // It was made from JSON.
            body: serde_json::from_str(&detail.body).unwrap_or(Value::Null),
            attempts: detail.attempts.iter().map(Into::into).collect(),
        }
    }
}

/// An attempt to deliver an event.
#[derive(Serialize, ToSchema)]
struct AdminAttempt {
    /// When it began.
    at: String,
    /// How long it took, in milliseconds.
    took_ms: i64,
    /// The HTTP status of the answer; `null`: none came.
    #[schema(required)]
    status: Option<u16>,
    /// `delivered`, `status` (not 2xx), `redirected`, `timed_out`, `address_refused`, `not_resolved`, `not_connected`,
    /// `not_encrypted`, `broken`, `no_address`.
    outcome: String,
    /// The beginning of what was answered.
    answer: String,
}

impl From<&Attempt> for AdminAttempt {
    fn from(attempt: &Attempt) -> Self {
        Self {
            at: attempt.at.to_string(),
            took_ms: i64::try_from(attempt.took.as_millis()).unwrap_or(i64::MAX),
            status: attempt.status,
            outcome: attempt.outcome.to_string(),
            answer: attempt.answer.clone(),
        }
    }
}

/// What is sent to a webhook, as Standard Webhooks has it.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = WebhookEvent)]
pub(crate) struct Event {
    /// What it is about, as in `session.completed`; `webhook.test` was sent by an operator to try the address.
    r#type: String,
    /// When it happened, RFC 3339, UTC.
    timestamp: String,
    /// What happened; what is in it depends on the type. Of `webhook.test` it is `{"app_id": "..."}`.
    #[schema(value_type = Object)]
    data: Value,
}
