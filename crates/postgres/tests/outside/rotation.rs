//! What lies in Milvus is turned by the key of its app, and by the next one when there is one.

use faceward_conformance::samples::{add, app, at, create_apps, new_template, seeded};
use faceward_milvus::{Moment, Nearest};
use faceward_store::Stores;

use crate::support::{Place, found};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vectors_in_milvus_are_turned_and_turned_anew_with_a_new_key() {
    let place = Place::fresh();
    let (one, other): (Stores, Stores) = (place.open().await.into(), place.open().await.into());
    create_apps(&one, 1).await;
    for seed in 0..40 {
        add(&one, &new_template(&format!("s{seed}"), &format!("t{seed:02}"), &seeded(seed, 32))).await;
    }
    let before = found(&other, &seeded(7, 32)).await;
    assert_eq!((before.len(), before[0].template.as_str()), (9, "t07"));
    assert!((before[0].cosine.0 - 1.0).abs() < 1e-6);
    one.data_keys.renew_data_key(&app(1), at(2)).await.map(|_| ()).expect("a new key");
    // While it goes on, on another server.
    loop {
        let step = one.data_keys.reseal(&app(1), 7).await.expect("a step");
        assert_eq!(found(&other, &seeded(7, 32)).await, before);
        if step.done {
            break;
        }
    }
    assert_eq!(place.value("SELECT count(*) FROM faceward.data_keys"), "1");
    place.until("SELECT string_agg(DISTINCT state, ' ') FROM faceward.placed", "there").await;
    assert_eq!(place.there().await, place.said());
    assert!(place.said()[0] > 40, "each is another vector now");
    assert_eq!(found(&other, &seeded(7, 32)).await, before);
    // Whoever looks into Milvus with the vector itself finds nothing that is like it.
    let client = place.client();
    let collection = client.collection(&place.collection(), 32);
    let probe = faceward_conformance::samples::embedding(&seeded(7, 32));
    let owner = 0;
    let asked = Nearest { owner, places: None, probe: probe.vector(), limit: 5, since: Moment::default() };
    assert_eq!(collection.nearest(asked).await.expect("an answer"), [], "nor knows whose they are");
}
