//! Each app's own key, on several servers.

use faceward_conformance::samples::{
    add, app, at, create_apps, embedding, listed, new_template, seeded, template_id,
};
use faceward_conformance::suite::data_keys::{check, fill, finish};
use faceward_store::{OnConflict, Stores};
use faceward_testkit::postgres_server;

use crate::support::{Database, open, patient};

/// Of a folder that an earlier version has written: template `b1` of `bert` in gallery `staff` of app 1, sealed by the key there.
const BY_MASTER: &str = "013237b8a3381273c1aad6a3f1f445f531d4010fa08158499a18e2730d03f3b3adcea5ce20619286c6327ed91a8eaa5ada80ab2687d373c80398a99c97f4e25df011fc62e2916b9c69d61256e9212ae2b727281d7473e242dfa7b4e9742bfa57afd69197a28b65168d6095a4976d631a99432fb2645afdcded293c7b55c9afb9b170023aa05ab8ed319efa79ee662f97bbf8bdcc98e8337e82c4e84bfe8226293ee217d9105e7e8c3e8d3f9fae58fd98d3fbe7e94b391795caacc4e4a7";

fn value(database: &Database, sql: &str) -> String {
    postgres_server().run_sql(database.name(), sql).trim().to_owned()
}

fn old_folder_key() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/../embedded/tests/folder-2/master.key");
    fs_err::copy(old, dir.path().join("master.key")).expect("copied");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o600);
        fs_err::set_permissions(dir.path().join("master.key"), mode).expect("set");
    }
    dir
}

#[tokio::test]
async fn what_the_master_key_had_sealed_stays_readable_and_its_app_gets_a_key() {
    let (database, key) = (Database::fresh(), old_folder_key());
    let key = key.path().join("master.key");
    let stores: Stores = open(&database.address, &key, patient()).await.into();
    create_apps(&stores, 1).await;
    drop(stores);
    // As a server of before there were data keys has left it.
    value(
        &database,
        &format!(
            "DELETE FROM faceward.data_keys;
             INSERT INTO faceward.galleries SELECT id, 'staff', now() FROM faceward.apps;
             INSERT INTO faceward.templates SELECT id, 'b1', 'staff', 'bert', 'toy-1', 37, decode('{BY_MASTER}', 'hex'),
             now() FROM faceward.apps;"
        ),
    );
    let stores: Stores = open(&database.address, &key, patient()).await.into();
    let (_, vector) =
        stores.templates.reference(&app(1), &template_id("b1")).await.expect("known").expect("there");
    assert_eq!(vector, embedding(&seeded(2, 37)));
    add(&stores, &new_template("anna", "a", &seeded(1, 37))).await;
    let versions = "SELECT string_agg(get_byte(sealed, 0)::text, ' ' ORDER BY id) FROM faceward.templates";
    assert_eq!(value(&database, versions), "2 1");
    let again: Stores = open(&database.address, &key, patient()).await.into();
    assert_eq!(listed(&again).await, ["anna a", "bert b1"]);
}

#[tokio::test]
async fn with_an_app_goes_its_key_and_another_of_the_same_id_has_another_on_every_server() {
    let database = Database::fresh();
    let one: Stores = database.open(patient()).await.into();
    create_apps(&one, 1).await;
    let other: Stores = database.open(patient()).await.into();
    add(&other, &new_template("anna", "a", &seeded(1, 64))).await;
    let keys = "SELECT string_agg(generation::text, ' ') FROM faceward.data_keys";
    assert_eq!(value(&database, keys), "1");
    one.directory.delete_app(&app(1)).await.map(|_| ()).expect("deleted");
    assert_eq!(value(&database, keys), "", "in the same transaction");
    create_apps(&one, 1).await;
    assert_eq!(value(&database, keys), "2");
    // The other server still knows the first key, perhaps: it seals by the second.
    let new = new_template("anna", "b", &seeded(2, 64));
    other.templates.add(&app(1), &new, OnConflict::Refuse).await.map(|_| ()).expect("added");
    let third: Stores = database.open(patient()).await.into();
    assert_eq!(listed(&third).await, ["anna b"]);
}

/// By which keys everything is sealed: 0 is the master key.
fn generations(database: &Database) -> String {
    let tables = [
        "templates",
        "subject_names",
        "sessions",
        "session_faces",
        "webhook_secrets",
        "webhook_events",
        "webhook_attempts",
    ];
    let sealed: Vec<String> =
        tables.iter().map(|table| format!("SELECT sealed FROM faceward.{table}")).collect();
    let number =
        "CASE get_byte(sealed, 0) WHEN 1 THEN 0 ELSE get_byte(sealed, 1) + 256 * get_byte(sealed, 2) END";
    let sql = format!(
        "SELECT string_agg(DISTINCT ({number})::text, ' ') FROM ({}) AS everything",
        sealed.join(" UNION ALL ")
    );
    value(database, &sql)
}

#[tokio::test]
async fn a_key_that_one_server_makes_is_known_to_the_others_when_they_meet_it() {
    let database = Database::fresh();
    let one: Stores = database.open(patient()).await.into();
    fill(&one).await;
    let other: Stores = database.open(patient()).await.into();
    assert_eq!(generations(&database), "1");
    let newest = one.data_keys.renew_data_key(&app(1), at(5)).await.expect("made").generation;
    // At once: nothing was waited for.
    let new = new_template("anna", "at-once", &seeded(30, 16));
    other.templates.add(&app(1), &new, OnConflict::Refuse).await.map(|_| ()).expect("added");
    let newest_only =
        format!("SELECT get_byte(sealed, 1) = {newest} FROM faceward.templates WHERE id = 'at-once'");
    assert_eq!(value(&database, &newest_only), "t", "the other server seals by it");
    assert_eq!(finish(&*one.data_keys, 4).await, 7 + 3 + 6 + 1 + 6);
    check(&other).await;
    assert_eq!(generations(&database), newest.to_string());
    assert_eq!(value(&database, "SELECT count(*) FROM faceward.data_keys WHERE app::text LIKE '%1'"), "1");
    let third: Stores = database.open(patient()).await.into();
    check(&third).await;
}

/// Servers write while the key is replaced again and again, by both at once: nothing is ever sealed by a key that is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_servers_write_while_keys_are_replaced() {
    let database = Database::fresh();
    let servers: Vec<Stores> =
        vec![database.open(patient()).await.into(), database.open(patient()).await.into()];
    fill(&servers[0]).await;
    let writers = servers.iter().enumerate().map(|(number, stores)| {
        let stores = stores.clone();
        tokio::spawn(async move {
            for index in 100..160 {
                let new = new_template("anna", &format!("w{number}-{index:03}"), &seeded(index, 16));
                stores.templates.add(&app(1), &new, OnConflict::Refuse).await.map(|_| ()).expect("added");
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let rotating = servers.iter().map(|stores| async move {
        for round in 0..4 {
            stores.data_keys.renew_data_key(&app(1), at(round)).await.map(|_| ()).expect("made");
            finish(&*stores.data_keys, 16).await;
        }
    });
    futures_util::future::join_all(rotating).await;
    for writer in writers {
        writer.await.expect("no panic");
    }
    finish(&*servers[0].data_keys, 16).await;
    let newest = servers[0].data_keys.data_key(&app(1)).await.expect("known");
    assert_eq!(generations(&database), newest.generation.to_string());
    let again: Stores = database.open(patient()).await.into();
    check(&again).await;
    assert_eq!(listed(&again).await.len(), 7 + 120);
}
