//! Receivers that are down, slow, wrong, or talk for ever.

use std::time::Duration;

use faceward_conformance::samples::app;
use faceward_service::EventState;
use faceward_service::webhooks::WebhookSettings;
use jiff::SignedDuration;
use tokio::net::TcpListener;

use crate::place::{PATIENCE, Place, later, settings};
use crate::receiver::{Receiver, Reply};

#[tokio::test]
async fn a_receiver_that_is_down_gets_the_event_when_it_is_back() {
    let place = Place::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    place.call_at(&format!("http://{address}/hook")).await;
    let event = place.happen("s1").await;
    assert_eq!(place.deliver(0).await, 1);
    assert_eq!(place.deliver(1).await, 0, "not at once again");
    assert_eq!(place.deliver(7).await, 1, "after five seconds, give or take a fifth");
    let receiver = Receiver::on(TcpListener::bind(address).await.expect("the same port"), &[]);
    assert_eq!(place.deliver(20).await, 1);
    assert_eq!(place.outcomes(event.id).await, ["not_connected", "not_connected", "delivered"]);
    assert_eq!(receiver.ids(), [event.id.to_string()]);
}

#[tokio::test]
async fn an_error_is_tried_again_under_the_same_id() {
    let replies = [Reply::Status(500, "oh no"), Reply::Status(404, ""), Reply::Status(202, "")];
    let (place, receiver) = (Place::new().await, Receiver::start(&replies).await);
    place.call_at(&receiver.url()).await;
    let event = place.happen("s1").await;
    for seconds in [0, 10, 30] {
        assert_eq!(place.deliver(seconds).await, 1);
    }
    assert_eq!(place.outcomes(event.id).await, ["status", "status", "delivered"]);
    assert_eq!(receiver.ids(), vec![event.id.to_string(); 3], "a receiver knows it again");
    let received = receiver.received();
    assert!(
        received[0].header("webhook-timestamp") < received[2].header("webhook-timestamp"),
        "each its own time"
    );
    assert_eq!(place.detail(event.id).await.attempts[0].answer, "oh no");
}

#[tokio::test]
async fn a_receiver_says_how_long_it_wants_to_be_left_alone() {
    let busy = Reply::Header(503, "retry-after", "600".to_owned());
    let (place, receiver) = (Place::new().await, Receiver::start(&[busy]).await);
    place.call_at(&receiver.url()).await;
    let event = place.happen("s1").await;
    let now = later(0);
    place.deliverer.deliver_due(now).await.expect("delivered");
    let due_at = place.detail(event.id).await.record.due_at.expect("pending");
    assert_eq!(due_at, now + SignedDuration::from_secs(600));
}

#[tokio::test]
async fn a_receiver_that_says_nothing_is_left_in_time() {
    let settings = WebhookSettings { timeout: Duration::from_millis(100), ..settings() };
    let (place, receiver) = (Place::with(settings).await, Receiver::start(&[Reply::Silence]).await);
    place.call_at(&receiver.url()).await;
    let event = place.happen("s1").await;
    place.deliver(0).await;
    assert_eq!(place.outcomes(event.id).await, ["timed_out"]);
    assert_eq!(receiver.received().len(), 1, "it was called");
}

#[tokio::test]
async fn an_answer_without_an_end_is_read_to_its_beginning() {
    let (place, receiver) = (Place::new().await, Receiver::start(&[Reply::Endless]).await);
    place.call_at(&receiver.url()).await;
    let event = place.happen("s1").await;
    place.deliver(0).await;
    let told = place.detail(event.id).await;
    assert_eq!((told.record.state, told.attempts[0].answer.len()), (EventState::Delivered, 1024));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::start(&[]).await;
    let sends = [301, 302, 307, 308].map(|status| Reply::Header(status, "location", elsewhere.url()));
    let (place, receiver) = (Place::new().await, Receiver::start(&sends).await);
    place.call_at(&receiver.url()).await;
    let event = place.happen("s1").await;
    for seconds in [0, 10, 30, 60] {
        assert_eq!(place.deliver(seconds).await, 1);
    }
    assert_eq!(place.outcomes(event.id).await, ["redirected"; 4]);
    assert_eq!((receiver.received().len(), elsewhere.received().len()), (4, 0));
}

#[tokio::test]
async fn after_a_day_an_event_has_failed_until_somebody_replays_it() {
    let (place, receiver) =
        (Place::new().await, Receiver::start(&[Reply::Status(500, ""), Reply::Status(500, "")]).await);
    place.call_at(&receiver.url()).await;
    let event = place.happen("s1").await;
    assert_eq!((place.deliver(0).await, place.deliver(86_401).await), (1, 1));
    assert_eq!(place.detail(event.id).await.record.state, EventState::Failed);
    assert_eq!(place.deliver(1_000_000).await, 0);
    place.webhooks.replay(&app(1), &event.id).await.expect("replayed");
    assert_eq!(place.deliver(0).await, 1);
    assert_eq!(place.outcomes(event.id).await, ["status", "status", "delivered"]);
    assert_eq!(receiver.ids(), vec![event.id.to_string(); 3]);
}

#[tokio::test]
async fn an_app_that_is_deleted_is_called_no_more() {
    let (place, receiver) = (Place::new().await, Receiver::start(&[Reply::Status(500, "")]).await);
    place.call_at(&receiver.url()).await;
    place.happen("s1").await;
    place.happen("s2").await;
    assert_eq!(place.deliver(0).await, 2);
    place.stores.directory.delete_app(&app(1)).await.map(|_| ()).expect("deleted");
    assert_eq!(place.deliver(100).await, 0);
    assert_eq!(receiver.received().len(), 2);
}

#[tokio::test]
async fn an_app_that_goes_while_it_is_called_harms_nobody() {
    let settings = WebhookSettings { timeout: Duration::from_millis(300), ..settings() };
    let (place, receiver) = (Place::with(settings).await, Receiver::start(&[Reply::Silence]).await);
    place.call_at(&receiver.url()).await;
    place.happen("s1").await;
    let gone = async {
        receiver.called().await;
        place.stores.directory.delete_app(&app(1)).await.map(|_| ()).expect("deleted");
    };
    let (n_due, ()) = tokio::join!(place.deliver(0), gone);
    assert_eq!((n_due, place.deliver(1000).await), (1, 0));
}

#[tokio::test]
async fn the_task_wakes_when_something_happens_and_stops_when_told() {
    let (place, receiver) = (Place::new().await, Receiver::start(&[]).await);
    place.call_at(&receiver.url()).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(place.deliverer.clone().run(async { drop(stopped.await) }, PATIENCE));
    let event = place.happen("s1").await;
    receiver.called().await;
    stop.send(()).expect("it runs");
    running.await.expect("it ends");
    assert_eq!(
        place.detail(event.id).await.record.state,
        EventState::Delivered,
        "what was under way is settled"
    );
    let late = place.happen("s2").await;
    assert_eq!(place.detail(late.id).await.attempts, [], "nobody runs");
}

#[tokio::test]
async fn old_events_are_purged_after_their_time() {
    let (place, receiver) = (Place::new().await, Receiver::start(&[]).await);
    place.call_at(&receiver.url()).await;
    place.happen("s1").await;
    let days = |count: i64| later(count * 24 * 3600);
    assert_eq!(place.deliverer.purge(days(29)).await.expect("purged"), 0);
    assert_eq!(place.deliverer.purge(days(31)).await.expect("purged"), 1);
}
