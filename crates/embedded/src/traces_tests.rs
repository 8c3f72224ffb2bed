//! Deleted data that cannot be wiped from the disk at once: the deletion stands, and its traces are told and wiped later.

use faceward_conformance::samples::{
    add, app, create_apps, create_gallery, gallery_id, listed, new_template, seeded, subject_id, template_id,
};
use faceward_store::{OnConflict, Stores, Traces};

use crate::Embedded;

/// Ten templates of five subjects in a folder whose log cannot be wiped any more.
async fn stuck() -> (tempfile::TempDir, Embedded, Stores) {
    let dir = tempfile::tempdir().expect("a folder");
    let embedded = Embedded::open(dir.path()).expect("the folder opens");
    let stores: Stores = embedded.clone().into();
    create_apps(&stores, 1).await;
    create_gallery(&stores, "east").await;
    for index in 0..10 {
        let mut new = new_template(&format!("s{}", index % 5), &format!("t{index}"), &seeded(index, 16));
        if index % 2 == 0 {
            new.gallery = gallery_id("east");
        }
        add(&stores, &new).await;
    }
    let left = embedded.now(|folder| {
        folder.database.lock().leave_a_reader();
        Ok(())
    });
    left.expect("no error");
    (dir, embedded, stores)
}

#[tokio::test]
async fn every_deletion_stands_and_tells_of_its_traces() {
    let (_dir, _embedded, stores) = stuck().await;
    let templates = &stores.templates;
    let deleted = templates.delete_template(&app(1), &template_id("t0")).await.expect("deleted");
    assert_eq!((deleted.n_templates, deleted.traces), (1, Traces::Left));
    let (default, s1) = (gallery_id("default"), subject_id("s1"));
    let deleted = templates.delete_subject(&app(1), &default, &s1).await.expect("deleted");
    assert_eq!((deleted.n_templates, deleted.traces), (1, Traces::Left));
    let new = new_template("new", "t3", &seeded(99, 16));
    let (record, old) = templates.add(&app(1), &new, OnConflict::Replace).await.expect("the template is in");
    assert_eq!((record.subject, old.traces), (subject_id("new"), Traces::Left));
    assert_eq!(listed(&stores).await.len(), 8);
    let deleted = templates.delete_gallery(&app(1), &default).await.expect("deleted");
    assert_eq!((deleted.n_templates, deleted.traces), (4, Traces::Left));
    let deleted = templates.delete_all_galleries(&app(1)).await.expect("it goes to the end");
    assert_eq!((deleted.n_templates, deleted.traces), (4, Traces::Left));
    assert_eq!(listed(&stores).await, Vec::<String>::new());
    assert_eq!(stores.directory.delete_app(&app(1)).await.expect("deleted").traces, Traces::Left);
}

/// Bytes of the database's log, in which older versions of the pages lie.
fn log(dir: &std::path::Path) -> u64 {
    fs_err::metadata(dir.join("gallery.db-wal")).map_or(0, |meta| meta.len())
}

#[tokio::test]
async fn the_next_change_wipes_what_was_left() {
    let dir = tempfile::tempdir().expect("a folder");
    let embedded = Embedded::open(dir.path()).expect("the folder opens");
    let stores: Stores = embedded.clone().into();
    create_apps(&stores, 1).await;
    let next = async |name: &str| add(&stores, &new_template(name, name, &seeded(1, 16))).await;
    next("a").await;
    next("b").await;
    assert!(log(dir.path()) > 0, "a change that deletes nothing leaves the log as it is");
    let left = embedded.now(|folder| {
        folder.database.lock().leave_traces();
        Ok(())
    });
    left.expect("no error");
    next("c").await;
    assert_eq!(log(dir.path()), 0, "wiped after the change");
    next("d").await;
    assert!(log(dir.path()) > 0, "once");
}

#[tokio::test]
async fn a_start_wipes_what_was_left() {
    let (dir, _embedded, stores) = stuck().await;
    let deleted = stores.templates.delete_all_galleries(&app(1)).await.expect("deleted");
    assert_eq!((deleted.n_templates, deleted.traces), (10, Traces::Left));
    assert!(log(dir.path()) > 0, "older versions of the pages");
    // What a crash would leave: the reader that was left behind is none of another process.
    let crashed = tempfile::tempdir().expect("a folder");
    for name in ["gallery.db", "gallery.db-wal", "audit.db", "master.key"] {
        fs_err::copy(dir.path().join(name), crashed.path().join(name)).expect("copied");
    }
    let stores: Stores = Embedded::open(crashed.path()).expect("it opens").into();
    assert_eq!(log(crashed.path()), 0);
    assert_eq!(listed(&stores).await, Vec::<String>::new());
}
