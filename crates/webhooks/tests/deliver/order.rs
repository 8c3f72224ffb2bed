//! Events of a session are told in order, and one app leaves the others their room.

use std::num::NonZeroUsize;

use faceward_conformance::samples::app;
use faceward_service::webhooks::WebhookSettings;

use crate::place::{Place, settings};
use crate::receiver::{Receiver, Reply};

#[tokio::test]
async fn a_first_event_that_fails_holds_back_its_session_and_nobody_else() {
    let (place, receiver) = (Place::new().await, Receiver::start(&[Reply::Status(500, "")]).await);
    place.call_at(&receiver.url()).await;
    let (started, ended) = (place.happen("s1").await, place.happen("s1").await);
    assert_eq!(place.deliver(0).await, 1, "the first of s1 alone");
    let other = place.happen("s2").await;
    assert_eq!(place.deliver(1).await, 1, "s2 does not wait for s1");
    assert_eq!((place.deliver(10).await, place.deliver(10).await), (1, 1));
    let expected = [&started, &other, &started, &ended].map(|event| event.id.to_string());
    assert_eq!(receiver.ids(), expected);
}

#[tokio::test]
async fn an_app_gets_a_quarter_of_the_calls_at_once() {
    let settings = WebhookSettings { max_deliveries: NonZeroUsize::new(8).expect("eight"), ..settings() };
    let (place, receiver) = (Place::with(settings).await, Receiver::start(&[]).await);
    place.call_at(&receiver.url()).await;
    place.webhooks.set(&app(2), &receiver.url(), true).await.expect("set");
    for number in 0..5 {
        place.happen(&format!("s{number}")).await;
    }
    place.webhooks.send_test(&app(2)).await.expect("sent");
    let mut rounds = Vec::new();
    for _ in 0..4 {
        rounds.push(place.deliver(0).await);
    }
    assert_eq!(rounds, [3, 2, 1, 0], "two of the first and one of the second, and so on");
    assert_eq!(receiver.received().len(), 6);
}
