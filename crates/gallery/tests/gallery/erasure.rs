//! Deleted biometric data is gone from the files, not only from the answers.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use rusqlite::Connection;

use crate::support::{add, app, fresh, gallery_id, new_template, open, seeded, subject_id, template_id};
use faceward_gallery::{Gallery, OnConflict};

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
fn present(dir: &Path, wanted: &HashSet<[u8; 16]>) -> usize {
    let files = fs_err::read_dir(dir).expect("a folder");
    files
        .map(|entry| {
            let content = fs_err::read(entry.expect("an entry").path()).expect("readable");
            content.windows(16).filter(|window| wanted.contains(*window)).count()
        })
        .sum()
}

#[track_caller]
fn check(templates: u64, length: usize, delete: impl Fn(&Gallery, u64) -> bool) {
    let (dir, gallery) = fresh();
    for index in 0..templates {
        let (subject, template) = (format!("s{}", index % 5), format!("t{index:04}"));
        add(&gallery, &new_template(&subject, &template, &seeded(index, length)));
    }
    drop(gallery);
    let traces = traces(dir.path());
    assert_eq!(traces.len() as u64, templates);
    let all: HashSet<_> = traces.values().flatten().copied().collect();
    assert!(present(dir.path(), &all) >= all.len(), "the search finds what is there");

    let gallery = open(dir.path());
    let mut deleted = HashSet::new();
    // 77 shares no factor with any count used here: every template once, in an order unlike that of the pages.
    for index in (0..templates).map(|step| step * 77 % templates) {
        if delete(&gallery, index) {
            deleted.extend(traces[&format!("t{index:04}")]);
        }
    }
    assert!(!deleted.is_empty());
    // While the gallery is open: the log lies beside the database.
    assert_eq!(present(dir.path(), &deleted), 0, "traces of deleted templates");
    let kept: HashSet<_> = all.difference(&deleted).copied().collect();
    assert!(present(dir.path(), &kept) >= kept.len());
}

#[test]
fn a_deleted_template_leaves_no_trace() {
    let delete = |gallery: &Gallery, index: u64| {
        index % 3 != 1 && gallery.delete(&app(1), &template_id(&format!("t{index:04}"))).expect("deleted")
    };
    // Short vectors share a page, long ones fill pages of their own: SQLite frees them in different ways.
    for length in [8, 128, 640, 2000] {
        check(240, length, delete);
    }
}

#[test]
fn rows_that_moved_inside_the_database_leave_no_trace() {
    // New rows between the deletes make SQLite split and merge pages, and so move the rows that are deleted later.
    for length in [4, 250] {
        check(300, length, |gallery, index| {
            for extra in 0..3 {
                let id = format!("x{}-{extra}", index * 31 % 300);
                add(gallery, &new_template("new", &id, &seeded(5000 + 3 * index + extra, length)));
            }
            index % 7 != 0 && gallery.delete(&app(1), &template_id(&format!("t{index:04}"))).expect("deleted")
        });
    }
}

#[test]
fn a_replaced_template_leaves_no_trace() {
    check(60, 128, |gallery, index| {
        let new = new_template("new", &format!("t{index:04}"), &seeded(9999 + index, 128));
        index % 2 == 0 && gallery.add(&app(1), &new, OnConflict::Replace).is_ok()
    });
}

#[test]
fn a_deleted_subject_gallery_or_app_leaves_no_trace() {
    let default = gallery_id("default");
    check(60, 128, |gallery, index| {
        let subject = subject_id(&format!("s{}", index % 5));
        gallery.delete_subject(&app(1), &default, &subject).expect("known");
        true
    });
    check(60, 128, |gallery, _| gallery.delete_gallery(&app(1), &default).is_ok());
    check(60, 128, |gallery, _| gallery.delete_app(&app(1)).is_ok());
}
