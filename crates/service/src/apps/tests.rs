//! Apps in a directory in memory.

use faceward_conformance::Memory;
use faceward_store::AuditFilter;

use super::*;

struct Fixture {
    apps: Apps,
    stores: Stores,
}

const KEY: &str = "header.payload.signature";
const NO_OVERLAP: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(3600);

fn fixture() -> Fixture {
    let stores = Stores::from(Memory::default());
    Fixture { apps: Apps::new(&stores), stores }
}

fn key(text: &str) -> AppKey {
    AppKey::parse(text.to_owned()).expect("a key")
}

impl Fixture {
    async fn create(&self, name: &str) -> Credentials {
        self.apps.create(NewApp { name: name.to_owned(), ..NewApp::default() }).await.expect("a new app")
    }

    async fn accepts(&self, app_id: &str, app_key: &str) -> bool {
        match self.apps.authenticate(app_id, app_key).await {
            Ok(app) => {
                assert_eq!(app.to_string(), app_id.trim().to_lowercase());
                true
            }
            Err(ServiceError::Unauthenticated) => false,
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn only_an_apps_own_key_opens_it() {
    let fixture = fixture();
    let (a, b) = (fixture.create("a").await, fixture.create("b").await);
    let (id, secret) = (a.id.to_string(), a.key.reveal());
    assert!(fixture.accepts(&id, secret).await);
    assert!(fixture.accepts(&format!(" {} ", id.to_uppercase()), &format!("{secret} ")).await);
    assert!(!fixture.accepts(&b.id.to_string(), secret).await, "another app's key");
    assert!(!fixture.accepts(&id, &secret[1..]).await, "a part of the key");
    assert!(!fixture.accepts(&id, "").await, "no key");
    assert!(!fixture.accepts("", secret).await, "no app");
    assert!(!fixture.accepts("app", secret).await, "an id that is no UUID");
    assert!(!fixture.accepts(&Uuid::nil().to_string(), secret).await, "an app that does not exist");
}

#[tokio::test]
async fn existing_credentials_are_taken_over() {
    let fixture = fixture();
    let id = AppId(Uuid::new_v4());
    let new = || NewApp { name: "taken over".to_owned(), id: Some(id), key: Some(key(KEY)) };
    let credentials = fixture.apps.create(new()).await.expect("a new app");
    assert_eq!((credentials.id, credentials.key.reveal()), (id, KEY));
    assert!(fixture.accepts(&id.to_string(), KEY).await);
    assert!(
        matches!(fixture.apps.create(new()).await, Err(ServiceError::AppExists(existing)) if existing == id)
    );
}

#[tokio::test]
async fn both_keys_work_during_the_overlap_of_a_rotation() {
    let fixture = fixture();
    let old = fixture.create("a").await;
    let id = old.id.to_string();
    let new = fixture.apps.rotate_key(&old.id, LONG).await.expect("a new key");
    assert!(fixture.accepts(&id, old.key.reveal()).await && fixture.accepts(&id, new.reveal()).await);
    let newest = fixture.apps.rotate_key(&old.id, NO_OVERLAP).await.expect("a new key");
    assert!(!fixture.accepts(&id, old.key.reveal()).await, "its overlap was cut short");
    assert!(!fixture.accepts(&id, new.reveal()).await);
    assert!(fixture.accepts(&id, newest.reveal()).await);
}

#[tokio::test]
async fn a_rotation_can_bring_its_own_key() {
    let fixture = fixture();
    let app = fixture.create("a").await;
    fixture.apps.replace_keys(&app.id, &key(KEY), NO_OVERLAP).await.expect("a new key");
    assert!(fixture.accepts(&app.id.to_string(), KEY).await);
    assert!(!fixture.accepts(&app.id.to_string(), app.key.reveal()).await);
}

#[tokio::test]
async fn apps_are_listed_and_deleted() {
    let fixture = fixture();
    let (a, b) = (fixture.create("a").await, fixture.create("b").await);
    let names = async |apps: &Apps| {
        apps.list().await.expect("readable").into_iter().map(|app| app.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&fixture.apps).await.len(), 2);
    fixture.apps.delete(&a.id).await.expect("it exists");
    assert_eq!(names(&fixture.apps).await, ["b"]);
    assert!(!fixture.accepts(&a.id.to_string(), a.key.reveal()).await);
    assert!(fixture.accepts(&b.id.to_string(), b.key.reveal()).await);
    assert!(matches!(fixture.apps.delete(&a.id).await, Err(ServiceError::AppNotFound(id)) if id == a.id));
    assert!(
        matches!(fixture.apps.rotate_key(&a.id, LONG).await, Err(ServiceError::AppNotFound(id)) if id == a.id)
    );
}

#[tokio::test]
async fn every_change_is_recorded_as_begun_and_as_done() {
    let fixture = fixture();
    let app = fixture.create("a").await;
    fixture.apps.rotate_key(&app.id, LONG).await.expect("a new key");
    let added = fixture.apps.keys(&app.id).await.expect("keys")[0].created_at;
    assert!(fixture.apps.end_key(&app.id, added).await.expect("ended"));
    assert!(!fixture.apps.end_key(&app.id, Timestamp::UNIX_EPOCH).await.expect("known"), "no such key");
    fixture.apps.set_mirrored(&app.id, true).await.expect("set");
    fixture.apps.delete(&app.id).await.expect("it exists");
    drop(fixture.apps.delete(&app.id).await);
    let records = fixture.stores.audit.page(&AuditFilter::default(), 0, 100).await.expect("a page");
    let told: Vec<_> =
        records.iter().map(|record| format!("{} {}", record.event.action, record.event.outcome)).collect();
    let expected = ["create_app", "rotate_key", "end_key", "set_mirrored", "delete_app"]
        .map(|action| [format!("{action} begun"), format!("{action} answered")])
        .concat();
    assert_eq!(told[..10], expected);
    assert_eq!(told[10..], ["delete_app begun", "delete_app app_not_found"]);
    assert!(records.iter().all(|record| record.event.app == Some(app.id)));
}

#[test]
fn an_expired_key_is_compared_and_refused() {
    let now = Timestamp::now();
    let [past, future] = [now - LONG, now + LONG].map(Some);
    let stored = |text, expires_at| StoredKey { hash: key::hash(text), created_at: now, expires_at };
    let rows = [
        (vec![], false),
        (vec![stored(KEY, None)], true),
        (vec![stored(KEY, future)], true),
        (vec![stored(KEY, past)], false),
        (vec![stored(KEY, Some(now))], false),
        (vec![stored("another", None), stored(KEY, future)], true),
        (vec![stored("another", None), stored(KEY, past)], false),
    ];
    for (keys, expected) in rows {
        assert_eq!(is_among(&key::hash(KEY), &keys, now), expected, "{keys:?}");
    }
}

#[tokio::test]
async fn of_two_changes_at_once_none_is_lost() {
    let fixture = fixture();
    let app = fixture.create("a").await;
    let mirrored = AppChange { mirrored: Some(true), ..AppChange::default() };
    let disabled = AppChange { disabled: Some(true), ..AppChange::default() };
    let (one, other) =
        tokio::join!(fixture.apps.change(&app.id, mirrored), fixture.apps.change(&app.id, disabled));
    one.expect("changed");
    other.expect("changed");
    let settings = fixture.apps.get(&app.id).await.expect("it exists").settings;
    assert!(settings.mirrored && settings.disabled, "{settings:?}");
}
