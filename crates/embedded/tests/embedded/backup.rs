//! Copies of a folder: made in order, and by hand.

use std::path::{Path, PathBuf};

use faceward_conformance::samples::{add, app, listed, new_template, seeded};
use faceward_embedded::{Embedded, EmbeddedError, Options, Restored, RestoredKey, restore};
use faceward_sealing::KeyPlace;
use faceward_store::{AuditFilter, OnConflict, Stores};
use tempfile::TempDir;

use crate::audit::event;
use crate::support::{Folder, fresh, open};

fn key(folder: &Path) -> PathBuf {
    folder.join("master.key")
}

/// Copies files by hand.
fn copied(from: &Path, files: &[&str]) -> TempDir {
    let to = tempfile::tempdir().expect("a folder");
    for file in files {
        fs_err::copy(from.join(file), to.path().join(file)).expect("copied");
    }
    to
}

async fn with_a_template() -> Folder {
    let folder = fresh().await;
    add(&folder_stores(&folder), &new_template("anna", "a", &seeded(1, 128))).await;
    folder
}

fn folder_stores(folder: &Folder) -> Stores {
    faceward_conformance::Fixture::stores(folder)
}

async fn back_up(stores: &Stores, into: &Path) -> usize {
    let backup = stores.backup.as_ref().expect("a folder can be copied");
    backup.back_up(into).await.expect("copied").n_templates
}

#[tokio::test]
async fn a_copy_by_hand_without_the_log_is_refused_instead_of_opened_old_or_empty() {
    let folder = with_a_template().await;
    let files = ["gallery.db", "audit.db", "master.key"];
    let without = copied(folder.path(), &files);
    let refused = Embedded::open(without.path()).err().expect("refused");
    assert!(matches!(refused, EmbeddedError::CopiedWithoutLog(_)), "{refused}");
    let again = Embedded::open(without.path()).err().expect("still refused");
    assert!(matches!(again, EmbeddedError::CopiedWithoutLog(_)), "looking changes nothing: {again}");
    let with = copied(folder.path(), &[&files[..], &["gallery.db-wal"]].concat());
    assert_eq!(listed(&open(with.path())).await, ["anna a"]);
    // After an end in order there is no log, and nothing is missed.
    let closed = folder.close();
    assert!(!closed.path().join("gallery.db-wal").exists());
    let whole = copied(closed.path(), &files);
    assert_eq!(listed(&open(whole.path())).await, ["anna a"]);
}

#[tokio::test]
async fn a_database_that_was_emptied_beside_its_key_is_refused() {
    let closed = with_a_template().await.close();
    fs_err::write(closed.path().join("gallery.db"), b"").expect("emptied");
    let refused = Embedded::open(closed.path()).err().expect("refused");
    assert!(matches!(refused, EmbeddedError::CopiedWithoutLog(_)), "{refused}");
}

#[tokio::test]
async fn a_folder_whose_key_lies_elsewhere_is_opened_copied_and_restored_with_it() {
    let place = tempfile::tempdir().expect("a folder");
    let [dir, copy, restored] = ["data", "copy", "restored"].map(|name| place.path().join(name));
    let hex = "0123456789abcdef".repeat(4);
    let look_up = |hex: &str| {
        let variable: KeyPlace = "env:THE_KEY".parse().expect("a source");
        let hex = std::ffi::OsString::from(hex);
        variable.look_up(&dir, &|_| Some(hex.clone())).expect("a key")
    };
    let open_with =
        |dir: &Path, hex: &str| Embedded::open_with(dir, &look_up(hex).into(), Options::default(), &|_| {});
    let stores: Stores = open_with(&dir, &hex).expect("it opens").into();
    faceward_conformance::samples::create_apps(&stores, 1).await;
    add(&stores, &new_template("anna", "a", &seeded(1, 128))).await;
    assert_eq!(back_up(&stores, &copy).await, 1);
    drop(stores);
    assert!(!key(&dir).exists(), "no key is written into the folder");
    let wrong = open_with(&dir, &hex.replace('0', "1")).err().expect("refused").to_string();
    assert!(wrong.contains("the variable THE_KEY is not the one"), "{wrong}");
    let missing = Embedded::open(&dir).err().expect("refused").to_string();
    assert!(missing.contains("master.key is missing"), "{missing}");
    restore(&copy, RestoredKey::Elsewhere(&look_up(&hex)), &restored).expect("restored");
    assert!(!key(&restored).exists());
    assert_eq!(listed(&open_with(&restored, &hex).expect("it opens").into()).await, ["anna a"]);
    fs_err::write(restored.join("gallery.db"), b"").expect("emptied");
    let emptied = open_with(&restored, &hex).err().expect("refused");
    assert!(matches!(emptied, EmbeddedError::CopiedWithoutLog(_)), "{emptied}");
}

#[tokio::test]
async fn a_key_alone_is_no_copy() {
    let closed = with_a_template().await.close();
    let only_key = copied(closed.path(), &["master.key"]);
    assert_eq!(
        open(only_key.path()).directory.list_apps(faceward_store::Page::new(None, 10)).await.expect("a list"),
        []
    );
}

#[tokio::test]
async fn a_backup_is_restored_with_everything_but_what_was_deleted_before_and_made_after() {
    let folder = with_a_template().await;
    let stores = folder_stores(&folder);
    add(&stores, &new_template("bert", "b", &seeded(2, 128))).await;
    stores
        .templates
        .delete_template(&app(1), &new_template("bert", "b", &seeded(2, 128)).template)
        .await
        .map(|_| ())
        .expect("deleted");
    stores.audit.append(&[event(1, "anna")]).await.expect("recorded");
    let place = tempfile::tempdir().expect("a folder");
    let (copy, dir) = (place.path().join("copy"), place.path().join("restored"));
    assert_eq!(back_up(&stores, &copy).await, 1);
    add(&stores, &new_template("late", "l", &seeded(3, 128))).await;
    assert!(!key(&copy).exists(), "the key is kept apart");
    let Restored { n_templates, .. } =
        restore(&copy, RestoredKey::File(&key(folder.path())), &dir).expect("restored");
    assert_eq!(n_templates, 1);
    let restored = open(&dir);
    assert_eq!(listed(&restored).await, ["anna a"]);
    assert_eq!(restored.audit.page(&AuditFilter::default(), 0, 10).await.expect("readable").len(), 1);
    assert_eq!(listed(&stores).await, ["anna a", "late l"], "the folder goes on");
}

/// Writers go on; a copy is of one moment: of each writer it has the first so many, without gaps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_of_one_moment() {
    let folder = fresh().await;
    let stores = folder_stores(&folder);
    let writers: Vec<_> = (0..3)
        .map(|writer| {
            let stores = stores.clone();
            tokio::spawn(async move {
                for index in 0..60 {
                    let new = new_template("anna", &format!("w{writer}-{index:03}"), &seeded(index, 128));
                    stores.templates.add(&app(1), &new, OnConflict::Refuse).await.map(|_| ()).expect("added");
                }
            })
        })
        .collect();
    let place = tempfile::tempdir().expect("a folder");
    for round in 0..3 {
        let copy = place.path().join(format!("copy-{round}"));
        let n_templates = back_up(&stores, &copy).await;
        let dir = place.path().join(format!("restored-{round}"));
        restore(&copy, RestoredKey::File(&key(folder.path())), &dir).expect("restored");
        let held = listed(&open(&dir)).await;
        assert_eq!(held.len(), n_templates);
        for writer in 0..3 {
            let of = held.iter().filter(|row| row.starts_with(&format!("anna w{writer}-")));
            let expected: Vec<_> = (0..60).map(|index| format!("anna w{writer}-{index:03}")).collect();
            assert!(of.zip(&expected).all(|(row, expected)| row == expected), "{held:?}");
        }
    }
    for writer in writers {
        writer.await.expect("no panic");
    }
}

#[tokio::test]
async fn what_is_no_whole_backup_or_has_another_key_is_not_restored_and_leaves_nothing() {
    let (folder, other) = (with_a_template().await, fresh().await);
    let place = tempfile::tempdir().expect("a folder");
    let (copy, dir) = (place.path().join("copy"), place.path().join("restored"));
    back_up(&folder_stores(&folder), &copy).await;
    let refused =
        |from: &Path, with: &Path| restore(from, RestoredKey::File(with), &dir).expect_err("refused");
    assert!(matches!(refused(&copy, &key(other.path())), EmbeddedError::Sealing(_)));
    assert!(matches!(refused(&copy, &place.path().join("none")), EmbeddedError::Sealing(_)));
    assert!(matches!(refused(place.path(), &key(folder.path())), EmbeddedError::NoBackup { .. }));
    assert_eq!(fs_err::read_dir(place.path()).expect("readable").count(), 1, "nothing but the copy");
    let occupied = restore(&copy, RestoredKey::File(&key(folder.path())), other.path()).expect_err("refused");
    assert!(matches!(occupied, EmbeddedError::NotEmpty(_)), "{occupied}");
    let mut bytes = fs_err::read(copy.join("gallery.db")).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs_err::write(copy.join("gallery.db"), bytes).expect("written");
    let altered = refused(&copy, &key(folder.path()));
    assert!(altered.to_string().contains("gallery.db is not as it was written"), "{altered}");
    assert!(
        folder_stores(&folder).backup.expect("a folder").back_up(&copy).await.is_err(),
        "it is there already"
    );
}
