//! Endpoints, secrets and events as operators handle them.

use faceward_conformance::Memory;
use faceward_conformance::samples::{app, create_apps};
use faceward_store::AuditFilter;

use super::*;

async fn webhooks() -> (Webhooks, Stores) {
    let stores: Stores = Memory::default().into();
    create_apps(&stores, 2).await;
    (Webhooks::new(&stores, WebhookSettings::default()), stores)
}

const URL: &str = "https://a.example/hook";

#[tokio::test]
async fn the_first_secret_is_shown_with_the_first_endpoint_only() {
    let (webhooks, _) = webhooks().await;
    assert_eq!(webhooks.get(&app(1)).await.expect("an answer"), None);
    let first = webhooks.set(&app(1), URL, true).await.expect("set").expect("a secret");
    assert!(first.reveal().starts_with("whsec_"), "as Standard Webhooks writes them");
    assert_eq!(first.reveal().len(), "whsec_".len() + 44, "32 bytes of base64");
    assert_eq!(format!("{first:?}"), "SigningSecret(..)");
    assert!(webhooks.set(&app(1), URL, false).await.expect("set").is_none());
    let second = webhooks.rotate_secret(&app(1), Duration::from_secs(3600)).await.expect("rotated");
    assert_ne!(first.reveal(), second.reveal());
    let record = webhooks.get(&app(1)).await.expect("an answer").expect("there");
    assert_eq!((record.endpoint.url.as_str(), record.endpoint.enabled), (URL, false));
    let ends: Vec<_> = record.secrets.iter().map(|secret| secret.expires_at.is_some()).collect();
    assert_eq!(ends, [true, false]);
    webhooks.rotate_secret(&app(1), Duration::ZERO).await.expect("rotated");
    assert_eq!(webhooks.get(&app(1)).await.expect("an answer").expect("there").secrets.len(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_told_apart() {
    let (webhooks, _) = webhooks().await;
    let unknown = |error| matches!(error, ServiceError::AppNotFound(id) if id == app(9));
    assert!(unknown(webhooks.get(&app(9)).await.expect_err("no app")));
    assert!(unknown(webhooks.set(&app(9), URL, true).await.expect_err("no app")));
    assert!(unknown(webhooks.send_test(&app(9)).await.expect_err("no app")));
    assert!(unknown(webhooks.events(&app(9), None, None, 1).await.expect_err("no app")));
    let none = |error| matches!(error, ServiceError::WebhookNotFound);
    assert!(none(webhooks.delete(&app(1)).await.expect_err("no endpoint")));
    assert!(none(webhooks.send_test(&app(1)).await.expect_err("no endpoint")));
    assert!(none(webhooks.rotate_secret(&app(1), Duration::ZERO).await.expect_err("no endpoint")));
    let event = Uuid::from_u128(1);
    let gone = |error| matches!(error, ServiceError::EventNotFound);
    assert!(gone(webhooks.one_event(&app(1), &event).await.expect_err("no event")));
    assert!(gone(webhooks.replay(&app(1), &event).await.expect_err("no event")));
}

#[tokio::test]
async fn a_test_event_is_recorded_and_everything_is_audited() {
    let (webhooks, stores) = webhooks().await;
    webhooks.set(&app(1), URL, true).await.expect("set");
    let id = webhooks.send_test(&app(1)).await.expect("sent");
    webhooks.rung().await;
    let event = webhooks.one_event(&app(1), &id).await.expect("there");
    assert_eq!((event.record.kind.as_ref(), event.record.state), (TEST, EventState::Pending));
    let body: Value = serde_json::from_str(&event.body).expect("JSON");
    assert_eq!(body["type"], TEST);
    assert_eq!(body["timestamp"], event.record.created_at.to_string());
    assert_eq!(body["data"]["app_id"], app(1).to_string());
    webhooks.replay(&app(1), &id).await.expect("replayed");
    webhooks.rotate_secret(&app(1), Duration::ZERO).await.expect("rotated");
    webhooks.delete(&app(1)).await.expect("deleted");
    let records = stores.audit.page(&AuditFilter::default(), 0, 99).await.expect("a page");
    let told: Vec<_> = records.iter().map(|r| (r.event.action.as_ref(), r.event.outcome.as_ref())).collect();
    let actions =
        ["set_webhook", "send_test_event", "replay_event", "rotate_webhook_secret", "delete_webhook"];
    let expected: Vec<_> =
        actions.iter().flat_map(|action| [(*action, "begun"), (*action, "answered")]).collect();
    assert_eq!(told, expected);
    assert!(records.iter().all(|record| record.event.app == Some(app(1))));
}
