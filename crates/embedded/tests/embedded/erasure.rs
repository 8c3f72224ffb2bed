//! Deleted biometric data is gone from the files, not only from the answers.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use rusqlite::Connection;

use faceward_conformance::Fixture as _;
use faceward_conformance::samples::{
    add, app, create_gallery, gallery_id, new_template, seeded, subject_id, template_id,
};
use faceward_store::{Deletion, OnConflict, StoreError, Stores, Traces};

use crate::support::{fresh, open};

/// Two pieces of every sealed vector, by template: its nonce and its end. No two are alike.
fn traces(dir: &Path) -> HashMap<String, [[u8; 16]; 2]> {
    let database = Connection::open(dir.join("gallery.db")).expect("a database");
    let mut statement = database.prepare("SELECT id, sealed FROM templates").expect("valid SQL");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))).expect("rows");
    rows.map(|row| {
        let (id, sealed): (String, _) = row.expect("a row");
        let piece = |bytes: &[u8]| bytes.try_into().expect("16 bytes");
        (id, [piece(&sealed[1..17]), piece(&sealed[sealed.len() - 16..])])
    })
    .collect()
}

/// Every run of 16 bytes in every file of the folder that is one of `wanted`.
pub(crate) fn present(dir: &Path, wanted: &HashSet<[u8; 16]>) -> usize {
    let files = fs_err::read_dir(dir).expect("a folder");
    files
        .map(|entry| {
            let content = fs_err::read(entry.expect("an entry").path()).expect("readable");
            content.windows(16).filter(|window| wanted.contains(*window)).count()
        })
        .sum()
}

/// Enrols, deletes what `delete` says it does, and looks for what is left of it in the files.
async fn check(templates: u64, length: usize, delete: impl AsyncFn(&Stores, u64) -> bool) {
    let folder = fresh().await;
    for index in 0..templates {
        let (subject, template) = (format!("s{}", index % 5), format!("t{index:04}"));
        add(&folder.stores(), &new_template(&subject, &template, &seeded(index, length))).await;
    }
    let dir = folder.close();
    let traces = traces(dir.path());
    assert_eq!(traces.len() as u64, templates);
    let all: HashSet<_> = traces.values().flatten().copied().collect();
    assert!(present(dir.path(), &all) >= all.len(), "the search finds what is there");

    let stores = open(dir.path());
    let mut deleted = HashSet::new();
    // 77 shares no factor with any count used here: every template once, in an order unlike that of the pages.
    for index in (0..templates).map(|step| step * 77 % templates) {
        if delete(&stores, index).await {
            deleted.extend(traces[&format!("t{index:04}")]);
        }
    }
    assert!(!deleted.is_empty());
    // While the folder is open: the log lies beside the database.
    assert_eq!(present(dir.path(), &deleted), 0, "traces of deleted templates");
    let kept: HashSet<_> = all.difference(&deleted).copied().collect();
    assert!(present(dir.path(), &kept) >= kept.len());
}

fn wiped(deleted: Result<Deletion, StoreError>) -> usize {
    let deleted = deleted.expect("deleted");
    assert_eq!(deleted.traces, Traces::Wiped);
    deleted.n_templates
}

async fn delete(stores: &Stores, index: u64) -> usize {
    wiped(stores.templates.delete_template(&app(1), &template_id(&format!("t{index:04}"))).await)
}

#[tokio::test]
async fn a_deleted_template_leaves_no_trace() {
    // Short vectors share a page, long ones fill pages of their own: SQLite frees them in different ways.
    for length in [8, 128, 640, 2000] {
        check(240, length, async |stores, index| index % 3 != 1 && delete(stores, index).await == 1).await;
    }
}

#[tokio::test]
async fn rows_that_moved_inside_the_database_leave_no_trace() {
    // New rows between the deletes make SQLite split and merge pages, and so move the rows that are deleted later.
    for length in [4, 250] {
        check(300, length, async |stores, index| {
            for extra in 0..3 {
                let id = format!("x{}-{extra}", index * 31 % 300);
                add(stores, &new_template("new", &id, &seeded(5000 + 3 * index + extra, length))).await;
            }
            index % 7 != 0 && delete(stores, index).await == 1
        })
        .await;
    }
}

#[tokio::test]
async fn a_replaced_template_leaves_no_trace() {
    check(60, 128, async |stores, index| {
        if index % 2 == 1 {
            return false;
        }
        let new = new_template("new", &format!("t{index:04}"), &seeded(9999 + index, 128));
        let (_, old) = stores.templates.add(&app(1), &new, OnConflict::Replace).await.expect("replaced");
        wiped(Ok(old)) == 1
    })
    .await;
}

#[tokio::test]
async fn a_deleted_subject_gallery_or_app_leaves_no_trace() {
    let default = gallery_id("default");
    check(60, 128, async |stores, index| {
        let subject = subject_id(&format!("s{}", index % 5));
        wiped(stores.templates.delete_subject(&app(1), &default, &subject).await);
        true
    })
    .await;
    check(60, 128, async |stores, index| {
        if index == 0 {
            wiped(stores.templates.delete_gallery(&app(1), &default).await);
            create_gallery(stores, "default").await;
        }
        true
    })
    .await;
    check(60, 128, async |stores, _| {
        wiped(stores.templates.delete_all_galleries(&app(1)).await);
        true
    })
    .await;
    check(60, 128, async |stores, index| {
        if index == 0 {
            wiped(stores.directory.delete_app(&app(1)).await);
        }
        true
    })
    .await;
}
