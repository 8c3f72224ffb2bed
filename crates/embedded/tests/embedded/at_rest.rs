//! What lies on disk: sealed, bound to its row, useless without the key, and for one process alone.

use std::path::Path;

use faceward_conformance::samples::{add, listed, new_template, seeded, subject_name};
use faceward_embedded::{Embedded, EmbeddedError};
use faceward_sealing::{KeyOrigin, SealingError};
use faceward_store::{OtherKeys, SigningKey};
use rusqlite::Connection;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::support::{fresh, open};
use faceward_conformance::Fixture as _;
use faceward_conformance::samples::at;

/// A closed folder with two templates of `anna` and one of `bert`.
async fn folder() -> tempfile::TempDir {
    let folder = fresh().await;
    for (subject, template, seed) in [("anna", "a1", 1), ("anna", "a2", 2), ("bert", "b1", 3)] {
        add(&folder.stores(), &new_template(subject, template, &seeded(seed, 64))).await;
    }
    folder.close()
}

fn refusal(dir: &Path) -> EmbeddedError {
    Embedded::open(dir).err().expect("refused")
}

fn execute(dir: &Path, sql: &str) {
    let database = Connection::open(dir.join("gallery.db")).expect("a database");
    assert!(database.execute(sql, []).expect("valid SQL") > 0);
}

#[tokio::test]
async fn no_file_holds_a_vector_in_the_clear() {
    let dir = folder().await;
    let vector = new_template("anna", "a1", &seeded(1, 64)).embedding;
    let bytes: Vec<u8> = vector.vector().iter().flat_map(|v| v.to_le_bytes()).collect();
    let mut total = 0;
    for entry in fs_err::read_dir(dir.path()).expect("a folder") {
        let content = fs_err::read(entry.expect("an entry").path()).expect("readable");
        total += content.len();
        // Two values in a row would not come about by chance.
        assert!(!content.windows(8).any(|window| bytes.chunks_exact(8).any(|pair| pair == window)));
    }
    assert!(total > 3 * 64 * 4, "the templates are there");
}

#[tokio::test]
async fn no_file_holds_a_name_or_a_signing_key_in_the_clear() {
    let folder = fresh().await;
    let mut new = new_template("1", "a", &[1.0, 0.0]);
    new.name = Some(subject_name("Anna Katharina Smith"));
    add(&folder.stores(), &new).await;
    let (id, private) = (Uuid::from_u128(7), Zeroizing::new(vec![7; 100]));
    let key = SigningKey { id, private, created_at: at(0), expires_at: None };
    folder.stores().directory.add_signing_key(&key, OtherKeys::Win).await.map(|_| ()).expect("added");
    let dir = folder.close();
    for entry in fs_err::read_dir(dir.path()).expect("a folder") {
        let content = fs_err::read(entry.expect("an entry").path()).expect("readable");
        let holds = |what: &[u8]| content.windows(what.len()).any(|window| window == what);
        assert!(!holds(b"Katharina") && !holds(&[7; 16]));
    }
}

#[tokio::test]
async fn a_vector_put_under_another_subject_stops_the_start() {
    let statements = [
        "UPDATE templates SET subject = 'bert' WHERE id = 'a1'",
        "UPDATE templates SET sealed = (SELECT sealed FROM templates WHERE id = 'b1') WHERE id = 'a1'",
        "UPDATE templates SET model = 'toy-2' WHERE id = 'a1'",
        "UPDATE templates SET sealed = zeroblob(60) WHERE id = 'a1'",
    ];
    for sql in statements {
        let dir = folder().await;
        execute(dir.path(), sql);
        let error = refusal(dir.path());
        assert!(
            matches!(&error, EmbeddedError::Damaged { template, .. } if template == "a1"),
            "{sql}: {error}"
        );
    }
}

#[tokio::test]
async fn without_its_own_key_the_store_stays_shut_and_makes_no_new_one() {
    let dir = folder().await;
    let key = dir.path().join("master.key");
    let kept = fs_err::read(&key).expect("a key");
    fs_err::remove_file(&key).expect("removed");
    assert!(
        matches!(refusal(dir.path()), EmbeddedError::Sealing(SealingError::KeyMissing(KeyOrigin::File(path))) if path == key)
    );
    assert!(!key.exists());

    let stranger = folder().await;
    fs_err::copy(stranger.path().join("master.key"), &key).expect("copied");
    assert!(
        matches!(refusal(dir.path()), EmbeddedError::Sealing(SealingError::KeyWrong(KeyOrigin::File(path))) if path == key)
    );

    fs_err::write(&key, kept).expect("restored");
    assert_eq!(listed(&open(dir.path())).await, ["anna a1", "anna a2", "bert b1"]);
}

#[tokio::test]
async fn a_second_process_on_the_folder_is_told_to_wait() {
    let dir = folder().await;
    let first = open(dir.path());
    let error = refusal(dir.path());
    assert!(matches!(&error, EmbeddedError::InUse(path) if path == dir.path()));
    assert!(error.to_string().contains(&dir.path().display().to_string()), "{error}");
    drop(first);
    open(dir.path());
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_but_the_owner_can_read_any_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().expect("a folder");
    let dir = parent.path().join("new").join("data");
    let stores = open(&dir);
    let mode = |path: &Path| fs_err::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    let mut files = 0;
    for entry in fs_err::read_dir(&dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    assert!(files >= 4, "database, its log, key, lock");
    drop(stores);
}
