//! The audit log: what is appended is there, is final, can be read beside the writer, and leaves when its time is over.

use std::collections::BTreeMap;
use std::path::Path;

use faceward_conformance::Fixture as _;
use faceward_conformance::samples::{app, at, gallery_id, subject_id, template_id};
use faceward_core::ModelId;
use faceward_embedded::{AuditReader, Embedded, EmbeddedError};
use faceward_store::{AuditEvent, AuditFilter, AuditRecord, Purged, Traces};
use rusqlite::Connection;
use uuid::Uuid;

use crate::support::{fresh, open};

/// Something about `subject`, at that second.
pub(crate) fn event(second: i64, subject: &str) -> AuditEvent {
    AuditEvent {
        at: at(second),
        transaction: Uuid::from_u128(second as u128),
        trx_id: None,
        surface: "v1".into(),
        operator: None,
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
        deletion: None,
    }
}

fn reader(dir: &Path) -> AuditReader {
    AuditReader::open(dir).expect("it opens").expect("there is a log")
}

fn all(dir: &Path) -> Vec<AuditRecord> {
    reader(dir).page(&AuditFilter::default(), 0, 1000).expect("a page")
}

#[tokio::test]
async fn records_come_back_as_they_went_in_and_survive_a_restart() {
    let folder = fresh().await;
    let audit = folder.stores().audit;
    let events = [event(1, "anna"), event(2, "anna"), event(3, "bert")];
    audit.append(&events[..2]).await.expect("on disk");
    audit.append(&events[2..]).await.expect("on disk");
    for _restart in 0..2 {
        let records = all(folder.path());
        assert_eq!(records.iter().map(|record| record.sequence).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(records.into_iter().map(|record| record.event).collect::<Vec<_>>(), events);
    }
    drop(audit);
    let dir = folder.close();
    drop(open(dir.path()));
    assert_eq!(all(dir.path()).len(), 3, "read while nobody has the folder open");
}

#[tokio::test]
async fn a_record_is_final() {
    let folder = fresh().await;
    let audit = folder.stores().audit;
    audit.append(&[event(1, "anna")]).await.expect("on disk");
    let database = Connection::open(folder.path().join("audit.db")).expect("a database");
    let refused = database.execute("UPDATE records SET verdict = 'not_same'", []).expect_err("refused");
    assert!(refused.to_string().contains("final"), "{refused}");
}

#[tokio::test]
async fn a_purge_takes_the_old_ones_out_of_the_files_as_well() {
    let folder = fresh().await;
    let audit = folder.stores().audit;
    let count = 40;
    let events: Vec<_> =
        (0..count).map(|index| event(index, &format!("secret-subject-{index:04}"))).collect();
    audit.append(&events).await.expect("on disk");
    let traces = |gone: std::ops::Range<i64>| {
        let files = fs_err::read_dir(folder.path()).expect("a folder");
        let contents: Vec<_> =
            files.map(|file| fs_err::read(file.expect("a file").path()).expect("bytes")).collect();
        gone.filter(|index| {
            let needle = format!("secret-subject-{index:04}").into_bytes();
            contents.iter().any(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
        })
        .count()
    };
    assert_eq!(traces(0..count), 40, "the search finds what is there");
    for (n_records, more) in [(20, true), (5, false)] {
        let traces = if more { Traces::Left } else { Traces::Wiped };
        assert_eq!(audit.purge(at(25), 20).await.expect("purged"), Purged { n_records, more, traces });
    }
    assert_eq!((traces(0..25), traces(25..count)), (0, 15));
    assert_eq!(all(folder.path())[0].sequence, 26, "numbers are never given again");
    audit.append(&[event(99, "new")]).await.expect("on disk");
    assert_eq!(audit.purge(at(1000), 100).await.expect("purged").n_records, 16);
    audit.append(&[event(100, "newer")]).await.expect("on disk");
    assert_eq!(all(folder.path()).iter().map(|record| record.sequence).collect::<Vec<_>>(), [42]);
    assert_eq!(audit.purge(at(-3600), 100).await.expect("nothing is that old").n_records, 0);
}

#[tokio::test]
async fn a_reader_keeps_no_purge_waiting_and_what_it_held_is_wiped_by_the_next() {
    let folder = fresh().await;
    let audit = folder.stores().audit;
    audit.append(&[event(1, "anna"), event(2, "bert")]).await.expect("on disk");
    let reader = Connection::open(folder.path().join("audit.db")).expect("a database");
    reader.execute_batch("BEGIN; SELECT count(*) FROM records;").expect("reading");
    let purged = audit.purge(at(2), 100).await.expect("purged");
    assert_eq!(purged, Purged { n_records: 1, more: false, traces: Traces::Left });
    audit.append(&[event(3, "carl")]).await.expect("nobody waits");
    reader.execute_batch("COMMIT").expect("read");
    let purged = audit.purge(at(2), 100).await.expect("purged");
    assert_eq!(purged, Purged { n_records: 0, more: false, traces: Traces::Wiped });
}

#[tokio::test]
async fn the_log_is_read_while_it_is_written() {
    let folder = fresh().await;
    let audit = folder.stores().audit;
    audit.append(&[event(1, "anna")]).await.expect("on disk");
    let reader = reader(folder.path());
    for second in 2..20 {
        audit.append(&[event(second, "anna")]).await.expect("a reader is in nobody's way");
        let seen = reader.page(&AuditFilter::default(), 0, 100).expect("a page").len();
        assert_eq!(seen as i64, second, "each record is seen as soon as it is on disk");
    }
    let purged = audit.purge(at(10), 100).await.expect("purged beside an idle reader");
    assert_eq!(purged, Purged { n_records: 9, more: false, traces: Traces::Wiped });
    assert!(matches!(Embedded::open(folder.path()), Err(EmbeddedError::InUse(_))));
}

#[tokio::test]
async fn without_a_log_there_is_nothing_to_read_and_a_newer_one_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    assert!(AuditReader::open(dir.path()).expect("no failure").is_none());
    drop(open(dir.path()));
    let database = Connection::open(dir.path().join("audit.db")).expect("a database");
    database.pragma_update(None, "user_version", 99).expect("set");
    drop(database);
    let error = AuditReader::open(dir.path()).err().expect("from the future");
    assert!(matches!(error, EmbeddedError::SchemaTooNew { found: 99, .. }), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = fresh().await;
    let audit = folder.stores().audit;
    audit.append(&[event(1, "anna")]).await.expect("on disk");
    for name in ["audit.db", "audit.db-wal", "audit.db-shm"] {
        let mode = fs_err::metadata(folder.path().join(name)).expect(name).permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
}
