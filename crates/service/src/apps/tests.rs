//! Apps on a real gallery in a temporary folder.

use super::*;

struct Fixture {
    apps: Apps,
    /// Deleted when dropped, after the gallery.
    _folder: tempfile::TempDir,
}

const KEY: &str = "header.payload.signature";
const NO_OVERLAP: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(3600);

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let gallery = Gallery::open(folder.path()).expect("a new gallery");
    Fixture { apps: Apps::new(gallery), _folder: folder }
}

fn key(text: &str) -> AppKey {
    AppKey::parse(text.to_owned()).expect("a key")
}

impl Fixture {
    fn create(&self, name: &str) -> Credentials {
        self.apps.create(NewApp { name: name.to_owned(), ..NewApp::default() }).expect("a new app")
    }

    fn accepts(&self, app_id: &str, app_key: &str) -> bool {
        match self.apps.authenticate(app_id, app_key) {
            Ok(app) => {
                assert_eq!(app.to_string(), app_id.trim().to_lowercase());
                true
            }
            Err(ServiceError::Unauthenticated) => false,
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn only_an_apps_own_key_opens_it() {
    let fixture = fixture();
    let (a, b) = (fixture.create("a"), fixture.create("b"));
    let (id, secret) = (a.id.to_string(), a.key.reveal());
    assert!(fixture.accepts(&id, secret));
    assert!(fixture.accepts(&format!(" {} ", id.to_uppercase()), &format!("{secret} ")));
    assert!(!fixture.accepts(&b.id.to_string(), secret), "another app's key");
    assert!(!fixture.accepts(&id, &secret[1..]), "a part of the key");
    assert!(!fixture.accepts(&id, ""), "no key");
    assert!(!fixture.accepts("", secret), "no app");
    assert!(!fixture.accepts("app", secret), "an id that is no UUID");
    assert!(!fixture.accepts(&Uuid::nil().to_string(), secret), "an app that does not exist");
}

#[test]
fn existing_credentials_are_taken_over() {
    let fixture = fixture();
    let id = AppId(Uuid::new_v4());
    let new = || NewApp { name: "taken over".to_owned(), id: Some(id), key: Some(key(KEY)) };
    let credentials = fixture.apps.create(new()).expect("a new app");
    assert_eq!((credentials.id, credentials.key.reveal()), (id, KEY));
    assert!(fixture.accepts(&id.to_string(), KEY));
    assert!(matches!(fixture.apps.create(new()), Err(ServiceError::AppExists(existing)) if existing == id));
}

#[test]
fn both_keys_work_during_the_overlap_of_a_rotation() {
    let fixture = fixture();
    let old = fixture.create("a");
    let id = old.id.to_string();
    let new = fixture.apps.rotate_key(&old.id, LONG).expect("a new key");
    assert!(fixture.accepts(&id, old.key.reveal()) && fixture.accepts(&id, new.reveal()));
    let newest = fixture.apps.rotate_key(&old.id, NO_OVERLAP).expect("a new key");
    assert!(!fixture.accepts(&id, old.key.reveal()), "its overlap was cut short");
    assert!(!fixture.accepts(&id, new.reveal()));
    assert!(fixture.accepts(&id, newest.reveal()));
}

#[test]
fn a_rotation_can_bring_its_own_key() {
    let fixture = fixture();
    let app = fixture.create("a");
    fixture.apps.replace_keys(&app.id, &key(KEY), NO_OVERLAP).expect("a new key");
    assert!(fixture.accepts(&app.id.to_string(), KEY));
    assert!(!fixture.accepts(&app.id.to_string(), app.key.reveal()));
}

#[test]
fn apps_are_listed_and_deleted() {
    let fixture = fixture();
    let (a, b) = (fixture.create("a"), fixture.create("b"));
    let names = |apps: &Apps| apps.list().into_iter().map(|app| app.name).collect::<Vec<_>>();
    assert_eq!(names(&fixture.apps).len(), 2);
    fixture.apps.delete(&a.id).expect("it exists");
    assert_eq!(names(&fixture.apps), ["b"]);
    assert!(!fixture.accepts(&a.id.to_string(), a.key.reveal()));
    assert!(fixture.accepts(&b.id.to_string(), b.key.reveal()));
    assert!(matches!(fixture.apps.delete(&a.id), Err(ServiceError::AppNotFound(id)) if id == a.id));
    assert!(matches!(fixture.apps.rotate_key(&a.id, LONG), Err(ServiceError::AppNotFound(id)) if id == a.id));
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
