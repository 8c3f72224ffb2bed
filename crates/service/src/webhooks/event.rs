//! Events in the making.

use std::time::Duration;

use faceward_store::{NewEvent, Word};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// The kind of the event that an operator sends to try an endpoint.
pub const TEST: &str = "webhook.test";

/// An event of `kind` that happened at `now`, about `data`. Events of one `ordering_key` are told in their order.
///
/// What is sent is `{"type": kind, "timestamp": now, "data": data}`, as Standard Webhooks has it.
pub(crate) fn new_event(
    kind: impl Into<Word>,
    ordering_key: &str,
    data: &Value,
    (now, retried_for): (Timestamp, Duration),
) -> NewEvent {
    let kind = kind.into();
    NewEvent {
        id: Uuid::now_v7(),
        ordering_key: ordering_key.to_owned(),
        body: json!({ "type": kind, "timestamp": now.to_string(), "data": data }).to_string(),
        kind,
        created_at: now,
        until: now.saturating_add(retried_for).unwrap_or(Timestamp::MAX),
    }
}
