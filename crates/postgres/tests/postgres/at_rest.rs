//! What lies in the database, who may touch it, and whose key opens it.

use faceward_conformance::samples::{
    add, app, create_apps, key_hash, listed, new_template, seeded, subject_name,
};
use faceward_postgres::{Extent, Postgres, PostgresError, ROLES};
use faceward_sealing::{KeySource, SealingError};
use faceward_store::{
    Endpoint, NewEvent, OtherKeys, Reachable as _, SessionRecord, SessionState, SigningKey, Stores,
    WebhookSecret,
};
use faceward_testkit::postgres_server;
use uuid::Uuid;

use crate::support::{Database, open, patient};

async fn refusal(database: &Database, key: &std::path::Path) -> PostgresError {
    let address = database.address.parse().expect("an address");
    Postgres::open(&address, &KeySource::File(key.to_owned()).into(), patient(), (Extent::Everything, None))
        .await
        .err()
        .expect("refused")
}

/// With a template of Anna and a signing key.
async fn filled() -> (Database, Stores) {
    let database = Database::fresh();
    let stores: Stores = database.open(patient()).await.into();
    create_apps(&stores, 1).await;
    let mut new = new_template("anna", "a", &seeded(1, 64));
    new.name = Some(subject_name("Anna Smith"));
    add(&stores, &new).await;
    let private = zeroize::Zeroizing::new(b"a very private key, as it is in DER".to_vec());
    let created_at = faceward_conformance::samples::at(1);
    let key = SigningKey { id: Uuid::from_u128(1), private, created_at, expires_at: None };
    stores.directory.add_signing_key(&key, OtherKeys::Win).await.map(|_| ()).expect("added");
    let key = zeroize::Zeroizing::new(b"a secret that signs".to_vec());
    let secret = WebhookSecret { id: Uuid::from_u128(1), key, created_at };
    let endpoint = Endpoint { url: "https://a.example".to_owned(), enabled: true };
    stores.webhooks.set_webhook(&app(1), &endpoint, &secret).await.expect("set");
    let event = NewEvent {
        id: Uuid::from_u128(1),
        ordering_key: "session".to_owned(),
        kind: "session.completed".into(),
        body: "{\"outcome\":\"a private matter\"}".to_owned(),
        created_at,
        until: created_at,
    };
    assert!(stores.webhooks.record_event(&app(1), &event).await.expect("recorded"));
    let session = SessionRecord {
        id: Uuid::from_u128(1),
        app: app(1),
        link: key_hash(1),
        browser: None,
        state: SessionState::Created,
        revision: 0,
        created_at,
        expires_at: created_at,
        ended_at: None,
        document: "{\"return_url\":\"a private matter\"}".to_owned(),
    };
    stores.sessions.create_session(&session, Some(&new.embedding), 9).await.expect("room");
    (database, stores)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn the_database_learns_no_vector_no_name_and_no_key() {
    let (database, _stores) = filled().await;
    let tables = [
        "templates",
        "subject_names",
        "signing_keys",
        "sessions",
        "session_faces",
        "log",
        "facts",
        "data_keys",
        "webhooks",
        "webhook_secrets",
        "webhook_events",
    ];
    let everything: String = tables
        .iter()
        .map(|table| {
            let sql = format!("SELECT row_to_json(t)::text FROM faceward.{table} AS t");
            postgres_server().run_sql(database.name(), &sql).to_lowercase()
        })
        .collect();
    assert!(everything.contains("anna"), "ids are not hidden, and the tables were read");
    let vector = new_template("anna", "a", &seeded(1, 64)).embedding;
    for value in vector.vector() {
        assert!(!everything.contains(&hex(&value.to_le_bytes())), "a value of the vector");
    }
    for secret in [&b"Anna Smith"[..], b"a very private key", b"a secret that signs", b"a private matter"] {
        assert!(!everything.contains(&hex(secret)));
        assert!(!everything.contains(&String::from_utf8_lossy(secret).to_lowercase()));
    }
}

#[tokio::test]
async fn only_the_key_that_sealed_it_opens_a_database() {
    let (database, _stores) = filled().await;
    let folder = tempfile::tempdir().expect("a folder");
    let other = folder.path().join("master.key");
    let missing = refusal(&database, &other).await;
    assert!(matches!(missing, PostgresError::Sealing(SealingError::KeyMissing(_))), "{missing}");
    let elsewhere = Database::fresh();
    open(&elsewhere.address, &other, patient()).await;
    let wrong = refusal(&database, &other).await;
    assert!(matches!(wrong, PostgresError::Sealing(SealingError::KeyWrong(_))), "{wrong}");
}

#[tokio::test]
async fn a_template_moved_to_another_row_is_noticed() {
    let (database, _stores) = filled().await;
    postgres_server().run_sql(database.name(), "UPDATE faceward.templates SET subject = 'bert'");
    let damaged = refusal(&database, &database.key()).await;
    assert!(matches!(damaged, PostgresError::Damaged { .. }), "{damaged}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let (database, _stores) = filled().await;
    postgres_server().run_sql(database.name(), "INSERT INTO faceward.versions (number) VALUES (99)");
    let newer = refusal(&database, &database.key()).await;
    assert!(matches!(newer, PostgresError::SchemaTooNew { found: 99, .. }), "{newer}");
}

#[tokio::test]
async fn the_role_of_the_script_is_enough_for_a_server_and_for_nothing_else() {
    let (database, stores) = filled().await;
    drop(stores);
    postgres_server().run_sql(database.name(), ROLES);
    // Twice is no error: it is run again after an update.
    postgres_server().run_sql(database.name(), ROLES);
    let address = postgres_server().address_as("faceward_server", database.name());
    let stores: Stores = open(&address, &database.key(), patient()).await.into();
    assert_eq!(listed(&stores).await, ["anna a"]);
    add(&stores, &new_template("bert", "b", &seeded(2, 64))).await;
    let renewed = stores.data_keys.renew_data_key(&app(1), faceward_conformance::samples::at(2)).await;
    renewed.map(|_| ()).expect("made");
    assert_eq!(faceward_conformance::suite::data_keys::finish(&*stores.data_keys, 9).await, 7);
    let deleted = stores.templates.delete_all_galleries(&app(1)).await.expect("deleted");
    assert_eq!(deleted.n_templates, 2);
    assert!(stores.webhooks.delete_webhook(&app(1)).await.expect("deleted").is_some());
    stores.directory.delete_app(&app(1)).await.map(|_| ()).expect("deleted");
    for forbidden in [
        "UPDATE faceward.audit SET action = 'x'",
        "DROP TABLE faceward.audit",
        "ALTER TABLE faceward.templates DISABLE TRIGGER ALL",
        "TRUNCATE faceward.log",
        "CREATE TABLE faceward.mine (x int)",
        "UPDATE faceward.facts SET value = ''",
    ] {
        let sql = format!(
            "SET ROLE faceward_server; DO $$ BEGIN {forbidden}; RAISE 'it was allowed';
             EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"
        );
        postgres_server().run_sql(database.name(), &sql);
    }
}

#[tokio::test]
async fn servers_that_start_at_once_on_an_empty_database_make_its_tables_once() {
    let database = Database::fresh();
    // They share a key: the folder of the first.
    let settings = patient;
    let (one, other, third) =
        tokio::join!(database.open(settings()), database.open(settings()), database.open(settings()));
    let stores: Stores = one.into();
    create_apps(&stores, 1).await;
    for server in [other, third] {
        server.reach().await.expect("it follows");
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_read_holds_up_no_other() {
    let (database, stores) = filled().await;
    let first = stores.sessions.session_of_link(&key_hash(1)).await.expect("an answer").expect("there");
    let second = SessionRecord { id: Uuid::from_u128(2), link: key_hash(2), ..first.clone() };
    stores.sessions.create_session(&second, None, 9).await.expect("room");
    let damage = format!("UPDATE faceward.sessions SET sealed = '\\x00' WHERE id = '{}'", first.id);
    postgres_server().run_sql(database.name(), &damage);
    let page = stores.sessions.overdue_sessions(first.expires_at, None, 1).await.expect("a page");
    assert_eq!((page.sessions.len(), page.damaged), (0, vec![first.id]));
    let rest =
        stores.sessions.overdue_sessions(first.expires_at, page.next.as_ref(), 9).await.expect("a page");
    assert_eq!((rest.sessions, rest.next), (vec![second], None));
}
