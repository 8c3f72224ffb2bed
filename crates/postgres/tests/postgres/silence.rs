//! The database takes connections and questions, and says nothing.

use std::time::{Duration, Instant};

use faceward_conformance::samples::{add, app, at, create_apps, embedding, listed, new_template};
use faceward_postgres::{Postgres, PostgresSettings};
use faceward_store::{AuditFilter, ChallengeKey, OnConflict, Reachable as _, StoreError, Stores};
use faceward_testkit::{PostgresProxy, PostgresServer};

use crate::support::open;

/// How long one question may take.
const TIMEOUT: Duration = Duration::from_secs(1);
/// How long a busy machine may take.
const PATIENCE: Duration = Duration::from_secs(60);

struct Place {
    proxy: PostgresProxy,
    postgres: Postgres,
    stores: Stores,
    _server: PostgresServer,
    _folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Self {
        let (server, folder) = (PostgresServer::of_its_own(), tempfile::tempdir().expect("a folder"));
        server.create_database("faces");
        let proxy = PostgresProxy::before(&server);
        let settings = PostgresSettings { timeout: TIMEOUT, ..PostgresSettings::default() };
        let postgres = open(&proxy.address("faces"), &folder.path().join("master.key"), settings).await;
        let stores: Stores = postgres.clone().into();
        create_apps(&stores, 1).await;
        add(&stores, &new_template("anna", "a", &[1.0, 0.0])).await;
        Self { proxy, postgres, stores, _server: server, _folder: folder }
    }

    async fn recovered(&self) {
        self.proxy.be_silent(false);
        let deadline = Instant::now() + PATIENCE;
        while self.postgres.reach().await.is_err() {
            assert!(Instant::now() < deadline, "it did not recover");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The answer, which comes although nobody says anything.
async fn answered<T>(question: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(PATIENCE, question).await.expect("an answer")
}

#[track_caller]
fn unreachable<T: std::fmt::Debug>(what: &str, result: &Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Unreachable(_))), "{what}: {result:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_ends_and_all_goes_on_when_the_database_speaks_again() {
    let place = Place::new().await;
    let stores = &place.stores;
    let (id, probe) = (app(1), embedding(&[1.0, 0.0]));
    let new = new_template("bert", "b", &[0.0, 1.0]);
    place.proxy.be_silent(true);
    unreachable("take", &answered(stores.challenges.take(&id, &ChallengeKey([1; 32]), at(1))).await);
    unreachable("audit", &answered(stores.audit.page(&AuditFilter::default(), 0, 1)).await);
    unreachable("add", &answered(stores.templates.add(&id, &new, OnConflict::Refuse)).await.map(|_| ()));
    unreachable("delete", &answered(stores.templates.delete_template(&id, &new.template)).await.map(|_| ()));
    unreachable("standing", &answered(stores.directory.standing(&id, None)).await);
    unreachable("search", &answered(stores.templates.search(&id, None, &probe, 1)).await);
    unreachable("reach", &answered(place.postgres.reach()).await);
    place.recovered().await;
    assert_eq!(listed(stores).await, ["anna a"], "what was refused was not made");
    add(stores, &new).await;
    assert_eq!(listed(stores).await, ["anna a", "bert b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_without_an_answer_is_not_told_as_one_that_was_not_made() {
    let place = Place::new().await;
    for (name, passed_on) in [("held", false), ("made", true)] {
        place.proxy.be_silent_at(b"COMMIT", passed_on);
        let new = new_template("bert", name, &[0.0, 1.0]);
        let added = answered(place.stores.templates.add(&app(1), &new, OnConflict::Refuse)).await;
        assert!(matches!(added, Err(StoreError::Failed(_))), "{name}: {added:?}");
        place.recovered().await;
    }
    let there = listed(&place.stores).await;
    assert!(there.contains(&"bert made".to_owned()), "{there:?}");
}
