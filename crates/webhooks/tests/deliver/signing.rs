//! What a receiver gets, and how it knows that it is ours.

use std::time::Duration;

use faceward_conformance::samples::app;
use faceward_service::EventState;
use serde_json::Value;

use crate::place::Place;
use crate::receiver::{Receiver, Reply};

#[tokio::test]
async fn a_receiver_gets_the_event_once_signed_and_stamped() {
    let (place, receiver) = (Place::new().await, Receiver::start(&[Reply::Status(200, "thanks")]).await);
    let secret = place.call_at(&receiver.url()).await;
    let event = place.happen("s1").await;
    assert_eq!((place.deliver(0).await, place.deliver(100_000).await), (1, 0), "once");
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    let call = &received[0];
    assert_eq!(call.body, event.body, "to the byte");
    assert_eq!(call.header("webhook-id"), event.id.to_string());
    assert_eq!(call.header("content-type"), "application/json");
    assert!(call.header("user-agent").starts_with("Faceward/"));
    assert!(call.is_signed_with(&secret));
    let body: Value = serde_json::from_str(&call.body).expect("JSON");
    assert_eq!((&body["type"], &body["data"]["session_id"]), (&"session.completed".into(), &"s1".into()));
    let told = place.detail(event.id).await;
    assert_eq!(told.record.state, EventState::Delivered);
    let attempt = &told.attempts[0];
    assert_eq!(
        (attempt.status, attempt.outcome.as_ref(), attempt.answer.as_str()),
        (Some(200), "delivered", "thanks")
    );
}

#[tokio::test]
async fn a_receiver_with_another_secret_notices_and_the_event_stays_pending() {
    let (place, receiver) = (Place::new().await, Receiver::start(&[Reply::Status(401, "not yours")]).await);
    place.call_at(&receiver.url()).await;
    let event = place.happen("s1").await;
    place.deliver(0).await;
    assert!(!receiver.received()[0].is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    let told = place.detail(event.id).await;
    assert_eq!((told.record.state, told.attempts[0].status), (EventState::Pending, Some(401)));
    assert_eq!(told.attempts[0].answer, "not yours");
}

#[tokio::test]
async fn while_secrets_overlap_both_sign() {
    let (place, receiver) = (Place::new().await, Receiver::start(&[]).await);
    let first = place.call_at(&receiver.url()).await;
    let second = place.webhooks.rotate_secret(&app(1), Duration::from_secs(3600)).await.expect("rotated");
    place.happen("s1").await;
    place.deliver(0).await;
    place.happen("s2").await;
    place.deliver(3700).await;
    let received = receiver.received();
    let signed = |secret: &str| received.iter().map(|call| call.is_signed_with(secret)).collect::<Vec<_>>();
    assert_eq!(signed(&first), [true, false], "until its end");
    assert_eq!(signed(second.reveal()), [true, true]);
}

/// The functions of the documentation are those of the examples, which are tested.
#[test]
fn the_documentation_shows_the_receivers_that_are_tested() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect(path);
    let page = read("docs/webhooks.md");
    for (language, path) in [("python", "examples/webhook.py"), ("js", "examples/webhook.mjs")] {
        let block = page.split(&format!("```{language}\n")).nth(1).and_then(|rest| rest.split("```").next());
        let code = block.expect(language).split("\n\n").nth(1).expect("a function");
        assert!(code.contains("verified") && read(path).contains(code.trim_end()), "{path}");
    }
}
