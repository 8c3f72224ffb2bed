//! Webhooks as operators handle them over the network.

use faceward_service::{Role, apps::NewApp};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::admin::{ask, operator};
use crate::harness::{Answer, TestApp, service};

const URL: &str = "https://shop.example/hook?x=1";

/// An app of its own, and an operator's token.
struct Place {
    app: TestApp,
    token: String,
    base: String,
}

impl Place {
    async fn new() -> Self {
        let app = TestApp::new();
        let token = operator(service(), Role::Operator).await.1;
        let made = service().apps().create(NewApp { name: "called".to_owned(), ..NewApp::default() }).await;
        let base = format!("/apps/{}/webhook", made.expect("created").id);
        Self { app, token, base }
    }

    async fn ask(&self, method: &str, below: &str, body: Option<&Value>) -> Answer {
        ask(&self.app, (method, &format!("{}{below}", self.base)), &self.token, body).await
    }
}

#[tokio::test]
async fn an_endpoint_is_set_shown_and_deleted() {
    let place = Place::new().await;
    let none = place.ask("GET", "", None).await.ok();
    assert_eq!(
        (none.at("/url"), none.at("/enabled"), none.at("/secrets")),
        (Value::Null, false.into(), json!([]))
    );
    let first = place.ask("PUT", "", Some(&json!({ "url": URL }))).await.ok();
    assert_eq!((first.at("/url"), first.at("/enabled")), (URL.into(), true.into()));
    let secret = first.at("/secret").as_str().expect("a secret").to_owned();
    assert!(secret.starts_with("whsec_"), "{secret}");
    let second = place.ask("PUT", "", Some(&json!({ "url": URL, "enabled": false }))).await.ok();
    assert_eq!((second.at("/enabled"), second.at("/secret")), (false.into(), Value::Null), "shown once");
    let rotated = place.ask("POST", "/secrets", Some(&json!({ "overlap_hours": 1 }))).await;
    assert_eq!(rotated.status, 201, "{}", rotated.text);
    assert_ne!(rotated.at("/secret"), secret);
    let shown = place.ask("GET", "", None).await.ok();
    assert_eq!(shown.at("/secrets").as_array().map(Vec::len), Some(2));
    assert!(!shown.text.contains("whsec_"), "{}", shown.text);
    assert_eq!(place.ask("DELETE", "", None).await.ok().at("/erased"), true);
    place.ask("DELETE", "", None).await.assert_error(404, "webhook_not_found", "gone");
}

#[tokio::test]
async fn events_are_listed_shown_and_replayed() {
    let place = Place::new().await;
    place.ask("POST", "/test", None).await.assert_error(404, "webhook_not_found", "nobody to tell");
    place.ask("PUT", "", Some(&json!({ "url": URL }))).await.ok();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let sent = place.ask("POST", "/test", None).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
        ids.insert(0, sent.at("/event_id"));
    }
    let page = place.ask("GET", "/events?limit=2", None).await.ok();
    let listed = |answer: &Answer| -> Vec<Value> {
        answer
            .at("/events")
            .as_array()
            .expect("a list")
            .iter()
            .map(|event| event["event_id"].clone())
            .collect()
    };
    assert_eq!(listed(&page), ids[..2], "newest first");
    let rest = place.ask("GET", &format!("/events?before={}", page.at("/next")), None).await.ok();
    assert_eq!((listed(&rest), rest.at("/next")), (ids[2..].to_vec(), Value::Null));
    let pending = place.ask("GET", "/events?state=pending", None).await.ok();
    assert_eq!(listed(&pending).len(), 3);
    assert_eq!(listed(&place.ask("GET", "/events?state=failed", None).await.ok()), [Value::Null; 0]);
    let below = format!("/events/{}", ids[0].as_str().expect("an id"));
    let one = place.ask("GET", &below, None).await.ok();
    assert_eq!((one.at("/event/type"), one.at("/event/state")), ("webhook.test".into(), "pending".into()));
    assert_eq!((one.at("/body/type"), one.at("/attempts")), ("webhook.test".into(), json!([])));
    let replayed = place.ask("POST", &format!("{below}/replay"), None).await.ok();
    assert_eq!(replayed.at("/event/event_id"), ids[0]);
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let place = Place::new().await;
    for url in ["http://shop.example", "https://10.0.0.1/", "javascript:alert(1)", "https://a@b.example", ""]
    {
        let refused = place.ask("PUT", "", Some(&json!({ "url": url }))).await;
        refused.assert_error(400, "invalid_parameter", url);
    }
    let unknown = place.ask("PUT", "", Some(&json!({ "url": URL, "colour": "red" }))).await;
    unknown.assert_error(400, "malformed_body", "a field that there is not");
    place.ask("PUT", "", Some(&json!({ "url": URL }))).await.ok();
    for event in [Uuid::nil().to_string().as_str(), "no-uuid"] {
        let gone = place.ask("GET", &format!("/events/{event}"), None).await;
        gone.assert_error(404, "event_not_found", event);
        let gone = place.ask("POST", &format!("/events/{event}/replay"), None).await;
        gone.assert_error(404, "event_not_found", event);
    }
    for query in ["state=lost", "before=x", "limit=0", "colour=red"] {
        place.ask("GET", &format!("/events?{query}"), None).await.assert_error(
            400,
            "invalid_parameter",
            query,
        );
    }
    let other = format!("/apps/{}/webhook", Uuid::nil());
    ask(&place.app, ("GET", &other), &place.token, None).await.assert_error(404, "app_not_found", "no app");
}
