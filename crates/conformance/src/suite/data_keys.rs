//! Data keys: replaced while everything goes on.

use faceward_store::{
    Attempt, Claim, DataKeyRecord, DataKeys, Endpoint, NewEvent, NextStep, OnConflict, SessionRecord,
    SessionState, StoreError, Stores, WebhookSecret,
};
use jiff::SignedDuration;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::Fixture;
use crate::samples::{
    add, app, at, create_apps, embedding, key_hash, listed, new_template, seeded, subject_name, template_id,
};

/// What an app has of everything that is sealed: templates with a name, sessions with a face, a secret, events, attempts.
///
/// # Panics
/// The store fails; as in all of these.
pub async fn fill(stores: &Stores) {
    create_apps(stores, 2).await;
    for number in 0..7 {
        let mut new = new_template(&format!("s{}", number % 3), &format!("t{number}"), &seeded(number, 16));
        new.name = Some(subject_name(&format!("Name {}", number % 3)));
        add(stores, &new).await;
    }
    for number in 1..=3 {
        let session = session(number);
        stores.sessions.create_session(&session, Some(&embedding(&seeded(9, 16))), 9).await.expect("room");
    }
    let key = Zeroizing::new(vec![1; 32]);
    let secret = WebhookSecret { id: Uuid::from_u128(1), key, created_at: at(0) };
    let endpoint = Endpoint { url: "https://a.example".to_owned(), enabled: true };
    assert!(stores.webhooks.set_webhook(&app(1), &endpoint, &secret).await.expect("set"));
    for number in 1..=3 {
        assert!(stores.webhooks.record_event(&app(1), &event(number)).await.expect("recorded"));
    }
    let claim = Claim { now: at(0), lease_until: at(10), limit: 9, share: 9, busy: &[] };
    for delivery in stores.webhooks.claim_events(claim).await.expect("claimed") {
        let took = SignedDuration::from_millis(7);
        let attempt =
            Attempt { at: at(0), took, status: Some(500), outcome: "status".into(), answer: "no".to_owned() };
        let next = NextStep::Retry(at(20));
        assert!(stores.webhooks.settle_event(&delivery.claim, &attempt, next).await.expect("settled"));
    }
}

fn session(number: u8) -> SessionRecord {
    SessionRecord {
        id: Uuid::from_u128(number.into()),
        app: app(1),
        link: key_hash(number),
        browser: None,
        state: SessionState::Created,
        revision: 0,
        created_at: at(0),
        expires_at: at(100),
        ended_at: None,
        document: format!("{{\"number\":{number}}}"),
    }
}

fn event(number: u128) -> NewEvent {
    NewEvent {
        id: Uuid::from_u128(number),
        ordering_key: number.to_string(),
        kind: "session.completed".into(),
        body: format!("{{\"number\":{number}}}"),
        created_at: at(0),
        until: at(1000),
    }
}

/// Whether everything of [`fill`] is there as it was given.
pub async fn check(stores: &Stores) {
    for number in 0..7 {
        let held =
            stores.templates.reference(&app(1), &template_id(&format!("t{number}"))).await.expect("known");
        assert_eq!(held.expect("there").1, embedding(&seeded(number, 16)));
    }
    let found = stores.templates.search(&app(1), None, &embedding(&seeded(0, 16)), 1).await.expect("known");
    assert_eq!(found[0].name, Some(subject_name("Name 0")));
    for number in 1..=3 {
        let id = Uuid::from_u128(number.into());
        let held = stores.sessions.session(&app(1), &id).await.expect("readable").expect("there");
        assert_eq!(held, session(number));
        let faces = stores.sessions.session_faces(&app(1), &id).await.expect("readable");
        assert_eq!(faces.reference, Some(embedding(&seeded(9, 16))));
        let detail = stores.webhooks.event(&app(1), &id).await.expect("readable").expect("there");
        assert_eq!((detail.body, detail.attempts[0].answer.as_str()), (event(number.into()).body, "no"));
    }
    let claim = Claim { now: at(20), lease_until: at(20), limit: 9, share: 9, busy: &[] };
    let due = stores.webhooks.claim_events(claim).await.expect("readable");
    assert_eq!(due.len(), 3);
    assert!(due.iter().all(|delivery| delivery.secrets == [Zeroizing::new(vec![1; 32])]));
}

/// Seals anew to the end, `limit` values at once. Gives how many values that were.
pub async fn finish(keys: &dyn DataKeys, limit: usize) -> usize {
    let mut n_sealed = 0;
    for _step in 0..1000 {
        let step = keys.reseal(&app(1), limit).await.expect("sealed anew");
        n_sealed += step.n_sealed;
        if step.done {
            return n_sealed;
        }
    }
    unreachable!("it has no end")
}

async fn key(keys: &dyn DataKeys, number: u128) -> DataKeyRecord {
    keys.data_key(&app(number)).await.expect("known")
}

/// Everything stays readable, with the older key and without it; another app keeps its own.
pub async fn a_data_key_is_replaced_while_everything_goes_on(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let keys = &*stores.data_keys;
    fill(&stores).await;
    let (first, of_other) = (key(keys, 1).await, key(keys, 2).await);
    assert_eq!((first.n_older, first.by_master), (0, false));
    assert_ne!(first.generation, of_other.generation);
    let second = keys.renew_data_key(&app(1), at(5)).await.expect("made");
    assert!(second.generation > first.generation && second.n_older == 1, "{second:?}");
    assert_eq!((key(keys, 1).await, second.created_at), (second, at(5)));
    check(&stores).await;
    // What comes and goes while it is sealed anew.
    keys.reseal(&app(1), 2).await.map(|_| ()).expect("begun");
    add(&stores, &new_template("late", "a-late", &seeded(20, 16))).await;
    let replaced = new_template("s0", "t0", &seeded(0, 16));
    stores.templates.add(&app(1), &replaced, OnConflict::Replace).await.map(|_| ()).expect("replaced");
    finish(keys, 2).await;
    assert_eq!(key(keys, 1).await, DataKeyRecord { n_older: 0, ..second });
    assert_eq!(key(keys, 2).await, of_other);
    check(&stores).await;
    assert_eq!(listed(&stores).await.len(), 8);
}

/// A key that is replaced before everything was sealed by it goes with the others.
pub async fn of_two_new_data_keys_the_newest_stays(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let keys = &*stores.data_keys;
    fill(&stores).await;
    keys.renew_data_key(&app(1), at(5)).await.map(|_| ()).expect("made");
    for _step in 0..3 {
        keys.reseal(&app(1), 3).await.map(|_| ()).expect("begun");
    }
    let newest = keys.renew_data_key(&app(1), at(6)).await.expect("made");
    assert_eq!(newest.n_older, 2);
    finish(keys, 3).await;
    assert_eq!(key(keys, 1).await, DataKeyRecord { n_older: 0, ..newest });
    check(&stores).await;
}

/// Nor one that was deleted while its values were sealed anew.
pub async fn an_app_that_is_gone_has_no_data_key(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let keys = &*stores.data_keys;
    fill(&stores).await;
    keys.renew_data_key(&app(1), at(5)).await.map(|_| ()).expect("made");
    keys.reseal(&app(1), 3).await.map(|_| ()).expect("begun");
    stores.directory.delete_app(&app(1)).await.map(|_| ()).expect("deleted");
    let answers = [
        keys.data_key(&app(1)).await.map(|_| ()),
        keys.renew_data_key(&app(1), at(6)).await.map(|_| ()),
        keys.reseal(&app(1), 3).await.map(|_| ()),
    ];
    for answer in answers {
        assert!(matches!(answer, Err(StoreError::AppUnknown(id)) if id == app(1)), "{answer:?}");
    }
}
