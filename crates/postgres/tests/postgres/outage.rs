//! The database stops and comes back.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use faceward_conformance::samples::{add, app, at, create_apps, embedding, listed, new_template, seeded};
use faceward_postgres::{Postgres, PostgresSettings};
use faceward_store::{AuditFilter, ChallengeKey, OnConflict, Reachable as _, StoreError, Stores};
use faceward_testkit::PostgresServer;

use crate::support::{inside, open, patient};

/// How long recovery may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Place {
    server: PostgresServer,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let server = PostgresServer::of_its_own();
        server.create_database("faces");
        Self { server, folder: tempfile::tempdir().expect("a folder") }
    }

    async fn open(&self) -> Postgres {
        self.open_with(patient()).await
    }

    async fn open_with(&self, settings: PostgresSettings) -> Postgres {
        let key = self.folder.path().join("master.key");
        open(&self.server.address("faces"), &key, settings).await
    }
}

#[track_caller]
fn unreachable<T: std::fmt::Debug>(what: &str, result: &Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Unreachable(_))), "{what}: {result:?}");
}

async fn recovered(postgres: &Postgres) {
    let deadline = Instant::now() + PATIENCE;
    while postgres.reach().await.is_err() {
        assert!(Instant::now() < deadline, "it did not recover");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_everything_says_so_and_then_all_goes_on() {
    let place = Place::new();
    let postgres = place.open().await;
    let stores: Stores = postgres.clone().into();
    create_apps(&stores, 1).await;
    let postgres_inside = place.open_with(inside()).await;
    let inside: Stores = postgres_inside.clone().into();
    add(&stores, &new_template("anna", "a", &[1.0, 0.0])).await;
    for _twice in 0..2 {
        place.server.stop();
        let deadline = Instant::now() + PATIENCE;
        while postgres.reach().await.is_ok() {
            assert!(Instant::now() < deadline, "nobody notices");
        }
        // The follower says so at its next attempt to connect, which is at once.
        while stores.directory.standing(&app(1), None).await.is_ok() {
            assert!(Instant::now() < deadline, "nobody notices");
        }
        let (id, probe) = (app(1), embedding(&[1.0, 0.0]));
        let new = new_template("bert", "b", &[0.0, 1.0]);
        unreachable("standing", &stores.directory.standing(&id, None).await);
        unreachable("version", &stores.directory.version().await);
        unreachable("search", &stores.templates.search(&id, None, &probe, 1).await);
        unreachable("count", &stores.templates.count_templates(&id).await);
        unreachable("add", &stores.templates.add(&id, &new, OnConflict::Refuse).await.map(|_| ()));
        unreachable("delete", &stores.templates.delete_template(&id, &new.template).await.map(|_| ()));
        unreachable("take", &stores.challenges.take(&id, &ChallengeKey([1; 32]), at(1)).await);
        unreachable("audit", &stores.audit.page(&AuditFilter::default(), 0, 1).await);
        unreachable("reach", &postgres.reach().await);
        unreachable("search in it", &inside.templates.search(&id, None, &probe, 1).await);
        unreachable("count in it", &inside.templates.count_templates(&id).await);
        unreachable("add to it", &inside.templates.add(&id, &new, OnConflict::Refuse).await.map(|_| ()));
        unreachable("reach, searching in it", &postgres_inside.reach().await);
        place.server.resume();
        recovered(&postgres).await;
        assert_eq!(listed(&stores).await, ["anna a"]);
        recovered(&postgres_inside).await;
        let found = inside.templates.search(&id, None, &probe, 1).await.expect("an answer");
        assert_eq!((found.len(), found[0].template.as_str()), (1, "a"));
    }
    add(&stores, &new_template("bert", "b", &[0.0, 1.0])).await;
    let again: Stores = place.open().await.into();
    assert_eq!(listed(&again).await, ["anna a", "bert b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_under_load_loses_nothing_that_was_acknowledged() {
    let place = Place::new();
    let postgres = place.open().await;
    let stores: Stores = postgres.clone().into();
    create_apps(&stores, 1).await;
    let mut acknowledged = BTreeSet::new();
    for round in 0..3 {
        let writer = stores.clone();
        let writing = tokio::spawn(async move {
            let mut made = Vec::new();
            for index in 0.. {
                let name = format!("t{round}-{index:05}");
                let new = new_template("anna", &name, &seeded(index, 16));
                match writer.templates.add(&app(1), &new, OnConflict::Refuse).await {
                    Ok(_) => made.push(format!("anna {name}")),
                    Err(StoreError::Unreachable(_) | StoreError::Failed(_)) => break,
                    Err(other) => panic!("{other:?}"),
                }
            }
            made
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        place.server.stop();
        acknowledged.extend(writing.await.expect("no panic"));
        place.server.resume();
        recovered(&postgres).await;
        let held: BTreeSet<_> = listed(&stores).await.into_iter().collect();
        assert!(held.is_superset(&acknowledged), "lost {:?}", acknowledged.difference(&held));
        // At most the one that was under way when the server went down is there without an answer.
        assert!(held.len() <= acknowledged.len() + round + 1);
    }
    assert!(!acknowledged.is_empty(), "something was written");
}
