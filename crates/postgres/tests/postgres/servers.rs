//! Several servers on one database.

use std::time::{Duration, Instant};

use faceward_conformance::samples::{
    MODEL, add, app, at, create_apps, embedding, key_hash, listed, new_template, seeded, template_id,
};
use faceward_core::{ModelId, Projection};
use faceward_postgres::{Consistency, FRESH, PostgresSettings};
use faceward_store::{
    AuditEvent, AuditFilter, ChallengeKey, ChallengeRecord, NewChallenge, OnConflict, OtherKeys, SigningKey,
    Stores,
};
use faceward_testkit::postgres_server;
use uuid::Uuid;

use crate::support::{Database, patient};

/// How long a busy machine may take for what is due after [`FRESH`].
const PATIENCE: Duration = Duration::from_secs(20);

/// Two servers on a database with app 1.
async fn two(settings: PostgresSettings) -> (Database, Stores, Stores) {
    let database = Database::fresh();
    let one: Stores = database.open(settings.clone()).await.into();
    create_apps(&one, 1).await;
    let other = database.open(settings).await.into();
    (database, one, other)
}

fn strict() -> PostgresSettings {
    PostgresSettings { consistency: Consistency::Strict, ..patient() }
}

/// Asks until it holds.
async fn soon(mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "not in time");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn challenge(number: u8) -> NewChallenge {
    let record = ChallengeRecord { movements: vec!["front".into()], subject: None, mirrored: false };
    NewChallenge { id: ChallengeKey([number; 32]), record, expires_at: at(60) }
}

#[tokio::test]
async fn of_two_servers_that_take_one_challenge_one_wins() {
    let (_database, one, other) = two(patient()).await;
    for number in 0..50 {
        let challenge = challenge(number);
        one.challenges.open(&app(1), &challenge, 100, at(0)).await.expect("room");
        let (id, now) = (app(1), at(1));
        let (first, second) = tokio::join!(
            one.challenges.take(&id, &challenge.id, now),
            other.challenges.take(&id, &challenge.id, now)
        );
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    }
}

#[tokio::test]
async fn of_two_servers_that_see_one_frame_one_is_the_earlier() {
    let (_database, one, other) = two(patient()).await;
    for number in 0..50 {
        let (id, frames) = (app(1), [Some([number; 32])]);
        let (first, second) = tokio::join!(
            one.challenges.remember_frames(&id, &frames),
            other.challenges.remember_frames(&id, &frames)
        );
        assert!(first.expect("no error")[0] != second.expect("no error")[0]);
    }
}

#[tokio::test]
async fn servers_that_open_challenges_at_once_share_the_room_of_the_app() {
    let (_database, one, other) = two(patient()).await;
    let open = async |stores: &Stores, numbers: std::ops::Range<u8>| {
        let mut n_opened = 0;
        for number in numbers {
            n_opened +=
                u32::from(stores.challenges.open(&app(1), &challenge(number), 10, at(0)).await.is_ok());
        }
        n_opened
    };
    let (first, second) = tokio::join!(open(&one, 0..20), open(&other, 20..40));
    assert_eq!(first + second, 10);
}

#[tokio::test]
async fn a_key_that_one_server_rotates_and_a_token_that_it_revokes_end_on_all() {
    let (_database, one, other) = two(patient()).await;
    let token = Uuid::from_u128(7);
    one.directory.replace_keys(&app(1), &key_hash(2), at(1), at(2)).await.expect("rotated");
    one.directory.revoke_token(token, at(100), at(1)).await.expect("revoked");
    tokio::time::sleep(FRESH).await;
    // No waiting: an answer that begins now has it in it, however late it comes.
    let standing = other.directory.standing(&app(1), Some(token)).await.expect("an answer");
    let ends: Vec<_> = standing.keys.iter().map(|key| (key.hash.sha256[0], key.expires_at)).collect();
    assert_eq!((ends, standing.revoked), (vec![(1, Some(at(2))), (2, None)], true));
}

#[tokio::test]
async fn a_change_is_seen_without_a_bell() {
    let (database, _one, other) = two(patient()).await;
    let sql = format!(
        "BEGIN;
         DELETE FROM faceward.app_keys;
         UPDATE faceward.log_head SET last = last + 1;
         INSERT INTO faceward.log (sequence, what, app) SELECT last, 'app', '{}' FROM faceward.log_head;
         COMMIT",
        app(1)
    );
    postgres_server().run_sql(database.name(), &sql);
    tokio::time::sleep(FRESH).await;
    assert_eq!(other.directory.standing(&app(1), None).await.expect("an answer").keys, []);
}

#[tokio::test]
async fn a_strict_server_finds_what_another_has_just_acknowledged() {
    let (_database, one, other) = two(strict()).await;
    for index in 0..50 {
        let new = new_template("anna", &format!("t{index}"), &seeded(index, 16));
        add(&one, &new).await;
        let found = other.templates.search(&app(1), None, &new.embedding, 1).await.expect("known");
        assert_eq!(found[0].template, new.template);
        one.templates.delete_template(&app(1), &new.template).await.map(|_| ()).expect("deleted");
        let found = other.templates.search(&app(1), None, &new.embedding, 1).await.expect("known");
        assert_eq!(found, [], "nobody is found who was deleted");
    }
}

/// Numbers of the log rise in the order of commits: whoever reads on after the last one that it has seen misses nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_that_write_at_once_miss_nothing_of_each_other() {
    let (database, one, other) = two(patient()).await;
    create_second_app(&one).await;
    soon(async || other.directory.app(&app(2)).await.is_ok()).await;
    let tasks: Vec<_> = [(1, &one), (1, &other), (2, &one), (2, &other)]
        .into_iter()
        .enumerate()
        .map(|(task, (number, stores))| {
            let stores = stores.clone();
            tokio::spawn(async move {
                for index in 0..25 {
                    let new = new_template("anna", &format!("t{task}-{index}"), &seeded(index, 16));
                    let added = stores.templates.add(&app(number), &new, OnConflict::Refuse).await;
                    added.map(|_| ()).expect("added");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    for stores in [&one, &other] {
        for number in 1..=2 {
            let count = async || stores.templates.count_templates(&app(number)).await.expect("known");
            soon(async || count().await == 50).await;
        }
    }
    let gapless = "SELECT count(*) = max(sequence) AND min(sequence) = 1 FROM faceward.log";
    assert_eq!(postgres_server().run_sql(database.name(), gapless), "t");
}

async fn create_second_app(stores: &Stores) {
    let record = faceward_conformance::samples::app_record(app(2));
    stores.directory.create_app(&record, &key_hash(2)).await.expect("a new app");
}

/// As after a fail-over to a stand-by that had not got the last changes: their numbers are given again.
#[tokio::test]
async fn another_history_of_the_database_is_noticed_and_read_anew() {
    let (database, one, other) = two(patient()).await;
    add(&one, &new_template("anna", "kept", &[1.0, 0.0])).await;
    add(&one, &new_template("bert", "lost", &[0.0, 1.0])).await;
    soon(async || listed(&other).await.len() == 2).await;
    let sql = "BEGIN;
        DELETE FROM faceward.templates WHERE id = 'lost';
        UPDATE faceward.log SET mark = gen_random_uuid() WHERE sequence = (SELECT last FROM faceward.log_head);
        COMMIT";
    postgres_server().run_sql(database.name(), sql);
    for stores in [&one, &other] {
        soon(async || listed(stores).await == ["anna kept"]).await;
    }
}

#[tokio::test]
async fn whoever_is_too_far_behind_reads_everything_anew() {
    let (database, one, other) = two(patient()).await;
    add(&one, &new_template("anna", "a", &[1.0, 0.0])).await;
    let sql = "BEGIN;
        DELETE FROM faceward.templates;
        UPDATE faceward.log_head SET last = last + 10;
        DELETE FROM faceward.log;
        INSERT INTO faceward.log (sequence, what) SELECT last, 'signing_keys' FROM faceward.log_head;
        COMMIT";
    postgres_server().run_sql(database.name(), sql);
    for stores in [&one, &other] {
        soon(async || listed(stores).await.is_empty()).await;
    }
}

#[tokio::test]
async fn a_name_that_went_with_its_subject_is_gone_on_all() {
    let (_database, one, other) = two(strict()).await;
    let named = |template: &str, name: Option<&str>| {
        let mut new = new_template("anna", template, &[1.0, 0.0]);
        new.name = name.map(faceward_conformance::samples::subject_name);
        new
    };
    add(&one, &named("a", Some("Anna"))).await;
    add(&one, &named("b", None)).await;
    for template in ["a", "b"] {
        one.templates.delete_template(&app(1), &template_id(template)).await.map(|_| ()).expect("deleted");
    }
    add(&one, &named("a", None)).await;
    for stores in [&one, &other] {
        let found = stores.templates.search(&app(1), None, &embedding(&[1.0, 0.0]), 1).await.expect("known");
        assert_eq!(found[0].name, None);
    }
}

#[tokio::test]
async fn of_two_servers_without_a_signing_key_one_makes_it() {
    let (_database, one, other) = two(patient()).await;
    let key = |seed: u8| SigningKey {
        id: Uuid::from_u128(u128::from(seed)),
        private: zeroize::Zeroizing::new(vec![seed; 100]),
        created_at: at(1),
        expires_at: None,
    };
    let (first, second) = (key(1), key(2));
    let (one_added, other_added) = tokio::join!(
        one.directory.add_signing_key(&first, OtherKeys::Win),
        other.directory.add_signing_key(&second, OtherKeys::Win)
    );
    one_added.and(other_added).map(|_| ()).expect("no error");
    let of = async |stores: &Stores| {
        let (keys, _) = stores.directory.signing_keys().await.expect("readable");
        keys.iter().map(|key| key.id).collect::<Vec<_>>()
    };
    assert_eq!((of(&one).await.len(), of(&one).await), (1, of(&other).await));
}

fn event(action: String) -> AuditEvent {
    AuditEvent {
        at: at(1),
        transaction: Uuid::from_u128(1),
        trx_id: None,
        surface: "v1".into(),
        app: Some(app(1)),
        operator: None,
        action: action.into(),
        gallery: None,
        subject: None,
        template: None,
        outcome: "answered".into(),
        verdict: None,
        scores: std::collections::BTreeMap::new(),
        reasons: Vec::new(),
        models: Vec::new(),
        deletion: None,
    }
}

#[tokio::test]
async fn audit_records_of_all_servers_are_one_row_without_gaps_and_final() {
    let (database, one, other) = two(patient()).await;
    let append = async |stores: &Stores, name: &str| {
        for index in 0..20 {
            let events = [event(format!("{name}{index}")), event(format!("{name}{index}-end"))];
            stores.audit.append(&events).await.expect("committed");
        }
    };
    tokio::join!(append(&one, "one"), append(&other, "other"));
    let records = one.audit.page(&AuditFilter::default(), 0, 1000).await.expect("a page");
    let numbers: Vec<_> = records.iter().map(|record| record.sequence).collect();
    assert_eq!(numbers, (1..=80).collect::<Vec<_>>());
    for pair in records.chunks(2) {
        let [begun, ended] = pair else { panic!("pairs") };
        assert_eq!(
            format!("{}-end", begun.event.action),
            ended.event.action,
            "what was appended together is"
        );
    }
    let refused = "DO $$ BEGIN UPDATE faceward.audit SET action = 'nothing'; RAISE 'changed';
        EXCEPTION WHEN raise_exception THEN
            IF SQLERRM <> 'audit records are final' THEN RAISE; END IF; END $$";
    postgres_server().run_sql(database.name(), refused);
}

#[tokio::test]
async fn servers_that_project_and_those_that_do_not_yet_share_whole_templates() {
    let database = Database::fresh();
    let older: Stores = database.open(strict()).await.into();
    create_apps(&older, 1).await;
    add(&older, &new_template("anna", "a", &[0.6, 0.8, 0.0])).await;
    let half =
        || Projection::new(ModelId::new(MODEL), ModelId::new("toy-2"), 3, vec![1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    let newer: Stores = database.open_comparing(half().expect("two rows")).await.into();
    let record = newer.templates.template(&app(1), &template_id("a")).await.expect("known").expect("there");
    assert_eq!(record.model.as_str(), "toy-2", "read at the start");
    let added = add(&newer, &new_template("bert", "b", &[0.0, 0.6, 0.8])).await;
    assert_eq!(added.model.as_str(), "toy-2", "read from the log");
    let kept = newer.templates.template(&app(1), &template_id("b")).await.expect("known");
    assert_eq!(kept, Some(added));
    let found = newer.templates.search(&app(1), None, &embedding(&[0.0, 1.0, 0.5]), 1).await.expect("known");
    assert_eq!((found[0].template.as_str(), found[0].cosine.0), ("b", 1.0));
    // The older server has it whole.
    let (record, whole) =
        older.templates.reference(&app(1), &template_id("b")).await.expect("known").expect("there");
    assert_eq!((record.model.as_str(), whole), (MODEL, embedding(&[0.0, 0.6, 0.8])));
}
