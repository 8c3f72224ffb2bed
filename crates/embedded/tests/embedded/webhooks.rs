//! What an app is to be told, on disk: sealed, gone with its app, and told after a crash.

use std::collections::HashSet;
use std::path::Path;

use faceward_conformance::Fixture as _;
use faceward_conformance::samples::{app, at, create_apps};
use faceward_store::{Attempt, Claim, Delivery, Endpoint, NewEvent, NextStep, Stores, Traces, WebhookSecret};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::erasure::present;
use crate::support::Folder;

const SECRET: [u8; 32] = *b"a secret that only two shall own";
const BODY: &str = "{\"outcome\":\"a very private matter\"}";
const ANSWER: &str = "thank you for the very private matter";

async fn endpoint(stores: &Stores) {
    create_apps(stores, 1).await;
    let endpoint = Endpoint { url: "https://a.example/hook".to_owned(), enabled: true };
    let key = Zeroizing::new(SECRET.to_vec());
    let secret = WebhookSecret { id: Uuid::from_u128(1), key, created_at: at(0) };
    stores.webhooks.set_webhook(&app(1), &endpoint, &secret).await.expect("set");
}

async fn record(stores: &Stores, number: u128) {
    let event = NewEvent {
        id: Uuid::from_u128(number),
        ordering_key: format!("session {number}"),
        kind: "session.completed".into(),
        body: BODY.to_owned(),
        created_at: at(0),
        until: at(1000),
    };
    assert!(stores.webhooks.record_event(&app(1), &event).await.expect("recorded"));
}

async fn claim(stores: &Stores, now: Timestamp) -> Vec<Delivery> {
    let lease_until = now + SignedDuration::from_hours(1);
    let claim = Claim { now, lease_until, limit: 9, share: 9, busy: &[] };
    stores.webhooks.claim_events(claim).await.expect("claimed")
}

async fn settle(stores: &Stores, delivery: &Delivery, next: NextStep) {
    let (took, answer) = (SignedDuration::ZERO, ANSWER.to_owned());
    let attempt = Attempt { at: at(1), took, status: Some(500), outcome: "status".into(), answer };
    assert!(stores.webhooks.settle_event(&delivery.claim, &attempt, next).await.expect("settled"));
}

/// With three events, of which one is delivered, one failed once and one is under way.
async fn filled() -> Folder {
    let folder = fresh_with_endpoint().await;
    let stores = folder.stores();
    for number in 1..=3 {
        record(&stores, number).await;
    }
    let due = claim(&stores, at(1)).await;
    settle(&stores, &due[0], NextStep::Delivered).await;
    settle(&stores, &due[1], NextStep::Retry(at(500))).await;
    folder
}

async fn fresh_with_endpoint() -> Folder {
    let folder = Folder::fresh().await;
    endpoint(&folder.stores()).await;
    folder
}

/// Pieces of everything sealed of webhooks that lies in the database of a folder that is closed.
fn pieces(dir: &Path) -> HashSet<[u8; 16]> {
    let database = Connection::open(dir.join("gallery.db")).expect("a database");
    let sql = "SELECT sealed FROM webhook_events UNION ALL SELECT sealed FROM webhook_secrets
               UNION ALL SELECT sealed FROM webhook_attempts";
    let mut statement = database.prepare(sql).expect("valid SQL");
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
    let piece = |bytes: &[u8]| -> [u8; 16] { bytes.try_into().expect("16 bytes") };
    rows.map(|row| row.expect("a row"))
        .flat_map(|sealed| [piece(&sealed[1..17]), piece(&sealed[sealed.len() - 16..])])
        .collect()
}

#[tokio::test]
async fn secrets_bodies_and_answers_are_sealed_and_go_with_their_app() {
    let dir = filled().await.close();
    let plain = [&SECRET[..16], &BODY.as_bytes()[..16], &ANSWER.as_bytes()[..16]];
    let plain: HashSet<[u8; 16]> = plain.map(|text| text.try_into().expect("16 bytes")).into();
    assert_eq!(present(dir.path(), &plain), 0, "nothing lies open");
    let sealed = pieces(dir.path());
    assert_eq!(sealed.len(), 2 * (3 + 1 + 2), "three bodies, a secret, two answers");
    assert!(present(dir.path(), &sealed) >= sealed.len(), "the search finds what is there");
    let stores = crate::support::open(dir.path());
    assert_eq!(stores.directory.delete_app(&app(1)).await.expect("deleted").traces, Traces::Wiped);
    // While the folder is open: the log lies beside the database.
    assert_eq!(present(dir.path(), &sealed), 0, "traces of a deleted app");
}

#[tokio::test]
async fn purged_events_and_ended_secrets_leave_no_trace() {
    let dir = filled().await.close();
    let sealed = pieces(dir.path());
    let stores = crate::support::open(dir.path());
    let purged = stores.webhooks.purge_events(at(1), 99).await.expect("purged");
    assert_eq!((purged.n_records, purged.more, purged.traces), (3, false, Traces::Wiped));
    let key = Zeroizing::new(vec![2; 32]);
    let second = WebhookSecret { id: Uuid::from_u128(2), key, created_at: at(10) };
    let traces = stores.webhooks.add_webhook_secret(&app(1), &second, at(10)).await.expect("added");
    assert_eq!(traces, Some(Traces::Wiped));
    assert_eq!(present(dir.path(), &sealed), 0, "traces of what is purged");
}

#[tokio::test]
async fn what_was_under_way_is_told_again_at_once_after_a_restart() {
    let mut folder = filled().await;
    let numbers = async |folder: &Folder, now: Timestamp| {
        claim(&folder.stores(), now).await.iter().map(|one| one.id.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&folder, at(2)).await, [], "one is leased, one waits");
    folder.reopen().await;
    assert_eq!(numbers(&folder, at(2)).await, [3], "who had the lease is gone");
    folder.reopen().await;
    let late = claim(&folder.stores(), at(500)).await;
    assert_eq!(late.iter().map(|one| (one.id.as_u128(), one.tries)).collect::<Vec<_>>(), [(3, 0), (2, 1)]);
}
