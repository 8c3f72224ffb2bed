//! What was acknowledged is there after a restart, to the last bit.

use std::sync::Mutex;

use faceward_conformance::Fixture;
use faceward_conformance::samples::{
    add, app, at, create_apps, create_gallery, gallery_id, key_hash, new_template, seeded, subject_name,
};
use faceward_embedded::{Embedded, Opening};
use faceward_store::{
    AppRecord, AppSettings, ChallengeKey, ChallengeRecord, NewChallenge, OtherKeys, Page, SigningKey,
    Standing, StoredTemplate, Stores, every_template,
};
use futures_util::TryStreamExt as _;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::support::Folder;

/// Everything but challenges.
#[derive(Debug, PartialEq)]
struct Held {
    apps: Vec<AppRecord>,
    standing: Standing,
    signing_keys: Vec<(Uuid, Vec<u8>)>,
    galleries: Vec<String>,
    templates: Vec<StoredTemplate>,
}

async fn held(stores: &Stores) -> Held {
    let galleries = stores.templates.list_galleries(&app(1), Page::largest(None)).await.expect("known");
    let (keys, _) = stores.directory.signing_keys().await.expect("readable");
    Held {
        apps: stores.directory.list_apps(Page::largest(None)).await.expect("readable"),
        standing: stores.directory.standing(&app(1), Some(Uuid::from_u128(7))).await.expect("known"),
        signing_keys: keys.into_iter().map(|key| (key.id, key.private.to_vec())).collect(),
        galleries: galleries.into_iter().map(|record| record.gallery.to_string()).collect(),
        templates: every_template(&*stores.templates).try_collect().await.expect("readable"),
    }
}

#[tokio::test]
async fn everything_but_challenges_survives_a_restart() {
    let mut folder = Folder::fresh().await;
    let stores = folder.stores();
    create_apps(&stores, 3).await;
    stores.directory.replace_keys(&app(1), &key_hash(9), at(0), at(500)).await.expect("replaced");
    stores
        .directory
        .set_settings(&app(2), &AppSettings { mirrored: true, ..AppSettings::default() })
        .await
        .expect("set");
    stores.directory.delete_app(&app(3)).await.map(|_| ()).expect("deleted");
    let (id, private) = (Uuid::from_u128(1), Zeroizing::new(vec![7; 100]));
    let key = SigningKey { id, private, created_at: at(0), expires_at: None };
    stores.directory.add_signing_key(&key, OtherKeys::Win).await.map(|_| ()).expect("added");
    let far = at(1_000_000_000);
    stores.directory.revoke_token(Uuid::from_u128(7), far, at(0)).await.expect("revoked");
    create_gallery(&stores, "empty").await;
    for index in 0..5 {
        let mut new = new_template(&format!("s{}", index % 2), &format!("t{index}"), &seeded(index, 137));
        new.name = (index == 0).then(|| subject_name("Anna"));
        add(&stores, &new).await;
    }
    let id = ChallengeKey([1; 32]);
    let record = ChallengeRecord { movements: Vec::new(), subject: None, mirrored: false };
    let challenge = NewChallenge { id, record, expires_at: at(60) };
    stores.challenges.open(&app(1), &challenge, 9, at(0)).await.expect("room");

    let before = held(&stores).await;
    assert!(before.standing.revoked && before.galleries == ["default", "empty"]);
    assert_eq!((before.apps.len(), before.templates.len(), before.signing_keys.len()), (2, 5, 1));
    drop(stores);
    folder.reopen().await;
    let stores = folder.stores();
    assert_eq!(held(&stores).await, before);
    assert!(stores.challenges.take(&app(1), &id, at(1)).await.is_err(), "refused, never taken twice");
    assert_eq!(gallery_id("default"), before.templates[0].record.gallery);
}

#[tokio::test]
async fn an_opening_tells_how_far_it_is() {
    let dir = tempfile::tempdir().expect("a folder");
    let stores: Stores = Embedded::open(dir.path()).expect("it opens").into();
    create_apps(&stores, 1).await;
    for index in 0..3 {
        add(&stores, &new_template("s", &format!("t{index}"), &seeded(index, 16))).await;
    }
    drop(stores);
    let told = Mutex::new(Vec::new());
    let reopened =
        Embedded::open_comparing(dir.path(), None, &|opening| told.lock().expect("no panic").push(opening));
    assert!(reopened.is_ok());
    assert_eq!(*told.lock().expect("no panic"), [Opening { done: 0, total: 3 }]);
}
