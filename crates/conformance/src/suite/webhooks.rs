//! Endpoints, their secrets, and events that are told once, in order, for as long as it takes.

use faceward_core::AppId;
use faceward_store::{
    AppSettings, Attempt, Backlog, Claim, Delivery, Endpoint, EventState, MAX_SECRETS, NewEvent, NextStep,
    StoreError, Stores, WebhookSecret, Webhooks,
};
use jiff::SignedDuration;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::Fixture;
use crate::samples::{app, at, create_apps};

fn endpoint(url: &str) -> Endpoint {
    Endpoint { url: url.to_owned(), enabled: true }
}

/// The secret of that number, made at that second.
fn secret(number: u8, second: i64) -> WebhookSecret {
    let key = Zeroizing::new(vec![number; 32]);
    WebhookSecret { id: Uuid::from_u128(number.into()), key, created_at: at(second) }
}

/// The event of that number, recorded at that second, of a session.
fn event(number: u128, session: &str, second: i64) -> NewEvent {
    NewEvent {
        id: Uuid::from_u128(number),
        ordering_key: session.to_owned(),
        kind: "session.completed".into(),
        body: format!("{{\"number\":{number}}}"),
        created_at: at(second),
        until: at(second + 1000),
    }
}

/// Apps 1 and 2, each with an endpoint.
async fn with_endpoints(stores: &Stores) -> &dyn Webhooks {
    create_apps(stores, 2).await;
    for number in 1..=2 {
        let url = endpoint(&format!("https://app-{number}.example/hook"));
        stores.webhooks.set_webhook(&app(number), &url, &secret(1, 0)).await.expect("set");
    }
    &*stores.webhooks
}

async fn record(webhooks: &dyn Webhooks, number: u128, session: &str, second: i64) {
    assert!(webhooks.record_event(&app(1), &event(number, session, second)).await.expect("recorded"));
}

/// What is due at that second, for ten seconds.
async fn claim(webhooks: &dyn Webhooks, second: i64) -> Vec<Delivery> {
    let (now, lease_until) = (at(second), at(second + 10));
    webhooks.claim_events(Claim { now, lease_until, limit: 99, share: 99, busy: &[] }).await.expect("claimed")
}

fn only(deliveries: &[Delivery]) -> &Delivery {
    assert_eq!(deliveries.len(), 1, "one event: {deliveries:?}");
    &deliveries[0]
}

fn numbers(deliveries: &[Delivery]) -> Vec<u128> {
    let mut numbers: Vec<_> = deliveries.iter().map(|delivery| delivery.id.as_u128()).collect();
    numbers.sort_unstable();
    numbers
}

fn attempt(second: i64, status: Option<u16>, outcome: &'static str) -> Attempt {
    let (took, answer) = (SignedDuration::from_millis(7), format!("answer at {second}"));
    Attempt { at: at(second), took, status, outcome: outcome.into(), answer }
}

async fn settle(webhooks: &dyn Webhooks, delivery: &Delivery, second: i64, next: NextStep) -> bool {
    let made = match next {
        NextStep::Delivered => attempt(second, Some(204), "delivered"),
        NextStep::Failed | NextStep::Retry(_) => attempt(second, Some(500), "status"),
    };
    webhooks.settle_event(&delivery.claim, &made, next).await.expect("an answer")
}

async fn listed(webhooks: &dyn Webhooks, of: AppId, state: Option<EventState>) -> Vec<u128> {
    let events = webhooks.list_events(&of, state, None, 99).await.expect("a list");
    events.iter().map(|event| event.id.as_u128()).collect()
}

/// With a first secret, which stays when the address changes; and it is deleted with all that it has.
pub async fn an_app_has_one_endpoint(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 2).await;
    let webhooks = &*stores.webhooks;
    assert_eq!(webhooks.webhook(&app(1), at(0)).await.expect("an answer"), None);
    let unknown = webhooks.set_webhook(&app(9), &endpoint("https://a.example"), &secret(1, 0)).await;
    assert!(matches!(unknown, Err(StoreError::AppUnknown(id)) if id == app(9)), "{unknown:?}");
    let set = async |url: Endpoint, number: u8| {
        webhooks.set_webhook(&app(1), &url, &secret(number, 0)).await.expect("set")
    };
    assert!(set(endpoint("https://a.example"), 1).await, "the first secret is taken");
    assert!(!set(Endpoint { enabled: false, ..endpoint("https://b.example") }, 2).await, "there is one");
    let record = webhooks.webhook(&app(1), at(0)).await.expect("an answer").expect("there");
    assert_eq!((record.endpoint.url.as_str(), record.endpoint.enabled), ("https://b.example", false));
    assert_eq!(record.secrets.iter().map(|secret| secret.id.as_u128()).collect::<Vec<_>>(), [1]);
    assert_eq!(webhooks.webhook(&app(2), at(0)).await.expect("an answer"), None, "another app's");
    self::record(webhooks, 1, "a", 0).await;
    assert!(webhooks.delete_webhook(&app(1)).await.expect("deleted").is_some());
    assert!(webhooks.delete_webhook(&app(1)).await.expect("an answer").is_none());
    assert_eq!(webhooks.webhook(&app(1), at(0)).await.expect("an answer"), None);
    assert_eq!(listed(webhooks, app(1), None).await, []);
    assert!(!webhooks.record_event(&app(1), &event(2, "a", 0)).await.expect("an answer"), "nobody to tell");
    assert!(!webhooks.record_event(&app(9), &event(2, "a", 0)).await.expect("an answer"), "no such app");
}

/// A new one signs beside the others until those end; of very many the oldest go.
pub async fn secrets_overlap_and_end(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let webhooks = with_endpoints(&stores).await;
    let add = async |number: u8, second: i64, until: i64| {
        webhooks.add_webhook_secret(&app(1), &secret(number, second), at(until)).await.expect("an answer")
    };
    assert!(add(2, 10, 100).await.is_some());
    record(webhooks, 1, "a", 10).await;
    let signing = async |second: i64| {
        let deliveries = claim(webhooks, second).await;
        let delivery = only(&deliveries);
        assert!(settle(webhooks, delivery, second, NextStep::Retry(at(second))).await);
        delivery.secrets.iter().map(|key| key[0]).collect::<Vec<_>>()
    };
    assert_eq!(signing(99).await, [1, 2]);
    assert_eq!(signing(100).await, [2], "an end is exclusive");
    assert!(add(3, 50, 200).await.is_some());
    let ends = async || {
        let record = webhooks.webhook(&app(1), at(60)).await.expect("an answer").expect("there");
        record.secrets.iter().map(|secret| (secret.id.as_u128(), secret.expires_at)).collect::<Vec<_>>()
    };
    assert_eq!(ends().await, [(1, Some(at(100))), (2, Some(at(200))), (3, None)], "never later");
    assert!(add(4, 150, 300).await.is_some());
    assert_eq!(ends().await, [(2, Some(at(200))), (3, Some(at(300))), (4, None)], "what had ended is gone");
    for number in 5..10 {
        assert!(add(number, 150, 300).await.is_some());
    }
    let kept: Vec<_> = ends().await.iter().map(|(id, _)| *id).collect();
    assert_eq!((kept.len(), kept), (MAX_SECRETS, vec![6, 7, 8, 9]));
    assert!(webhooks.add_webhook_secret(&app(9), &secret(1, 0), at(1)).await.expect("an answer").is_none());
    let other = webhooks.webhook(&app(2), at(0)).await.expect("an answer").expect("there");
    assert_eq!(other.secrets.len(), 1, "another app's");
}

/// Until the lease ends; then by somebody else, and who had it before says nothing more about it.
pub async fn an_event_is_claimed_by_one_at_a_time(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let webhooks = with_endpoints(&stores).await;
    record(webhooks, 1, "a", 5).await;
    assert!(claim(webhooks, 4).await.is_empty(), "not due");
    let first = claim(webhooks, 5).await;
    let late = only(&first);
    assert_eq!((late.app, late.url.as_str()), (app(1), "https://app-1.example/hook"));
    assert_eq!((late.body.as_str(), late.tries, late.until), ("{\"number\":1}", 0, at(1005)));
    assert_eq!(late.secrets.iter().map(|key| key.to_vec()).collect::<Vec<_>>(), [vec![1; 32]]);
    assert!(claim(webhooks, 14).await.is_empty(), "it is leased");
    let second = claim(webhooks, 15).await;
    let delivery = only(&second);
    assert_ne!(late.claim, delivery.claim);
    assert!(!settle(webhooks, late, 15, NextStep::Delivered).await, "too late");
    assert!(settle(webhooks, delivery, 15, NextStep::Delivered).await);
    assert!(!settle(webhooks, delivery, 16, NextStep::Failed).await, "it is settled");
    assert!(claim(webhooks, 500).await.is_empty());
    let kept = webhooks.event(&app(1), &delivery.id).await.expect("an answer").expect("there");
    assert_eq!((kept.record.state, kept.record.n_attempts), (EventState::Delivered, 1));
}

/// However many ask at once.
pub async fn of_many_who_claim_each_event_goes_to_one(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let webhooks = with_endpoints(&stores).await;
    for number in 0..20 {
        record(webhooks, number, &format!("session {number}"), 0).await;
    }
    let ask = async || {
        let (now, lease_until) = (at(1), at(11));
        let claim = Claim { now, lease_until, limit: 7, share: 7, busy: &[] };
        webhooks.claim_events(claim).await.expect("claimed")
    };
    let mut all = Vec::new();
    for _ in 0..4 {
        let (one, other, third) = futures_util::future::join3(ask(), ask(), ask()).await;
        for claimed in [one, other, third] {
            assert!(claimed.len() <= 7);
            all.extend(claimed);
        }
    }
    assert_eq!(numbers(&all), (0..20).collect::<Vec<_>>());
}

/// A first one that fails holds the others of its session back, and nobody else's.
pub async fn events_of_a_session_are_told_in_order(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let webhooks = with_endpoints(&stores).await;
    for (number, session) in [(1, "a"), (2, "a"), (3, "b"), (4, "a")] {
        record(webhooks, number, session, 0).await;
    }
    let other = event(5, "a", 0);
    assert!(webhooks.record_event(&app(2), &other).await.expect("recorded"));
    let claimed = claim(webhooks, 1).await;
    assert_eq!(numbers(&claimed), [1, 3, 5], "session a of another app is another one");
    assert!(claim(webhooks, 2).await.is_empty(), "the first of a is under way");
    let of = |wanted: u128| claimed.iter().find(|delivery| delivery.id.as_u128() == wanted).expect("there");
    assert!(settle(webhooks, of(1), 2, NextStep::Retry(at(50))).await);
    assert!(settle(webhooks, of(3), 2, NextStep::Delivered).await);
    assert!(settle(webhooks, of(5), 2, NextStep::Delivered).await);
    assert!(claim(webhooks, 49).await.is_empty(), "it waits, and so do they");
    for (second, number, next) in [(50, 1, NextStep::Failed), (51, 2, NextStep::Delivered)] {
        let due = claim(webhooks, second).await;
        assert_eq!(numbers(&due), [number]);
        assert!(settle(webhooks, &due[0], second, next).await);
    }
    assert_eq!(numbers(&claim(webhooks, 52).await), [4], "one that has failed holds nobody back");
}

/// Newest first, with what became of them; one with its body and every attempt.
pub async fn events_are_listed_with_their_attempts(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let webhooks = with_endpoints(&stores).await;
    for (number, session) in [(1, "a"), (2, "b"), (3, "c"), (4, "d")] {
        record(webhooks, number, session, number as i64).await;
    }
    let due = claim(webhooks, 3).await;
    assert_eq!(numbers(&due), [1, 2, 3]);
    let of = |wanted: u128| due.iter().find(|delivery| delivery.id.as_u128() == wanted).expect("there");
    assert!(settle(webhooks, of(1), 3, NextStep::Delivered).await);
    assert!(settle(webhooks, of(2), 3, NextStep::Failed).await);
    let down = attempt(3, None, "connect");
    assert!(webhooks.settle_event(&of(3).claim, &down, NextStep::Retry(at(5))).await.expect("settled"));
    let again = claim(webhooks, 5).await;
    assert_eq!((numbers(&again), again[0].tries.max(again[1].tries)), (vec![3, 4], 1));
    let third = again.iter().find(|delivery| delivery.id.as_u128() == 3).expect("there");
    assert!(settle(webhooks, third, 5, NextStep::Retry(at(30))).await);
    assert_eq!(listed(webhooks, app(1), None).await, [4, 3, 2, 1]);
    assert_eq!(listed(webhooks, app(1), Some(EventState::Pending)).await, [4, 3]);
    assert_eq!(listed(webhooks, app(1), Some(EventState::Failed)).await, [2]);
    assert_eq!(listed(webhooks, app(2), None).await, []);
    let newest = webhooks.list_events(&app(1), None, None, 2).await.expect("a page");
    let next = webhooks.list_events(&app(1), None, Some(newest[1].number), 1).await.expect("a page");
    assert_eq!(next.iter().map(|event| event.id.as_u128()).collect::<Vec<_>>(), [2]);
    let record = &newest[1];
    assert_eq!((record.n_attempts, record.due_at, record.created_at), (2, Some(at(30)), at(3)));
    let last = record.last.as_ref().expect("an attempt");
    assert_eq!((last.at, last.status, last.outcome.as_ref()), (at(5), Some(500), "status"));
    let id = Uuid::from_u128(3);
    let detail = webhooks.event(&app(1), &id).await.expect("an answer").expect("there");
    assert_eq!((&detail.record, detail.body.as_str()), (record, "{\"number\":3}"));
    assert_eq!(detail.attempts, [down, attempt(5, Some(500), "status")]);
    assert_eq!(webhooks.event(&app(2), &id).await.expect("an answer"), None, "another app's");
    assert_eq!(next[0].due_at, None, "nothing comes after a failure");
}

/// Whatever became of it, with tries and time anew; what is under way goes on.
pub async fn an_event_is_told_again(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let webhooks = with_endpoints(&stores).await;
    let (id, replay) = (Uuid::from_u128(1), async |of: u128, id: Uuid, second: i64| {
        webhooks.replay_event(&app(of), &id, at(second), at(second + 500)).await.expect("an answer")
    });
    record(webhooks, 1, "a", 0).await;
    for (second, next) in [(1, NextStep::Failed), (20, NextStep::Delivered), (40, NextStep::Retry(at(400)))] {
        let due = claim(webhooks, second).await;
        assert_eq!((numbers(&due), due[0].tries), (vec![1], 0), "at {second}");
        assert!(settle(webhooks, &due[0], second, next).await);
        assert!(replay(1, id, second + 10).await);
    }
    let due = claim(webhooks, 60).await;
    assert_eq!((numbers(&due), due[0].until), (vec![1], at(550)));
    assert!(replay(1, id, 62).await, "while it is under way");
    assert!(claim(webhooks, 63).await.is_empty(), "it still is");
    assert!(settle(webhooks, &due[0], 64, NextStep::Delivered).await);
    assert_eq!(listed(webhooks, app(1), Some(EventState::Delivered)).await, [1]);
    assert!(!replay(2, id, 70).await, "another app's");
    assert!(!replay(1, Uuid::from_u128(9), 70).await, "unknown");
    let detail = webhooks.event(&app(1), &id).await.expect("an answer").expect("there");
    assert_eq!((detail.record.n_attempts, detail.attempts.len()), (4, 4), "its history stays");
}

/// Whoever is switched off is not called; the events wait, and are no backlog.
pub async fn who_is_switched_off_is_not_called(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let webhooks = with_endpoints(&stores).await;
    record(webhooks, 1, "a", 3).await;
    record(webhooks, 2, "b", 2).await;
    let on = endpoint("https://app-1.example/new");
    let backlog = async || webhooks.backlog().await.expect("an answer");
    assert_eq!(backlog().await, Backlog { n_pending: 2, oldest: Some(at(2)) });
    webhooks
        .set_webhook(&app(1), &Endpoint { enabled: false, ..on.clone() }, &secret(2, 0))
        .await
        .expect("set");
    assert!(claim(webhooks, 5).await.is_empty());
    assert_eq!(backlog().await, Backlog::default());
    record(webhooks, 3, "c", 4).await;
    webhooks.set_webhook(&app(1), &on, &secret(2, 0)).await.expect("set");
    let disabled = AppSettings { disabled: true, ..AppSettings::default() };
    stores.directory.set_settings(&app(1), &disabled).await.expect("set");
    assert!(claim(webhooks, 5).await.is_empty());
    assert_eq!(backlog().await, Backlog::default());
    stores.directory.set_settings(&app(1), &AppSettings::default()).await.expect("set");
    assert_eq!(backlog().await.n_pending, 3);
    let due = claim(webhooks, 5).await;
    assert_eq!((numbers(&due), due[0].url.as_str()), (vec![1, 2, 3], "https://app-1.example/new"));
}

/// So many of each app and so many of all, and none of those that are busy.
pub async fn a_claim_is_shared_among_apps(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let webhooks = with_endpoints(&stores).await;
    for number in 1..=5 {
        record(webhooks, number, &format!("session {number}"), 0).await;
        let other = event(10 + number, &format!("session {number}"), 0);
        assert!(webhooks.record_event(&app(2), &other).await.expect("recorded"));
    }
    let ask = async |limit: usize, share: usize, busy: &[AppId]| {
        let claim = Claim { now: at(1), lease_until: at(11), limit, share, busy };
        let claimed = webhooks.claim_events(claim).await.expect("claimed");
        [1, 2].map(|of| claimed.iter().filter(|delivery| delivery.app == app(of)).count())
    };
    assert_eq!(ask(9, 2, &[]).await, [2, 2]);
    assert_eq!(ask(9, 2, &[app(1)]).await, [0, 2]);
    assert_eq!(ask(2, 9, &[app(2)]).await, [2, 0]);
    assert_eq!(ask(0, 9, &[]).await, [0, 0]);
    assert_eq!(ask(9, 9, &[]).await, [1, 1]);
}

/// Oldest first, in whatever state, a step at a time.
pub async fn old_events_leave(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let webhooks = with_endpoints(&stores).await;
    for (number, second) in [(1, 10), (2, 5), (3, 20), (4, 30)] {
        record(webhooks, number, &format!("session {number}"), second).await;
    }
    let due = claim(webhooks, 10).await;
    assert!(settle(webhooks, &due[0], 10, NextStep::Delivered).await);
    let purge = async |before: i64, limit: usize| {
        let purged = webhooks.purge_events(at(before), limit).await.expect("purged");
        (purged.n_records, purged.more)
    };
    assert_eq!(purge(30, 2).await, (2, true));
    assert_eq!(listed(webhooks, app(1), None).await, [4, 3]);
    assert_eq!(purge(30, 2).await, (1, false));
    assert_eq!(purge(30, 2).await, (0, false));
    assert_eq!(listed(webhooks, app(1), None).await, [4]);
}

/// Also what is under way.
pub async fn with_an_app_goes_all_that_it_was_to_be_told(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let webhooks = with_endpoints(&stores).await;
    record(webhooks, 1, "a", 0).await;
    record(webhooks, 2, "b", 0).await;
    let due = claim(webhooks, 1).await;
    stores.directory.delete_app(&app(1)).await.map(|_| ()).expect("deleted");
    assert!(!settle(webhooks, &due[0], 2, NextStep::Delivered).await, "it is gone");
    assert!(claim(webhooks, 100).await.is_empty());
    assert_eq!(webhooks.webhook(&app(1), at(0)).await.expect("an answer"), None);
    create_again(&stores).await;
    assert_eq!(webhooks.webhook(&app(1), at(0)).await.expect("an answer"), None, "nothing comes back");
    assert_eq!(listed(webhooks, app(1), None).await, []);
}

async fn create_again(stores: &Stores) {
    let (record, hash) = (crate::samples::app_record(app(1)), crate::samples::key_hash(1));
    stores.directory.create_app(&record, &hash).await.expect("a new app");
}
