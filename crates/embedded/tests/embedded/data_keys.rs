//! Each app's own key: what it seals, and what goes with it.

use std::collections::HashSet;
use std::path::Path;

use faceward_conformance::Fixture as _;
use faceward_conformance::samples::{add, app, create_apps, new_template, seeded};
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
    assert_eq!(stores.directory.delete_app(&app(1)).await.expect("deleted"), Traces::Wiped);
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
            created_at: faceward_conformance::samples::at(0),
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
