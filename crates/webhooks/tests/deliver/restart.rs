//! A server that dies in the middle: at least once, and in order.

use std::path::Path;

use faceward_conformance::samples::create_apps;
use faceward_embedded::Embedded;
use faceward_service::Stores;

use crate::place::{Place, later, settings};
use crate::receiver::Receiver;

fn open(dir: &Path) -> Place {
    let stores: Stores = Embedded::open(dir).expect("it opens").into();
    Place::over(stores, settings())
}

#[tokio::test]
async fn what_was_under_way_is_told_again_under_the_same_id_and_in_order() {
    let (dir, receiver) = (tempfile::tempdir().expect("a folder"), Receiver::start(&[]).await);
    let place = open(dir.path());
    create_apps(&place.stores, 1).await;
    place.call_at(&receiver.url()).await;
    let (first, second) = (place.happen("s1").await, place.happen("s1").await);
    // It was told, and died before it could say so.
    let claim =
        faceward_service::Claim { now: later(0), lease_until: later(3600), limit: 9, share: 9, busy: &[] };
    let taken = place.webhooks.outbox().claim_events(claim).await.expect("claimed");
    assert_eq!(taken.iter().map(|delivery| delivery.id).collect::<Vec<_>>(), [first.id]);
    drop((place, taken));
    let place = open(dir.path());
    while place.deliver(0).await > 0 {}
    assert_eq!(receiver.ids(), [&first, &second].map(|event| event.id.to_string()));
    drop(place);
    let place = open(dir.path());
    assert_eq!(place.deliver(100).await, 0, "what is delivered stays so");
}
