//! What lies on disk: sealed, bound to its row, useless without the key, and for one process alone.

use std::path::Path;

use faceward_gallery::{Gallery, GalleryError};
use rusqlite::Connection;

use crate::support::{add, fresh, listed, new_template, open, seeded};

/// A closed folder with two templates of `anna` and one of `bert`.
fn folder() -> tempfile::TempDir {
    let (dir, gallery) = fresh();
    for (subject, template, seed) in [("anna", "a1", 1), ("anna", "a2", 2), ("bert", "b1", 3)] {
        add(&gallery, &new_template(subject, template, &seeded(seed, 64)));
    }
    dir
}

fn refusal(dir: &Path) -> GalleryError {
    Gallery::open(dir).err().expect("refused")
}

fn execute(dir: &Path, sql: &str) {
    let database = Connection::open(dir.join("gallery.db")).expect("a database");
    assert!(database.execute(sql, []).expect("valid SQL") > 0);
}

#[test]
fn no_file_holds_a_vector_in_the_clear() {
    let dir = folder();
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

#[test]
fn a_vector_put_under_another_subject_stops_the_start() {
    let statements = [
        "UPDATE templates SET subject = 'bert' WHERE id = 'a1'",
        "UPDATE templates SET sealed = (SELECT sealed FROM templates WHERE id = 'b1') WHERE id = 'a1'",
        "UPDATE templates SET model = 'toy-2' WHERE id = 'a1'",
        "UPDATE templates SET sealed = zeroblob(60) WHERE id = 'a1'",
    ];
    for sql in statements {
        let dir = folder();
        execute(dir.path(), sql);
        let error = refusal(dir.path());
        assert!(
            matches!(&error, GalleryError::Damaged { template, .. } if template == "a1"),
            "{sql}: {error}"
        );
    }
}

#[test]
fn without_its_own_key_the_store_stays_shut_and_makes_no_new_one() {
    let dir = folder();
    let key = dir.path().join("master.key");
    let kept = fs_err::read(&key).expect("a key");
    fs_err::remove_file(&key).expect("removed");
    assert!(matches!(refusal(dir.path()), GalleryError::KeyMissing(path) if path == key));
    assert!(!key.exists());

    let stranger = folder();
    fs_err::copy(stranger.path().join("master.key"), &key).expect("copied");
    assert!(matches!(refusal(dir.path()), GalleryError::KeyWrong(path) if path == key));

    fs_err::write(&key, kept).expect("restored");
    assert_eq!(listed(&open(dir.path())), ["anna a1", "anna a2", "bert b1"]);
}

#[test]
fn a_second_process_on_the_folder_is_told_to_wait() {
    let dir = folder();
    let first = open(dir.path());
    let error = refusal(dir.path());
    assert!(matches!(&error, GalleryError::InUse(path) if path == dir.path()));
    assert!(error.to_string().contains(&dir.path().display().to_string()), "{error}");
    drop(first);
    open(dir.path());
}

#[cfg(unix)]
#[test]
fn nobody_but_the_owner_can_read_any_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().expect("a folder");
    let dir = parent.path().join("new").join("data");
    let gallery = open(&dir);
    let mode = |path: &Path| fs_err::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    let mut files = 0;
    for entry in fs_err::read_dir(&dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    assert!(files >= 4, "database, its log, key, lock");
    drop(gallery);
}
