//! Another index: the servers with the other one stop answering, and everybody is found by those with the new one.

use std::time::Instant;

use faceward_conformance::samples::{add, app, create_apps, embedding, new_template, seeded, template_id};
use faceward_milvus::Index;
use faceward_postgres::Postgres;
use faceward_store::{Candidate, Reachable as _, SearchIndex, StoreError, Stores, Traces};

use crate::support::{PATIENCE, Place};

const OTHER: &str = "another `database.search_index`";

/// As soon as a search is answered; before that it is refused for a while, and never answered in part.
async fn found(stores: &Stores, seed: u64) -> Vec<Candidate> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match stores.templates.search(&app(1), None, &embedding(&seeded(seed, 32)), 9).await {
            Ok(found) => return found,
            Err(error) => {
                assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
                assert!(Instant::now() < deadline, "{error:?}");
            }
        }
    }
}

/// A server with the index of yesterday says why it does not answer.
async fn refused(postgres: &Postgres) {
    let stores: Stores = postgres.clone().into();
    let probe = embedding(&seeded(7, 32));
    let search = stores.templates.search(&app(1), None, &probe, 9).await.map(|_| ());
    for result in [search, postgres.reach().await] {
        let error = result.expect_err("another index");
        assert!(
            matches!(&error, StoreError::Unreachable(cause) if cause.to_string().contains(OTHER)),
            "{error:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_is_changed_by_the_server_that_starts_with_it_and_nobody_is_missed() {
    let place = Place::fresh();
    let mut before = place.open_by(SearchIndex::Exact).await;
    let stores: Stores = before.clone().into();
    create_apps(&stores, 1).await;
    for seed in 0..60 {
        add(&stores, &new_template(&format!("s{seed}"), &format!("t{seed:02}"), &seeded(seed, 32))).await;
    }
    // In Milvus, all of them: what waits is looked at without it.
    place.until("SELECT count(*) FILTER (WHERE state <> 'there') FROM faceward.placed", "0").await;
    let expected = found(&stores, 7).await;
    assert_eq!((expected.len(), expected[0].template.as_str()), (9, "t07"));
    let (client, said) = (place.client(), place.said());
    for (n_gone, (index, in_milvus)) in
        [(SearchIndex::Hnsw, Index::Hnsw), (SearchIndex::Exact, Index::Flat)].into_iter().enumerate()
    {
        let postgres = place.open_by(index).await;
        refused(&before).await;
        let stores: Stores = postgres.clone().into();
        assert_eq!(found(&stores, 7).await, expected, "{index:?}");
        assert_eq!(place.value("SELECT index FROM faceward.placed_in"), index.as_str());
        assert_eq!(client.collection(&place.collection(), 32).index().await.expect("it"), Some(in_milvus));
        postgres.reach().await.expect("ready");
        let (app, template) = (app(1), template_id(&format!("t{n_gone:02}")));
        let gone = stores.templates.delete_template(&app, &template).await.expect("deleted");
        assert_eq!(gone.traces, Traces::Fading, "Milvus has confirmed it");
        before = postgres;
    }
    assert_eq!(place.there().await, place.said());
    assert_eq!(place.said(), said[2..], "no vector was put anew");
}
