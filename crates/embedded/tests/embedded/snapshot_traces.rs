//! What snapshots leave of what was deleted, and what keeps them: keys, a thread, a disk that fails.

use std::collections::HashSet;
use std::path::Path;

use faceward_conformance::samples::{add, app, create_apps, listed, new_template, seeded, template_id};
use faceward_embedded::{Embedded, EmbeddedError, Options};
use faceward_store::{MasterKeyChange, OnConflict, Stores, Traces};
use jiff::Timestamp;
use rusqlite::Connection;

use crate::snapshots::{PACE, blocks, copy, delete, enrol, folder, open_by};

fn open(dir: &Path) -> Embedded {
    open_by(dir, Options::default())
}

/// Pieces of the file of a block and of its sealed key.
fn pieces(dir: &Path, number: i64) -> HashSet<[u8; 16]> {
    let file = fs_err::read(dir.join(format!("snapshots/{number}.block"))).expect("readable");
    let database = Connection::open(dir.join("gallery.db")).expect("a database");
    let sql = "SELECT sealed FROM snapshot_blocks WHERE number = ?1";
    let key: Vec<u8> = database.query_row(sql, [number], |row| row.get(0)).expect("listed");
    let of = |bytes: &[u8]| bytes.chunks_exact(16).map(|piece| piece.try_into().expect("16 bytes")).collect();
    let (file, key): (Vec<[u8; 16]>, Vec<[u8; 16]>) = (of(&file), of(&key[5..]));
    assert!(file.len() > 60 && key.len() >= 4);
    file.into_iter().step_by(7).chain(key).collect()
}

/// How often any of `wanted` is in a file of the folder or of one inside of it.
fn present(dir: &Path, wanted: &HashSet<[u8; 16]>) -> usize {
    let entries = fs_err::read_dir(dir).expect("a folder").map(|entry| entry.expect("an entry").path());
    let of = |path: std::path::PathBuf| {
        if path.is_dir() {
            return present(&path, wanted);
        }
        let content = fs_err::read(path).expect("readable");
        content.windows(16).filter(|window| wanted.contains(*window)).count()
    };
    entries.map(of).sum()
}

#[tokio::test]
async fn nothing_is_left_of_the_block_of_a_deleted_or_replaced_template_when_it_is_acknowledged() {
    for replace in [false, true] {
        let dir = folder(40).await;
        let (gone, kept) = (pieces(dir.path(), 1), pieces(dir.path(), 2));
        assert!(present(dir.path(), &gone) >= gone.len());
        let embedded = open(dir.path());
        if replace {
            let stores: Stores = embedded.clone().into();
            let new = new_template("s", "t0003", &seeded(99, 37));
            let (_, old) = stores.templates.add(&app(1), &new, OnConflict::Replace).await.expect("in");
            assert_eq!((old.n_templates, old.traces), (1, Traces::Wiped));
        } else {
            delete(&embedded, 3).await;
        }
        assert_eq!(present(dir.path(), &gone), 0, "of its block and of the key of that");
        assert!(present(dir.path(), &kept) >= kept.len());
        // As a process that is killed now would leave it.
        let killed = tempfile::tempdir().expect("a folder");
        copy(dir.path(), killed.path());
        let again = open(killed.path());
        assert_eq!(again.opened().n_from_snapshots, 32);
        let held = listed(&again.clone().into()).await;
        assert_eq!(held.len(), if replace { 40 } else { 39 });
        assert!(!held.contains(&"s3 t0003".to_owned()), "{held:?}");
    }
}

#[tokio::test]
async fn every_kind_of_deletion_takes_the_blocks_with_it() {
    let dir = folder(40).await;
    let all: HashSet<_> = (1..=5).flat_map(|number| pieces(dir.path(), number)).collect();
    let embedded = open(dir.path());
    let stores: Stores = embedded.clone().into();
    create_apps_2(&stores, &embedded).await;
    assert_eq!(blocks(dir.path()).len(), 6);
    stores.templates.delete_all_galleries(&app(1)).await.map(|_| ()).expect("deleted");
    assert_eq!((present(dir.path(), &all), blocks(dir.path()).len()), (0, 1));
    let theirs = pieces_of_last(dir.path());
    stores.directory.delete_app(&app(2)).await.map(|_| ()).expect("deleted");
    assert_eq!((present(dir.path(), &theirs), blocks(dir.path()).len()), (0, 0));
}

/// App 2 with three templates in a block of its own.
async fn create_apps_2(stores: &Stores, embedded: &Embedded) {
    let other = tempfile::tempdir().expect("a folder");
    let other: Stores = open(other.path()).into();
    create_apps(&other, 2).await;
    let record = other.directory.app(&app(2)).await.expect("known");
    stores.directory.create_app(&record, &faceward_conformance::samples::key_hash(2)).await.expect("made");
    for index in 0..3 {
        let new = new_template("s", &format!("u{index}"), &seeded(index, 37));
        stores.templates.add(&app(2), &new, OnConflict::Refuse).await.map(|_| ()).expect("added");
    }
    embedded.write_snapshots(&PACE).expect("written");
}

fn pieces_of_last(dir: &Path) -> HashSet<[u8; 16]> {
    let content = fs_err::read(blocks(dir).last().expect("a block")).expect("readable");
    content.chunks_exact(16).map(|piece| piece.try_into().expect("16 bytes")).collect()
}

#[tokio::test]
async fn a_new_data_key_makes_new_blocks() {
    let dir = folder(40).await;
    let old = tempfile::tempdir().expect("a folder");
    copy(&dir.path().join("snapshots"), old.path());
    let all: HashSet<_> = (1..=5).flat_map(|number| pieces(dir.path(), number)).collect();
    let embedded = open(dir.path());
    let stores: Stores = embedded.clone().into();
    stores.data_keys.renew_data_key(&app(1), Timestamp::now()).await.map(|_| ()).expect("renewed");
    assert_eq!(embedded.write_snapshots(&PACE).expect("not yet"), 0, "soon all is sealed anew");
    while !stores.data_keys.reseal(&app(1), 7).await.expect("sealed anew").done {}
    assert_eq!(present(dir.path(), &all), 0, "of the blocks and their keys under the older key");
    assert_eq!(embedded.write_snapshots(&PACE).expect("written"), 5);
    drop((stores, embedded));
    copy(old.path(), &dir.path().join("snapshots"));
    assert_eq!(open(dir.path()).opened().n_from_snapshots, 40);
    assert_eq!(blocks(dir.path()).len(), 5, "the files of before are removed");
}

#[tokio::test]
async fn blocks_stay_when_the_master_key_is_replaced() {
    let dir = folder(40).await;
    let stores: Stores = open(dir.path()).into();
    let replaced = stores.master_key.as_ref().expect("it does").replace_master_key().await.expect("replaced");
    assert_eq!(replaced, MasterKeyChange::Replaced(Traces::Wiped));
    drop(stores);
    assert_eq!(open(dir.path()).opened().n_from_snapshots, 40);
}

#[tokio::test]
async fn a_second_process_is_refused_before_it_touches_a_block() {
    let dir = folder(20).await;
    let embedded = open(dir.path());
    enrol(&embedded, 20..30).await;
    let before = blocks(dir.path());
    assert!(matches!(Embedded::open(dir.path()), Err(EmbeddedError::InUse(_))));
    let with = faceward_sealing::KeySource::in_folder(dir.path()).into();
    let without = Options { snapshots: false, ..Options::default() };
    assert!(Embedded::open_with(dir.path(), &with, without, &|_| {}).is_err());
    assert_eq!(blocks(dir.path()), before);
}

#[tokio::test]
async fn where_no_block_can_be_written_everything_else_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    // A file where the folder would be: root may write everywhere else.
    fs_err::write(dir.path().join("snapshots"), "").expect("written");
    let embedded = open(dir.path());
    create_apps(&embedded.clone().into(), 1).await;
    enrol(&embedded, 0..10).await;
    assert!(matches!(embedded.write_snapshots(&PACE), Err(EmbeddedError::Io(_))));
    let embedded = embedded.keeping_snapshots(PACE).expect("a thread");
    enrol(&embedded, 10..20).await;
    delete(&embedded, 3).await;
    drop(embedded);
    let embedded = open(dir.path());
    assert_eq!((embedded.opened().n_from_snapshots, embedded.opened().n_templates), (0, 19));
    fs_err::remove_file(dir.path().join("snapshots")).expect("removed");
    embedded.write_snapshots(&PACE).expect("written");
    drop(embedded);
    assert_eq!(open(dir.path()).opened().n_from_snapshots, 19);
}

#[tokio::test]
async fn a_stop_in_order_leaves_nothing_for_the_database() {
    let dir = tempfile::tempdir().expect("a folder");
    let embedded = open(dir.path()).keeping_snapshots(PACE).expect("a thread");
    let stores: Stores = embedded.clone().into();
    create_apps(&stores, 1).await;
    for index in 0..50 {
        add(&stores, &new_template("s", &format!("a{index}"), &seeded(index, 37))).await;
        if index % 5 == 4 {
            let gone = template_id(&format!("a{}", index - 2));
            stores.templates.delete_template(&app(1), &gone).await.map(|_| ()).expect("deleted");
        }
    }
    drop((stores, embedded));
    let embedded = open(dir.path());
    let opened = embedded.opened();
    assert_eq!((opened.n_from_snapshots, opened.n_templates, opened.unusable.len()), (40, 40, 0));
}
