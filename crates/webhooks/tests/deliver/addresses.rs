//! Nobody is called inside, whatever a name says.

use std::sync::Arc;

use faceward_conformance::samples::app;
use faceward_service::webhooks::WebhookSettings;
use faceward_service::{EventState, Stores};

use crate::place::Place;
use crate::receiver::Receiver;

/// With an address that the service would not have taken.
async fn forced(stores: &Stores, url: &str) {
    let endpoint = faceward_store::Endpoint { url: url.to_owned(), enabled: true };
    let key = vec![1; 32].into();
    let secret = faceward_store::WebhookSecret {
        id: uuid::Uuid::nil(),
        key,
        created_at: faceward_conformance::samples::at(0),
    };
    Arc::clone(&stores.webhooks).set_webhook(&app(1), &endpoint, &secret).await.expect("set");
}

/// How an attempt ended at that address, with nothing allowed; and nobody was called.
async fn outcome(url: &str, allowed: &[&str]) -> String {
    let allowed_hosts = allowed.iter().map(|&host| host.to_owned()).collect();
    let place = Place::with(WebhookSettings { allowed_hosts, ..WebhookSettings::default() }).await;
    forced(&place.stores, url).await;
    let event = place.happen("s1").await;
    assert_eq!(place.deliver(0).await, 1);
    assert_eq!(place.detail(event.id).await.record.state == EventState::Delivered, !allowed.is_empty());
    place.outcomes(event.id).await.join(" ")
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_after_it_was_resolved() {
    let receiver = Receiver::start(&[]).await;
    let port = receiver.port;
    assert_eq!(outcome(&format!("https://localhost:{port}/"), &[]).await, "address_refused");
    assert_eq!(receiver.received().len(), 0, "not even connected to");
    for allowed in ["localhost", "*"] {
        assert_eq!(outcome(&format!("http://localhost:{port}/"), &[allowed]).await, "delivered");
    }
    assert_eq!(receiver.received().len(), 2);
}

#[tokio::test]
async fn an_address_inside_is_refused_however_it_is_written() {
    let receiver = Receiver::start(&[]).await;
    let port = receiver.port;
    for host in
        ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"]
    {
        assert_eq!(outcome(&format!("https://{host}:{port}/"), &[]).await, "address_refused", "{host}");
    }
    assert_eq!(receiver.received().len(), 0);
}

#[tokio::test]
async fn what_is_no_address_or_not_encrypted_is_told() {
    let receiver = Receiver::start(&[]).await;
    let place = Place::new().await;
    forced(&place.stores, &format!("https://127.0.0.1:{}/", receiver.port)).await;
    let event = place.happen("s1").await;
    place.deliver(0).await;
    assert_eq!(place.outcomes(event.id).await, ["not_encrypted"], "it speaks no TLS");
    assert_eq!(receiver.received().len(), 0);
    // A label of more than 63 bytes is asked of no name server.
    let unknown = format!("http://{}.invalid/", "x".repeat(64));
    let all = WebhookSettings { allowed_hosts: vec!["*".to_owned()], ..WebhookSettings::default() };
    let place = Place::with(all).await;
    forced(&place.stores, &unknown).await;
    let event = place.happen("s1").await;
    place.deliver(0).await;
    assert_eq!(place.outcomes(event.id).await, ["not_resolved"]);
    assert_eq!(outcome(&unknown, &[]).await, "address_refused", "without TLS, and not allowed to be");
}
