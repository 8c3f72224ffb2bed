//! The audit log: what is appended is there, is final, can be read beside the writer, and leaves when its time is over.

use std::collections::BTreeMap;
use std::path::Path;

use faceward_core::ModelId;
use faceward_gallery::{AuditEvent, AuditFilter, AuditReader, AuditRecord, Gallery, GalleryError};
use jiff::{Timestamp, ToSpan};
use rusqlite::Connection;
use uuid::Uuid;

use crate::support::{app, fresh, gallery_id, open, subject_id, template_id};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a time")
}

/// Something about `subject`, at that second.
fn event(second: i64, subject: &str) -> AuditEvent {
    AuditEvent {
        at: at(second),
        transaction: Uuid::from_u128(second as u128),
        trx_id: None,
        surface: "v1".into(),
        app: Some(app(1)),
        action: "verify_against".into(),
        gallery: Some(gallery_id("default")),
        subject: Some(subject_id(subject)),
        template: Some(template_id(&format!("{subject}-1"))),
        outcome: "answered".into(),
        verdict: Some("same".into()),
        scores: BTreeMap::from([("similarity".into(), 0.8123), ("threshold".into(), 0.75)]),
        reasons: vec!["little_context".into()],
        models: vec![ModelId::new("toy-1")],
    }
}

fn bare(second: i64) -> AuditEvent {
    AuditEvent {
        trx_id: Some("their-own".to_owned()),
        app: None,
        action: "delete_template".into(),
        gallery: None,
        subject: None,
        template: None,
        outcome: "template_not_found".into(),
        verdict: None,
        scores: BTreeMap::new(),
        reasons: Vec::new(),
        models: Vec::new(),
        ..event(second, "x")
    }
}

fn reader(dir: &Path) -> AuditReader {
    AuditReader::open(dir).expect("it opens").expect("there is a log")
}

fn all(dir: &Path) -> Vec<AuditRecord> {
    reader(dir).page(&AuditFilter::default(), 0, 1000).expect("a page")
}

#[test]
fn records_come_back_as_they_went_in_and_survive_a_restart() {
    let (dir, gallery) = fresh();
    let events = [event(1, "anna"), bare(2), event(3, "bert")];
    gallery.audit().append(&events[..2]).expect("on disk");
    gallery.audit().append(&events[2..]).expect("on disk");
    for _restart in 0..2 {
        let records = all(dir.path());
        assert_eq!(records.iter().map(|record| record.sequence).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(records.into_iter().map(|record| record.event).collect::<Vec<_>>(), events);
    }
    drop(gallery);
    drop(open(dir.path()));
    assert_eq!(all(dir.path()).len(), 3, "read while nobody has the folder open");
}

#[test]
fn a_score_that_is_no_number_is_left_out() {
    let (dir, gallery) = fresh();
    let odd = AuditEvent {
        scores: BTreeMap::from([("similarity".into(), f64::NAN), ("liveness".into(), 0.5)]),
        ..event(1, "anna")
    };
    gallery.audit().append(&[odd]).expect("on disk");
    assert_eq!(all(dir.path())[0].event.scores, BTreeMap::from([("liveness".into(), 0.5)]));
}

#[test]
fn records_are_read_page_by_page_and_by_every_filter() {
    let (dir, gallery) = fresh();
    let other_app = AuditEvent { app: Some(app(2)), ..event(4, "anna") };
    gallery.audit().append(&[event(1, "anna"), event(2, "bert"), bare(3), other_app]).expect("on disk");
    let reader = reader(dir.path());
    let none = AuditFilter::default();
    let rows = [
        (none.clone(), vec![1, 2, 3, 4]),
        (AuditFilter { app: Some(app(1)), ..none.clone() }, vec![1, 2]),
        (AuditFilter { subject: Some(subject_id("anna")), ..none.clone() }, vec![1, 4]),
        (AuditFilter { app: Some(app(2)), subject: Some(subject_id("bert")), ..none.clone() }, vec![]),
        (AuditFilter { template: Some(template_id("bert-1")), ..none.clone() }, vec![2]),
        (AuditFilter { gallery: Some(gallery_id("other")), ..none.clone() }, vec![]),
        (AuditFilter { action: Some("delete_template".to_owned()), ..none.clone() }, vec![3]),
        (AuditFilter { transaction: Some(Uuid::from_u128(2)), ..none.clone() }, vec![2]),
        (AuditFilter { since: Some(at(2)), until: Some(at(4)), ..none.clone() }, vec![2, 3]),
    ];
    let numbers =
        |records: Vec<AuditRecord>| records.iter().map(|record| record.sequence).collect::<Vec<_>>();
    for (filter, expected) in rows {
        assert_eq!(numbers(reader.page(&filter, 0, 100).expect("a page")), expected, "{filter:?}");
    }
    assert_eq!(numbers(reader.page(&none, 1, 2).expect("a page")), [2, 3]);
    assert_eq!(numbers(reader.newest(&none, 2).expect("a page")), [3, 4]);
}

#[test]
fn a_record_is_final() {
    let (dir, gallery) = fresh();
    gallery.audit().append(&[event(1, "anna")]).expect("on disk");
    drop(gallery);
    let database = Connection::open(dir.path().join("audit.db")).expect("a database");
    let refused = database.execute("UPDATE records SET verdict = 'not_same'", []).expect_err("refused");
    assert!(refused.to_string().contains("final"), "{refused}");
}

#[test]
fn a_purge_takes_the_old_ones_out_of_the_files_as_well() {
    let (dir, gallery) = fresh();
    let count = 40;
    let events: Vec<_> =
        (0..count).map(|index| event(index, &format!("secret-subject-{index:04}"))).collect();
    gallery.audit().append(&events).expect("on disk");
    let traces = |gone: std::ops::Range<i64>| {
        let files = fs_err::read_dir(dir.path()).expect("a folder");
        let contents: Vec<_> =
            files.map(|file| fs_err::read(file.expect("a file").path()).expect("bytes")).collect();
        gone.filter(|index| {
            let needle = format!("secret-subject-{index:04}").into_bytes();
            contents.iter().any(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
        })
        .count()
    };
    assert_eq!(traces(0..count), 40, "the search finds what is there");
    assert_eq!(gallery.audit().purge(at(25)).expect("purged"), 25);
    assert_eq!((traces(0..25), traces(25..count)), (0, 15));
    assert_eq!(all(dir.path())[0].sequence, 26, "numbers are never given again");
    gallery.audit().append(&[event(99, "new")]).expect("on disk");
    assert_eq!(gallery.audit().purge(at(1000)).expect("purged"), 16);
    gallery.audit().append(&[event(100, "newer")]).expect("on disk");
    assert_eq!(all(dir.path()).iter().map(|record| record.sequence).collect::<Vec<_>>(), [42]);
    assert_eq!(gallery.audit().purge(at(0) - 1.hour()).expect("nothing is that old"), 0);
}

#[test]
fn the_log_is_read_while_it_is_written() {
    let (dir, gallery) = fresh();
    gallery.audit().append(&[event(1, "anna")]).expect("on disk");
    let reader = reader(dir.path());
    for second in 2..20 {
        gallery.audit().append(&[event(second, "anna")]).expect("a reader is in nobody's way");
        let seen = reader.page(&AuditFilter::default(), 0, 100).expect("a page").len();
        assert_eq!(seen as i64, second, "each record is seen as soon as it is on disk");
    }
    assert_eq!(gallery.audit().purge(at(10)).expect("purged beside an idle reader"), 9);
    assert!(matches!(Gallery::open(dir.path()), Err(GalleryError::InUse(_))));
}

#[test]
fn without_a_log_there_is_nothing_to_read_and_a_newer_one_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    assert!(AuditReader::open(dir.path()).expect("no failure").is_none());
    drop(open(dir.path()));
    let database = Connection::open(dir.path().join("audit.db")).expect("a database");
    database.pragma_update(None, "user_version", 99).expect("set");
    drop(database);
    let error = AuditReader::open(dir.path()).err().expect("from the future");
    assert!(matches!(error, GalleryError::SchemaTooNew { found: 99, .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (dir, gallery) = fresh();
    gallery.audit().append(&[event(1, "anna")]).expect("on disk");
    for name in ["audit.db", "audit.db-wal", "audit.db-shm"] {
        let mode = fs_err::metadata(dir.path().join(name)).expect(name).permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
}
