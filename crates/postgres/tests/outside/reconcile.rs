//! What one of the two stores has lost, or never had.

use faceward_conformance::samples::{add, create_apps, create_gallery, gallery_id, new_template, seeded};
use faceward_milvus::Row;
use faceward_store::Stores;

use crate::support::{PATIENCE, Place, found, names};

const SETTLED: &str = "SELECT count(*) FILTER (WHERE state <> 'there') FROM faceward.placed";

async fn with_many(place: &Place) -> Stores {
    let stores: Stores = place.open().await.into();
    create_apps(&stores, 1).await;
    for seed in 0..20 {
        add(&stores, &new_template(&format!("s{seed:02}"), &format!("t{seed:02}"), &seeded(seed, 24))).await;
    }
    place.until(SETTLED, "0").await;
    stores
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_milvus_has_lost_and_what_nobody_knows_is_mended_at_the_start() {
    let place = Place::fresh();
    let before = found(&with_many(&place).await, &seeded(3, 24)).await;
    assert_eq!(before.len(), 9);
    let (said, client) = (place.said(), place.client());
    let collection = client.collection(&place.collection(), 32);
    collection.delete(&said[2..12]).await.expect("lost");
    let unknown = |id| Row { id, place: 1, owner: 1, vector: [vec![1.0], vec![0.0; 31]].concat() };
    collection.put(&[unknown(1_000_000), unknown(i64::MAX)]).await.expect("put");
    client.collection(&format!("{}9", place.collection()), 64).prepare(PATIENCE).await.expect("another");
    place.value("UPDATE faceward.placing SET reconciled_at = NULL");
    let stores: Stores = place.open().await.into();
    place.until("SELECT reconciled_at IS NOT NULL FROM faceward.placing", "t").await;
    place.until(SETTLED, "0").await;
    assert_eq!((place.said(), place.there().await), (said.clone(), said));
    assert_eq!(client.names(&place.collection()).await.expect("names"), [place.collection()]);
    assert_eq!(found(&stores, &seeded(3, 24)).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collection_that_is_gone_is_filled_anew_and_nobody_is_missed_meanwhile() {
    let place = Place::fresh();
    let stores = with_many(&place).await;
    let before = found(&stores, &seeded(3, 24)).await;
    let client = place.client();
    client.collection(&place.collection(), 32).remove().await.expect("removed");
    drop(stores);
    let stores: Stores = place.open().await.into();
    // Whoever is answered is answered with everybody.
    loop {
        let probe = faceward_conformance::samples::embedding(&seeded(3, 24));
        match stores.templates.search(&faceward_conformance::samples::app(1), None, &probe, 9).await {
            Ok(found) => break assert_eq!(found, before),
            Err(error) => assert!(matches!(error, faceward_store::StoreError::Unreachable(_)), "{error:?}"),
        }
    }
    place.until(SETTLED, "0").await;
    assert_eq!(place.there().await, place.said());
    assert_eq!(found(&stores, &seeded(3, 24)).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_enrolled_before_milvus_and_by_servers_without_it_gets_there() {
    let place = Place::fresh();
    let memory = place.open_in_memory().await;
    create_apps(&memory, 1).await;
    create_gallery(&memory, "east").await;
    let mut new = new_template("anna", "a", &[1.0, 0.0]);
    new.gallery = gallery_id("east");
    add(&memory, &new).await;
    let stores: Stores = place.open().await.into();
    assert_eq!(names(&stores, &[1.0, 0.0]).await, "a");
    add(&memory, &new_template("bert", "b", &[0.8, 0.6])).await;
    assert_eq!(names(&stores, &[1.0, 0.0]).await, "a b", "also before it is in Milvus");
    place.until(SETTLED, "0").await;
    assert_eq!(place.there().await.len(), 2);
    assert_eq!(names(&stores, &[1.0, 0.0]).await, "a b");
    memory
        .templates
        .delete_gallery(&faceward_conformance::samples::app(1), &gallery_id("east"))
        .await
        .map(|_| ())
        .expect("deleted");
    assert_eq!(names(&stores, &[1.0, 0.0]).await, "b", "also while it is still in Milvus");
    place.until("SELECT string_agg(template, ' ') FROM faceward.placed", "b").await;
    assert_eq!(place.there().await, place.said());
}
