//! The master key, put in the place of another one.

use std::path::Path;

use faceward_conformance::samples::{app, at};
use faceward_conformance::suite::data_keys::{check, fill, finish};
use faceward_embedded::{Embedded, Options};
use faceward_sealing::{KeyPlace, KeySources};
use faceward_store::{MasterKeyChange, OtherKeys, SigningKey, Stores, Traces};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::previous;
use crate::support::open;

async fn replace(stores: &Stores) -> MasterKeyChange {
    stores.master_key.as_ref().expect("a folder has one").replace_master_key().await.expect("an answer")
}

async fn filled(stores: &Stores) {
    fill(stores).await;
    let private = Zeroizing::new(vec![7; 100]);
    let key = SigningKey { id: Uuid::from_u128(7), private, created_at: at(0), expires_at: None };
    stores.directory.add_signing_key(&key, OtherKeys::Win).await.map(|_| ()).expect("added");
}

async fn whole(stores: &Stores) {
    check(stores).await;
    let (keys, _) = stores.directory.signing_keys().await.expect("they open");
    assert_eq!(keys[0].private.as_slice(), [7; 100]);
}

fn key(dir: &Path) -> Vec<u8> {
    fs_err::read(dir.join("master.key")).expect("a key")
}

#[tokio::test]
async fn a_key_in_a_file_is_replaced_while_the_folder_is_used_and_the_old_one_opens_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let stores = open(dir.path());
    filled(&stores).await;
    let old = key(dir.path());
    assert_eq!(replace(&stores).await, MasterKeyChange::Replaced(Traces::Wiped));
    whole(&stores).await;
    // What comes after, in the same process: another data key, and everything sealed by it.
    stores.data_keys.renew_data_key(&app(1), at(5)).await.map(|_| ()).expect("made");
    finish(&*stores.data_keys, 100).await;
    assert_eq!(replace(&stores).await, MasterKeyChange::Replaced(Traces::Wiped), "and again");
    drop(stores);
    assert!(key(dir.path()) != old && !dir.path().join("master.key.next").exists());
    whole(&open(dir.path())).await;
    let new = key(dir.path());
    fs_err::write(dir.path().join("master.key"), old).expect("put back");
    let refused = Embedded::open(dir.path()).err().expect("refused").to_string();
    assert!(refused.contains("is not the one that sealed"), "{refused}");
    fs_err::write(dir.path().join("master.key"), new).expect("put back");
    whole(&open(dir.path())).await;
}

/// The two moments at which a process can end: the new key lies beside the old one, and the database is not yet, or is already, under it.
#[tokio::test]
async fn a_process_that_ends_in_the_middle_leaves_a_folder_that_opens() {
    let dir = tempfile::tempdir().expect("a folder");
    let stores = open(dir.path());
    filled(&stores).await;
    let (path, next) = (dir.path().join("master.key"), dir.path().join("master.key.next"));
    drop(stores);
    let old = key(dir.path());
    faceward_sealing::create_pending(&path).map(drop).expect("made");
    whole(&open(dir.path())).await;
    assert!(!next.exists() && key(dir.path()) == old, "the new one was never in force");
    let stores = open(dir.path());
    replace(&stores).await;
    drop(stores);
    // As it was just before the last step.
    fs_err::rename(&path, &next).expect("moved");
    for left in [Some(&old), None] {
        if let Some(old) = left {
            fs_err::copy(&next, &path).expect("with its mode");
            fs_err::write(&path, old).expect("put back");
        }
        whole(&open(dir.path())).await;
        assert!(!next.exists() && key(dir.path()) != old, "the new one is in its place");
        fs_err::rename(&path, &next).expect("moved");
    }
}

fn sources(current: &str, next: Option<&str>) -> KeySources {
    let look_up = |letter: &str| {
        let value = std::ffi::OsString::from(letter.repeat(64));
        let place: KeyPlace = "env:THE_KEY".parse().expect("a source");
        place.look_up(Path::new("."), &|_| Some(value.clone())).expect("a key")
    };
    KeySources { current: look_up(current), next: next.map(look_up) }
}

#[tokio::test]
async fn a_key_from_elsewhere_is_replaced_by_the_next_and_either_order_of_the_two_opens() {
    let dir = tempfile::tempdir().expect("a folder");
    let try_open = |current: &str, next: Option<&str>| {
        Embedded::open_with(dir.path(), &sources(current, next), Options::default(), &|_| {})
            .map(Stores::from)
    };
    let stores = try_open("a", None).expect("it opens");
    filled(&stores).await;
    assert_eq!(replace(&stores).await, MasterKeyChange::NoNextKey);
    drop(stores);
    let stores = try_open("a", Some("a")).expect("it opens");
    assert_eq!(replace(&stores).await, MasterKeyChange::SameKey);
    drop(stores);
    let stores = try_open("a", Some("b")).expect("it opens");
    assert_eq!(replace(&stores).await, MasterKeyChange::Replaced(Traces::Wiped));
    whole(&stores).await;
    assert_eq!(replace(&stores).await, MasterKeyChange::SameKey);
    drop(stores);
    assert!(try_open("a", None).is_err());
    for (current, next) in [("a", Some("b")), ("b", Some("a")), ("b", None)] {
        whole(&try_open(current, next).expect("it opens")).await;
    }
}

#[tokio::test]
async fn what_the_master_key_has_sealed_itself_is_sealed_by_data_keys_first() {
    let dir = previous::copy();
    let stores = open(dir.path());
    assert_eq!(replace(&stores).await, MasterKeyChange::SealedByMaster);
    for number in [1, 2] {
        stores.data_keys.renew_data_key(&app(number), at(5)).await.map(|_| ()).expect("made");
        while !stores.data_keys.reseal(&app(number), 9).await.expect("sealed anew").done {}
    }
    assert_eq!(replace(&stores).await, MasterKeyChange::Replaced(Traces::Wiped));
    drop(stores);
    assert_eq!(
        faceward_conformance::samples::listed(&open(dir.path())).await,
        ["anna a1", "anna a2", "bert b1"]
    );
}
