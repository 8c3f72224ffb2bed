//! A server is killed between the two stores.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use faceward_conformance::samples::{add, app, create_apps, new_template, template_id};
use faceward_postgres::Postgres;
use faceward_store::{Reachable as _, Stores};
use faceward_testkit::{MilvusServer, PostgresProxy, postgres_server};

use crate::support::{PATIENCE, Place, names, open, settings};

const ANNA: [f32; 2] = [1.0, 0.0];
const BERT: [f32; 2] = [0.8, 0.6];

/// Kills a process as the kernel does.
fn kill(mut child: Child) {
    child.kill().expect("killed");
    child.wait().expect("gone");
}

/// Another process that enrols `b` by the store at `address`, deletes `gone`, and waits for its end.
fn victim(place: &Place, address: &str, gone: &str) -> Child {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "crash::a_victim", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("another process");
    let mut input = child.stdin.take().expect("its input");
    write!(input, "{address}\n{}\n{}\n{gone}", place.milvus, place.key().display()).expect("told");
    child
}

/// The other process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "what other tests start and kill"]
async fn a_victim() {
    let mut told = String::new();
    std::io::stdin().read_to_string(&mut told).expect("told");
    let told: Vec<_> = told.lines().collect();
    let [address, milvus, key, gone] = told[..] else { panic!("told what to open") };
    let stores: Stores = open(address, key.as_ref(), settings(Some(milvus))).await.into();
    add(&stores, &new_template("bert", "b", &BERT)).await;
    stores.templates.delete_template(&app(1), &template_id(gone)).await.map(|_| ()).expect("deleted");
    tokio::time::sleep(PATIENCE * 2).await;
}

async fn ready(postgres: &Postgres) {
    let deadline = Instant::now() + PATIENCE;
    while postgres.reach().await.is_err() {
        assert!(Instant::now() < deadline, "it is not ready");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A place in which `a` is enrolled, in both stores.
async fn with_anna(milvus: &MilvusServer) -> Place {
    let place = Place::beside(milvus);
    let stores: Stores = place.open().await.into();
    create_apps(&stores, 1).await;
    add(&stores, &new_template("anna", "a", &ANNA)).await;
    place.until("SELECT state FROM faceward.placed", "there").await;
    place
}

/// Both stores have these templates, once, and nothing else.
async fn whole(place: &Place, templates: &str) {
    let postgres = place.open().await;
    ready(&postgres).await;
    let stores: Stores = postgres.into();
    assert_eq!(names(&stores, &ANNA).await, templates);
    place
        .until(
            "SELECT string_agg(template, ' ' ORDER BY id) FROM faceward.placed WHERE state = 'there'",
            templates,
        )
        .await;
    place.until("SELECT count(*) FROM faceward.placed WHERE state <> 'there'", "0").await;
    assert_eq!(place.there().await, place.said());
    assert_eq!(names(&stores, &ANNA).await, templates);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_database_has_and_milvus_has_not_gets_there() {
    let milvus = MilvusServer::of_its_own();
    let place = with_anna(&milvus).await;
    let before = place.there().await;
    milvus.be_silent(true);
    let child = victim(&place, &place.address, "a");
    // Both are committed in the database, and Milvus has heard of neither.
    place
        .until(
            "SELECT string_agg(template || ' ' || state, ' ' ORDER BY id) FROM faceward.placed",
            "a going b pending",
        )
        .await;
    kill(child);
    milvus.be_silent(false);
    assert_eq!(place.there().await, before);
    whole(&place, "b").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_milvus_has_and_the_database_does_not_know_is_not_there_twice() {
    let milvus = MilvusServer::of_its_own();
    let place = with_anna(&milvus).await;
    let proxy = PostgresProxy::before(postgres_server());
    let (_, name) = place.address.split_once("@/").expect("a socket");
    let address = proxy.address(name.split_once('?').expect("a host").0);
    // What the round writes down when Milvus has everything never gets to the database.
    proxy.be_silent_at(b"SET state = 'there'", false);
    let child = victim(&place, &address, "nobody");
    let deadline = Instant::now() + PATIENCE;
    while place.there().await.last() != Some(&2) {
        assert!(Instant::now() < deadline, "Milvus does not have it");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!place.said().contains(&2), "the database does not know");
    kill(child);
    proxy.be_silent(false);
    whole(&place, "a b").await;
}
