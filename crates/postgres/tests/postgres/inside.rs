//! The database searches.

use std::sync::Mutex;

use faceward_conformance::samples::{
    MODEL, add, app, at, create_apps, create_gallery, embedding, embedding_of, gallery_id, listed,
    new_template, seeded, subject_name, template_id,
};
use faceward_conformance::suite::data_keys::finish;
use faceward_core::{Embedding, ModelId, Projection};
use faceward_postgres::{Extent, Postgres, PostgresError, PostgresSettings, ROLES};
use faceward_sealing::KeySource;
use faceward_store::{Candidate, NewTemplate, OnConflict, SearchIndex, StoreError, Stores};
use faceward_testkit::postgres_server;

use crate::support::{Database, inside, open, patient};

mod suite {
    faceward_conformance::suite!(crate::support::SearchingInside);
}

const LENGTH: usize = 160;

async fn found(stores: &Stores, probe: &Embedding, limit: usize) -> Vec<Candidate> {
    stores.templates.search(&app(1), None, probe, limit).await.expect("an answer")
}

/// One that searches in memory and one that lets the database search, on a database with app 1.
async fn both(database: &Database) -> (Stores, Stores) {
    let memory: Stores = database.open(patient()).await.into();
    create_apps(&memory, 1).await;
    (memory, database.open(inside()).await.into())
}

async fn replace(stores: &Stores, new: &NewTemplate) {
    stores.templates.add(&app(1), new, OnConflict::Replace).await.map(|_| ()).expect("added");
}

fn n_to_turn(database: &Database) -> String {
    database.value("SELECT count(*) FROM faceward.to_turn")
}

/// Vectors that differ from `seeded(1)` in the last bits of one value each, and some that are the same.
fn near_ties() -> Vec<NewTemplate> {
    let rows = (0..400_usize).map(|index| {
        let mut vector = seeded(1, LENGTH);
        let value = &mut vector[index % LENGTH];
        *value = f32::from_bits(value.to_bits().wrapping_add(index as u32 / 3));
        let (subject, template) =
            (format!("s{:03}", (index * 7) % 350), format!("t{:03}", (index * 37) % 400));
        new_template(&subject, &template, &vector)
    });
    rows.collect()
}

/// The database's own sums tell these apart in another order: more rows are asked for until nobody else can be nearer.
#[tokio::test]
async fn near_ties_are_ranked_bit_for_bit_as_in_memory() {
    let database = Database::fresh();
    let (memory, inside) = both(&database).await;
    create_gallery(&memory, "staff").await;
    for (index, mut new) in near_ties().into_iter().enumerate() {
        if index % 5 == 0 {
            new.gallery = gallery_id("staff");
        }
        replace(if index % 2 == 0 { &memory } else { &inside }, &new).await;
    }
    memory.templates.delete_template(&app(1), &template_id("t111")).await.map(|_| ()).expect("deleted");
    for (seed, limit) in [(1, 1), (1, 10), (1, 100), (1, 400), (2, 5), (3, 50)] {
        let probe = embedding(&seeded(seed, LENGTH));
        assert_eq!(
            found(&inside, &probe, limit).await,
            found(&memory, &probe, limit).await,
            "{seed} {limit}"
        );
        let staff = [gallery_id("staff")];
        let in_staff = async |stores: &Stores| {
            stores.templates.search(&app(1), Some(&staff), &probe, limit).await.expect("an answer")
        };
        assert_eq!(in_staff(&inside).await, in_staff(&memory).await, "{seed} {limit}");
    }
}

/// By servers that search in memory: before there was a search in the database, and beside it.
#[tokio::test]
async fn who_was_enrolled_without_it_is_found_by_it() {
    let database = Database::fresh();
    let memory: Stores = database.open(patient()).await.into();
    create_apps(&memory, 2).await;
    for index in 0..600_u64 {
        add(&memory, &new_template(&format!("s{index}"), &format!("t{index}"), &seeded(index, 16))).await;
    }
    assert_eq!(database.value("SELECT count(*) FROM pg_extension WHERE extname = 'vector'"), "0");
    let store = database.open(inside()).await;
    let told = Mutex::new(Vec::new());
    store.catch_up(&|done, total| told.lock().expect("alone").push((done, total))).await.expect("ready");
    let told = told.into_inner().expect("alone");
    // What the store does by itself meanwhile is not told.
    assert!(told.iter().all(|(done, total)| done <= total) && told.is_sorted(), "{told:?}");
    assert_eq!(n_to_turn(&database), "0");
    let inside = Stores::from(store);
    let last = new_template("s599", "t599", &seeded(599, 16));
    assert_eq!(found(&inside, &last.embedding, 1).await[0].template, last.template);
    // Beside it: another vector of a template, another name, another subject.
    let mut moved = new_template("bert", "t599", &seeded(10_000, 16));
    moved.name = Some(subject_name("Bert"));
    replace(&memory, &moved).await;
    let first = &found(&inside, &moved.embedding, 1).await[0];
    assert_eq!((first.subject.as_str(), first.cosine.0 > 0.999), ("bert", true));
    assert_eq!(first.name, moved.name);
    assert!(found(&inside, &last.embedding, 1).await[0].cosine.0 < 0.999, "the old vector is gone");
    assert_eq!(n_to_turn(&database), "0", "a search has made it ready");
    assert_eq!(listed(&inside).await, listed(&memory).await);
}

#[tokio::test]
async fn what_lies_there_is_turned_and_keeps_its_cosines() {
    let database = Database::fresh();
    let (_memory, inside) = both(&database).await;
    let rows = ["a", "b"].map(|id| new_template(id, id, &seeded(u64::from(id.as_bytes()[0]), LENGTH)));
    for row in &rows {
        add(&inside, row).await;
    }
    let lying = |id: &str| -> Vec<f32> {
        let text = database.value(&format!("SELECT vector FROM faceward.turned WHERE template = '{id}'"));
        text.trim_matches(['[', ']']).split(',').map(|value| value.parse().expect("a number")).collect()
    };
    let turned = ["a", "b"].map(lying);
    for (row, turned) in rows.iter().zip(&turned) {
        let same =
            row.embedding.vector().iter().zip(turned).filter(|(x, y)| (**x - **y).abs() < 1e-4).count();
        assert!(same < 8, "{same} values are as they were");
    }
    let cosine = rows[0].embedding.cosine(&rows[1].embedding).expect("one model").0;
    assert!((faceward_core::dot(&turned[0], &turned[1]) - cosine).abs() < 1e-6);
}

fn generations(database: &Database) -> String {
    database.value("SELECT string_agg(DISTINCT generation::text, ' ') FROM faceward.turned")
}

/// At every step of the walk, and another server that knows only the key before finds the same.
#[tokio::test]
async fn a_new_key_turns_everything_anew_while_it_is_searched() {
    let database = Database::fresh();
    let (memory, inside) = both(&database).await;
    let other: Stores = database.open(crate::support::inside()).await.into();
    for index in 0..40_u64 {
        add(&inside, &new_template(&format!("s{index}"), &format!("t{index:02}"), &seeded(index, 32))).await;
    }
    let probe = embedding(&seeded(900, 32));
    let expected = found(&memory, &probe, 9).await;
    assert_eq!(generations(&database), "1");
    let newest = inside.data_keys.renew_data_key(&app(1), at(5)).await.expect("made").generation;
    let mut seen = Vec::new();
    loop {
        assert_eq!(found(&other, &probe, 9).await, expected);
        assert_eq!(found(&inside, &probe, 9).await, expected);
        seen.push(generations(&database));
        if inside.data_keys.reseal(&app(1), 9).await.expect("sealed").done {
            break;
        }
    }
    assert!(seen.contains(&format!("1 {newest}")), "it was searched in between: {seen:?}");
    assert_eq!(generations(&database), newest.to_string());
    assert_eq!(found(&other, &probe, 9).await, expected);
    // A server that searches in memory rotates, and turns nothing: the database has it made anew.
    let newest = memory.data_keys.renew_data_key(&app(1), at(6)).await.expect("made").generation;
    finish(&*memory.data_keys, 9).await;
    assert_eq!(found(&other, &probe, 9).await, expected);
    assert_eq!(generations(&database), newest.to_string());
}

async fn refusal(address: &str, database: &Database) -> PostgresError {
    let (address, key) = (address.parse().expect("an address"), KeySource::File(database.key()).into());
    Postgres::open(&address, &key, inside(), (Extent::Everything, None)).await.err().expect("refused")
}

#[tokio::test]
async fn a_role_that_may_not_make_what_it_needs_is_told_who_may() {
    let database = Database::fresh();
    let owner: Stores = database.open(patient()).await.into();
    create_apps(&owner, 1).await;
    drop(owner);
    postgres_server().run_sql(database.name(), ROLES);
    let address = postgres_server().address_as("faceward_server", database.name());
    let refused = refusal(&address, &database).await;
    assert!(matches!(refused, PostgresError::VectorsRefused), "{refused}");
    // The owner makes it, and forgets the rights.
    let owner = database.address.parse().expect("an address");
    faceward_postgres::migrate(&owner, &inside(), None).await.expect("made");
    let refused = refusal(&address, &database).await;
    assert!(matches!(refused, PostgresError::VectorsRefused), "{refused}");
    // Whoever searches in memory needs none.
    let memory: Stores = open(&address, &database.key(), patient()).await.into();
    add(&memory, &new_template("anna", "a", &seeded(1, 64))).await;
    postgres_server().run_sql(database.name(), ROLES);
    let inside: Stores = open(&address, &database.key(), inside()).await.into();
    add(&inside, &new_template("bert", "b", &seeded(2, 64))).await;
    let probe = embedding(&seeded(1, 64));
    assert_eq!(found(&inside, &probe, 9).await, found(&memory, &probe, 9).await);
    let renewed = inside.data_keys.renew_data_key(&app(1), at(2)).await;
    renewed.map(|_| ()).expect("made");
    finish(&*inside.data_keys, 9).await;
    assert_eq!(found(&inside, &probe, 9).await.len(), 2);
    inside.directory.delete_app(&app(1)).await.map(|_| ()).expect("deleted");
    assert_eq!(database.value("SELECT count(*) FROM faceward.turned"), "0");
}

/// Takes two of three values.
fn short(first: usize) -> Projection {
    let row = |at: usize| (0..3).map(move |value| if value == at { 1.0 } else { 0.0 });
    let rows = row(first).chain(row(first + 1)).collect();
    Projection::new(ModelId::new(MODEL), ModelId::new(&format!("short-{first}")), 3, rows).expect("two rows")
}

#[tokio::test]
async fn vectors_are_made_short_before_they_are_turned_and_anew_where_they_are_made_short_otherwise() {
    let database = Database::fresh();
    let memory: Stores = database.open_comparing(short(0)).await.into();
    create_apps(&memory, 1).await;
    let old: Stores = database.open_as(inside(), short(0)).await.into();
    for (id, vector) in [("a", [1.0, 0.0, 3.0]), ("b", [0.6, 0.8, 1.0]), ("c", [0.0, 1.0, 9.0])] {
        add(&old, &new_template(id, id, &vector)).await;
    }
    assert_eq!(database.value("SELECT string_agg(DISTINCT model, ' ') FROM faceward.turned"), "short-0");
    let probe = embedding(&[0.8, 0.6, -5.0]);
    assert_eq!(found(&old, &probe, 9).await, found(&memory, &probe, 9).await);
    let short_probe = embedding_of("short-0", &[0.8, 0.6]);
    assert_eq!(found(&old, &short_probe, 9).await, found(&memory, &short_probe, 9).await);
    let (record, vector) =
        old.templates.reference(&app(1), &template_id("b")).await.expect("known").expect("there");
    assert_eq!((record.model.as_str(), vector.vector().len()), ("short-0", 2));
    assert_eq!(old.templates.template(&app(1), &template_id("b")).await.expect("known"), Some(record));
    let new: Stores = database.open_as(inside(), short(1)).await.into();
    let other_memory: Stores = database.open_comparing(short(1)).await.into();
    assert_eq!(found(&new, &probe, 9).await, found(&other_memory, &probe, 9).await);
    // The other would find nobody, and put what nobody finds: it says that it cannot.
    let refused = old.templates.search(&app(1), None, &probe, 9).await;
    assert!(matches!(refused, Err(StoreError::Unreachable(_))), "{refused:?}");
    let refused =
        old.templates.add(&app(1), &new_template("d", "d", &[1.0, 1.0, 1.0]), OnConflict::Refuse).await;
    assert!(matches!(refused, Err(StoreError::Unreachable(_))), "{refused:?}");
}

#[tokio::test]
async fn a_change_of_another_server_is_found_at_once() {
    let database = Database::fresh();
    let (_memory, one) = both(&database).await;
    let other: Stores = database.open(inside()).await.into();
    for index in 0..20_u64 {
        let new = new_template("anna", &format!("t{index}"), &seeded(index, 32));
        add(&one, &new).await;
        assert_eq!(found(&other, &new.embedding, 1).await[0].template, new.template);
        one.templates.delete_template(&app(1), &new.template).await.map(|_| ()).expect("deleted");
        assert_eq!(found(&other, &new.embedding, 1).await, []);
    }
}

/// All of `n` values, so that vectors are of the length of a projected one.
fn whole(n: usize) -> Projection {
    let rows = (0..n * n).map(|at| if at / n == at % n { 1.0 } else { 0.0 }).collect();
    Projection::new(ModelId::new(MODEL), ModelId::new("whole"), n, rows).expect("rows")
}

/// The index misses some, so this asks for the best alone, and compares what it finds with its own vector as everywhere.
#[tokio::test]
async fn an_index_finds_who_is_near_and_their_cosines_are_exact() {
    const N_VALUES: usize = 16;
    let database = Database::fresh();
    let memory: Stores = database.open_comparing(whole(N_VALUES)).await.into();
    create_apps(&memory, 2).await;
    let by_graph = PostgresSettings { search_index: SearchIndex::Hnsw, ..inside() };
    // However few there are.
    database.value(&format!("ALTER DATABASE {} SET enable_sort = off", database.name()));
    let graph: Stores = database.open_as(by_graph, whole(N_VALUES)).await.into();
    for index in 0..300_u64 {
        let new = new_template(&format!("s{index}"), &format!("t{index}"), &seeded(index, N_VALUES));
        graph
            .templates
            .add(&app(1 + u128::from(index % 2)), &new, OnConflict::Refuse)
            .await
            .map(|_| ())
            .expect("added");
    }
    let mut n_same = 0;
    for seed in 0..40 {
        let probe = embedding(&seeded(5000 + seed, N_VALUES));
        let (found, expected) = (found(&graph, &probe, 5).await, found(&memory, &probe, 5).await);
        assert_eq!(found.len(), 5);
        n_same += usize::from(found == expected);
    }
    assert!(n_same >= 36, "{n_same} of 40");
    let scans = "SELECT idx_scan > 0 FROM pg_stat_user_indexes WHERE indexrelname = 'turned_nearest_16'";
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while database.value(scans) != "t" {
        assert!(std::time::Instant::now() < deadline, "the index was not used");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}
