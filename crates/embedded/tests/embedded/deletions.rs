//! Deletion records, and what an auditor can compare them with.

use std::path::Path;

use faceward_conformance::samples::{add, app, gallery_id, new_template, seeded, subject_id, template_id};
use faceward_embedded::{EmbeddedError, held_rows};
use faceward_store::{Deletion, Extent, OnConflict, Stores};

use crate::support::{Folder, fresh};

fn stores_of(folder: &Folder) -> Stores {
    faceward_conformance::Fixture::stores(folder)
}

/// With templates `t0` to `t4`, of the subjects `s0` and `s1`.
async fn filled() -> Folder {
    let folder = fresh().await;
    for index in 0..5 {
        let (subject, template) = (format!("s{}", index % 2), format!("t{index}"));
        add(&stores_of(&folder), &new_template(&subject, &template, &seeded(index, 64))).await;
    }
    folder
}

async fn back_up(stores: &Stores, into: &Path) {
    let backup = stores.backup.as_ref().expect("a folder can be copied");
    backup.back_up(into).await.expect("copied");
}

#[tokio::test]
async fn a_backup_from_before_has_the_rows_that_were_deleted_and_one_from_after_has_none() {
    let default = gallery_id("default");
    let extents = [
        (Extent::Template(template_id("t3")), 1),
        (Extent::Subject(default.clone(), subject_id("s0")), 3),
        (Extent::Gallery(default), 5),
        (Extent::Galleries, 5),
        (Extent::App, 5),
    ];
    for (extent, n_templates) in extents {
        let folder = filled().await;
        let (stores, copies) = (stores_of(&folder), tempfile::tempdir().expect("a folder"));
        let (before, after) = (copies.path().join("before, 50% #1?"), copies.path().join("after"));
        back_up(&stores, &before).await;
        let held = held_rows(&before, &app(1), &extent).expect("readable");
        assert_eq!(held.len(), n_templates, "{extent:?}");
        let deletion = deleted(&stores, &extent).await;
        assert_eq!((deletion.n_templates, deletion.sha256), (n_templates, held.sha256()), "{extent:?}");
        back_up(&stores, &after).await;
        assert!(held_rows(&after, &app(1), &extent).expect("readable").is_empty(), "{extent:?}");
        assert!(held_rows(&before, &app(9), &extent).expect("readable").is_empty(), "of another app");
    }
}

async fn deleted(stores: &Stores, extent: &Extent) -> Deletion {
    let (templates, app) = (&stores.templates, app(1));
    let deletion = match extent {
        Extent::Template(template) => templates.delete_template(&app, template).await,
        Extent::Subject(gallery, subject) => templates.delete_subject(&app, gallery, subject).await,
        Extent::Gallery(gallery) => templates.delete_gallery(&app, gallery).await,
        Extent::Galleries => templates.delete_all_galleries(&app).await,
        Extent::App => stores.directory.delete_app(&app).await,
    };
    deletion.expect("deleted")
}

#[tokio::test]
async fn the_row_that_was_replaced_is_told_and_the_new_one_is_another() {
    let folder = filled().await;
    let (stores, copies) = (stores_of(&folder), tempfile::tempdir().expect("a folder"));
    let (before, after) = (copies.path().join("before"), copies.path().join("after"));
    back_up(&stores, &before).await;
    // The same vector: sealed anew.
    let new = new_template("s1", "t3", &seeded(3, 64));
    let (_, old) = stores.templates.add(&app(1), &new, OnConflict::Replace).await.expect("replaced");
    back_up(&stores, &after).await;
    let extent = Extent::Template(template_id("t3"));
    let held = [&before, &after].map(|copy| held_rows(copy, &app(1), &extent).expect("readable"));
    assert_eq!(old.sha256, held[0].sha256());
    assert_eq!((held[1].len(), held[0].shared_with(&held[1])), (1, 0));
}

#[tokio::test]
async fn a_folder_is_read_when_it_is_closed_in_order_and_nothing_is_left_in_it() {
    let folder = filled().await;
    let held = |dir: &Path| held_rows(dir, &app(1), &Extent::App);
    let in_use = held(folder.path()).expect_err("refused");
    assert!(matches!(in_use, EmbeddedError::InUse(_)), "{in_use}");
    // As a process that is killed now would leave it.
    let killed = tempfile::tempdir().expect("a folder");
    for file in ["gallery.db", "gallery.db-wal"] {
        fs_err::copy(folder.path().join(file), killed.path().join(file)).expect("copied");
    }
    let killed = held(killed.path()).expect_err("refused");
    assert!(matches!(killed, EmbeddedError::NotClosed(_)), "{killed}");
    let dir = folder.close();
    let files = || fs_err::read_dir(dir.path()).expect("a folder").count();
    let before = files();
    assert_eq!(held(dir.path()).expect("readable").len(), 5);
    assert_eq!(files(), before);
    let nothing = tempfile::tempdir().expect("a folder");
    assert!(matches!(held(nothing.path()), Err(EmbeddedError::NoFolder(_))));
}

#[tokio::test]
async fn a_backup_that_was_altered_is_refused() {
    let folder = filled().await;
    let copies = tempfile::tempdir().expect("a folder");
    let copy = copies.path().join("copy");
    back_up(&stores_of(&folder), &copy).await;
    let database = copy.join("gallery.db");
    let mut bytes = fs_err::read(&database).expect("there");
    bytes.push(0);
    fs_err::write(&database, bytes).expect("altered");
    assert!(matches!(held_rows(&copy, &app(1), &Extent::App), Err(EmbeddedError::NoBackup { .. })));
}
