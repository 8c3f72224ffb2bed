//! Each app's own key: what it seals, and what goes with it.

use std::collections::{BTreeSet, HashSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use faceward_conformance::Fixture as _;
use faceward_conformance::samples::{add, app, at, create_apps, new_template, seeded, template_id};
use faceward_conformance::suite::data_keys::{check, fill, finish};
use faceward_store::{OnConflict, Stores, Traces};
use rusqlite::Connection;

use crate::erasure::present;
use crate::previous;
use crate::support::{Folder, fresh, open};

/// Pieces of the wrapped keys of the folder.
fn wrapped(dir: &Path) -> Vec<[u8; 16]> {
    let database = Connection::open(dir.join("gallery.db")).expect("a database");
    let mut statement = database.prepare("SELECT wrapped FROM data_keys ORDER BY generation").expect("valid");
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
    rows.map(|row| row.expect("a row")[..16].try_into().expect("16 bytes")).collect()
}

/// The version of the sealed form of each template, in the order of their ids.
pub(crate) fn versions(dir: &Path) -> Vec<u8> {
    let database = Connection::open(dir.join("gallery.db")).expect("a database");
    let mut statement = database.prepare("SELECT sealed FROM templates ORDER BY id").expect("valid SQL");
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
    rows.map(|row| row.expect("a row")[0]).collect()
}

#[tokio::test]
async fn with_an_app_goes_the_key_that_opens_what_was_of_it() {
    let folder = Folder::fresh().await;
    create_apps(&folder.stores(), 2).await;
    add(&folder.stores(), &new_template("anna", "a", &seeded(1, 64))).await;
    let dir = folder.close();
    let keys = wrapped(dir.path());
    assert_eq!(keys.len(), 2, "one of each app");
    assert!(present(dir.path(), &HashSet::from([keys[0]])) > 0, "the search finds what is there");
    let stores: Stores = open(dir.path());
    assert_eq!(stores.directory.delete_app(&app(1)).await.expect("deleted").traces, Traces::Wiped);
    // While the folder is open: also in the log of the database.
    assert_eq!(present(dir.path(), &HashSet::from([keys[0]])), 0);
    drop(stores);
    assert_eq!(wrapped(dir.path()), keys[1..]);
    // An app of the same id gets another key, under a number that was never given.
    let stores = open(dir.path());
    create_apps(&stores, 1).await;
    add(&stores, &new_template("anna", "a", &seeded(1, 64))).await;
    drop(stores);
    let database = Connection::open(dir.path().join("gallery.db")).expect("a database");
    let newest: u32 =
        database.query_row("SELECT max(generation) FROM data_keys", [], |row| row.get(0)).expect("one");
    drop(database);
    assert_eq!((newest, wrapped(dir.path()).len()), (3, 2));
    drop(open(dir.path()));
}

#[tokio::test]
async fn what_the_master_key_had_sealed_stays_readable_beside_what_the_data_key_seals() {
    let dir = previous::copy();
    assert_eq!(versions(dir.path()), [1, 1, 1]);
    let stores = open(dir.path());
    let replaced = new_template("anna", "a1", &seeded(7, 37));
    stores.templates.add(&app(1), &replaced, OnConflict::Replace).await.map(|_| ()).expect("replaced");
    drop(stores);
    assert_eq!(versions(dir.path()), [2, 1, 1]);
    let stores = open(dir.path());
    assert_eq!(faceward_conformance::samples::listed(&stores).await, ["anna a1", "anna a2", "bert b1"]);
    drop(stores);
    let database = Connection::open(dir.path().join("gallery.db")).expect("a database");
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, u32>(0)).expect("a count");
    assert_eq!(count("SELECT count(*) FROM apps WHERE by_master"), 2, "it is remembered of whom");
    assert_eq!(count("SELECT count(DISTINCT app) FROM data_keys"), 2);
}

#[tokio::test]
async fn a_wrapped_key_that_was_altered_or_moved_stops_the_start() {
    for sql in [
        "UPDATE data_keys SET wrapped = zeroblob(72) WHERE generation = 1",
        "UPDATE data_keys SET app = (SELECT id FROM apps ORDER BY id DESC LIMIT 1) WHERE generation = 1",
        "UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys WHERE generation = 2) WHERE generation = 1",
    ] {
        let folder = fresh().await;
        let record = faceward_store::AppRecord {
            id: app(2),
            name: "b".to_owned(),
            settings: faceward_store::AppSettings::default(),
            created_at: at(0),
        };
        let key = faceward_conformance::samples::key_hash(2);
        folder.stores().directory.create_app(&record, &key).await.expect("created");
        let dir = folder.close();
        let database = Connection::open(dir.path().join("gallery.db")).expect("a database");
        assert_eq!(database.execute(sql, []).expect("valid SQL"), 1);
        drop(database);
        let error = faceward_embedded::Embedded::open(dir.path()).err().expect("refused").to_string();
        assert!(error.contains("data key") && error.contains("damaged"), "{sql}: {error}");
    }
}

/// By which keys what is sealed of app 1 is sealed: 0 is the master key.
fn generations(dir: &Path) -> BTreeSet<u32> {
    let database = Connection::open(dir.join("gallery.db")).expect("a database");
    let mut found = BTreeSet::new();
    let tables = [
        "templates",
        "subject_names",
        "sessions",
        "session_faces",
        "webhook_secrets",
        "webhook_events",
        "webhook_attempts",
    ];
    for table in tables {
        let sql = format!("SELECT sealed FROM {table}");
        let mut statement = database.prepare(&sql).expect("valid SQL");
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
        let mut n_rows = 0;
        for row in rows {
            let sealed = row.expect("a row");
            found.insert(match sealed[0] {
                1 => 0,
                _ => u32::from_le_bytes(sealed[1..5].try_into().expect("four bytes")),
            });
            n_rows += 1;
        }
        assert!(n_rows > 0, "{table}");
    }
    found
}

#[tokio::test]
async fn what_is_sealed_anew_is_read_back_after_a_restart_and_the_old_key_leaves_no_trace() {
    let folder = Folder::fresh().await;
    fill(&folder.stores()).await;
    let dir = folder.close();
    let (before, keys) = (generations(dir.path()), wrapped(dir.path()));
    assert_eq!(before, BTreeSet::from([1]));
    let stores = open(dir.path());
    let newest = stores.data_keys.renew_data_key(&app(1), at(5)).await.expect("made").generation;
    // 7 templates, 3 names, 3 sessions with a face each, a secret, 3 events with an attempt each.
    assert_eq!(finish(&*stores.data_keys, 4).await, 7 + 3 + 6 + 1 + 6);
    // While the folder is open: also in the log of the database.
    assert_eq!(present(dir.path(), &HashSet::from([keys[0]])), 0);
    check(&stores).await;
    assert_eq!(finish(&*stores.data_keys, 4).await, 0, "nothing is left to do");
    drop(stores);
    assert_eq!(generations(dir.path()), BTreeSet::from([newest]));
    check(&open(dir.path())).await;
}

#[tokio::test]
async fn what_the_master_key_had_sealed_is_sealed_anew_as_well() {
    let dir = previous::copy();
    let stores = open(dir.path());
    let key = stores.data_keys.data_key(&app(1)).await.expect("known");
    assert!(key.by_master && key.n_older == 0, "nobody has asked for it yet: {key:?}");
    stores.data_keys.renew_data_key(&app(1), at(5)).await.map(|_| ()).expect("made");
    assert_eq!(finish(&*stores.data_keys, 100).await, 3 + 1, "three templates and a name");
    assert!(!stores.data_keys.data_key(&app(1)).await.expect("known").by_master);
    drop(stores);
    assert_eq!(versions(dir.path()), [2, 2, 2]);
    assert_eq!(
        faceward_conformance::samples::listed(&open(dir.path())).await,
        ["anna a1", "anna a2", "bert b1"]
    );
}

/// The victim works in its current folder, and only where this file lies.
const MARKER: &str = "rotate-here";

/// Not a test by itself: runs in a process of its own, rotates the key and enrols meanwhile, tells what it does, until it is killed.
#[tokio::test]
#[ignore = "started by a_rotation_that_is_killed_is_finished_by_whoever_comes_after"]
async fn victim() {
    let Ok(round) = fs_err::read_to_string(MARKER) else { return };
    let stores = open(Path::new("data"));
    let mut out = std::io::stdout();
    stores.data_keys.renew_data_key(&app(1), at(5)).await.map(|_| ()).expect("made");
    for step in 100..10_000 {
        writeln!(out, "\nstep").expect("somebody listens");
        stores.data_keys.reseal(&app(1), 1).await.map(|_| ()).expect("sealed anew");
        let template = format!("v{round}-{step:05}");
        add(&stores, &new_template("late", &template, &seeded(step, 16))).await;
        writeln!(out, "\nadded {template} {step}").expect("somebody listens");
    }
}

/// Kills the victim after so many steps; gives what it had added by then.
fn kill_after(dir: &Path, steps: usize) -> Vec<(String, u64)> {
    let mut victim = Command::new(std::env::current_exe().expect("this program"))
        .args(["data_keys::victim", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .current_dir(dir)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let (mut added, mut n_steps) = (Vec::new(), 0);
    for line in BufReader::new(victim.stdout.take().expect("its output")).lines() {
        let line = line.expect("text");
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["step"] => n_steps += 1,
            ["added", template, seed] => added.push((template.to_owned(), seed.parse().expect("a number"))),
            _ => {}
        }
        if n_steps == steps {
            // SIGKILL: what it has told since stays in the pipe.
            victim.kill().expect("killed");
        }
    }
    victim.wait().expect("an end");
    assert!(n_steps >= steps, "the victim died by itself");
    added
}

#[tokio::test]
async fn a_rotation_that_is_killed_is_finished_by_whoever_comes_after() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    fill(&open(&data)).await;
    for (round, steps) in [1, 2, 5, 9, 13, 18, 24, 30, 41].into_iter().enumerate() {
        fs_err::write(dir.path().join(MARKER), round.to_string()).expect("a marker");
        let added = kill_after(dir.path(), steps);
        let stores = open(&data);
        check(&stores).await;
        for (template, seed) in &added {
            let held = stores.templates.reference(&app(1), &template_id(template)).await.expect("known");
            let expected = faceward_conformance::samples::embedding(&seeded(*seed, 16));
            assert_eq!(held.expect("what was acknowledged").1, expected, "{template}");
        }
        if round % 2 == 1 {
            finish(&*stores.data_keys, 3).await;
            let key = stores.data_keys.data_key(&app(1)).await.expect("known");
            assert_eq!(key.n_older, 0);
            drop(stores);
            assert_eq!(generations(&data), BTreeSet::from([key.generation]));
            check(&open(&data)).await;
        }
    }
}
