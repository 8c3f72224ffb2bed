//! Milvus stops, or is silent, and comes back.

use std::time::{Duration, Instant};

use faceward_conformance::samples::{add, app, create_apps, embedding, listed, new_template, template_id};
use faceward_postgres::{Postgres, PostgresSettings};
use faceward_store::{OnConflict, Reachable as _, StoreError, Stores, Traces};
use faceward_testkit::MilvusServer;

use crate::support::{PATIENCE, Place, names, open, settings};

#[track_caller]
fn unreachable<T: std::fmt::Debug>(what: &str, result: &Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Unreachable(_))), "{what}: {result:?}");
}

async fn until_ready(postgres: &Postgres, expected: bool) {
    let deadline = Instant::now() + PATIENCE;
    while postgres.reach().await.is_ok() != expected {
        assert!(Instant::now() < deadline, "ready is not {expected}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What needs Milvus says that it is away, and changes nothing; the rest goes on.
async fn away(stores: &Stores) {
    let (probe, new) = (embedding(&[1.0, 0.0]), new_template("bert", "b", &[0.0, 1.0]));
    unreachable("search", &stores.templates.search(&app(1), None, &probe, 1).await);
    unreachable("add", &stores.templates.add(&app(1), &new, OnConflict::Refuse).await.map(|_| ()));
    let deleted = stores.templates.delete_template(&app(1), &template_id("a")).await;
    unreachable("delete", &deleted.map(|_| ()));
    assert_eq!(listed(stores).await, ["anna a"]);
    let reference = stores.templates.reference(&app(1), &template_id("a")).await.expect("from the database");
    assert!(reference.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_milvus_is_away_everything_says_so_and_then_all_goes_on() {
    let milvus = MilvusServer::of_its_own();
    let place = Place::beside(&milvus);
    // Long enough for a busy machine, and bearable where nobody answers.
    let settings = PostgresSettings { timeout: Duration::from_secs(5), ..settings(Some(&place.milvus)) };
    let postgres = open(&place.address, &place.key(), settings).await;
    let stores: Stores = postgres.clone().into();
    create_apps(&stores, 1).await;
    add(&stores, &new_template("anna", "a", &[1.0, 0.0])).await;
    place.until("SELECT state FROM faceward.placed", "there").await;
    milvus.stop();
    until_ready(&postgres, false).await;
    away(&stores).await;
    milvus.resume();
    until_ready(&postgres, true).await;
    assert_eq!(names(&stores, &[1.0, 0.0]).await, "a");
    milvus.be_silent(true);
    until_ready(&postgres, false).await;
    away(&stores).await;
    milvus.be_silent(false);
    until_ready(&postgres, true).await;
    add(&stores, &new_template("bert", "b", &[0.8, 0.6])).await;
    assert_eq!(names(&stores, &[1.0, 0.0]).await, "a b");
    let gone = stores.templates.delete_template(&app(1), &template_id("a")).await.expect("deleted");
    assert_eq!((gone.n_templates, gone.traces), (1, Traces::Fading), "Milvus has confirmed it");
    assert_eq!(place.there().await, place.said());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delete_that_milvus_does_not_confirm_says_what_is_left() {
    let milvus = MilvusServer::of_its_own();
    let place = Place::beside(&milvus);
    let settings = PostgresSettings { timeout: Duration::from_secs(2), ..settings(Some(&place.milvus)) };
    let stores: Stores = open(&place.address, &place.key(), settings).await.into();
    create_apps(&stores, 1).await;
    for id in ["a", "b"] {
        add(&stores, &new_template(id, id, &[1.0, 0.0])).await;
    }
    place.until("SELECT count(*) FROM faceward.placed WHERE state = 'there'", "2").await;
    let before = place.there().await;
    milvus.be_silent(true);
    let gone = stores.templates.delete_template(&app(1), &template_id("a")).await.expect("deleted");
    assert_eq!((gone.n_templates, gone.traces), (1, Traces::Left));
    milvus.be_silent(false);
    place.until("SELECT string_agg(template, ' ') FROM faceward.placed", "b").await;
    assert_eq!((before.len(), place.there().await), (2, place.said()));
    assert_eq!(names(&stores, &[1.0, 0.0]).await, "b");
}
