//! The client against a real server.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod guarded;

use std::time::Duration;

use faceward_milvus::{Collection, Hit, Index, Milvus, MilvusError, Moment, Nearest, Row};
use faceward_testkit::{MilvusServer, milvus_server};

const PATIENCE: Duration = Duration::from_secs(60);
const OWNER: i64 = -7;

fn milvus(server: &MilvusServer) -> Milvus {
    Milvus::new(&server.address().parse().expect("an address"), PATIENCE).expect("a client")
}

/// A unit vector of two dimensions at so many degrees, and 30 zeros.
fn at(degrees: f32) -> Vec<f32> {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let mut vector = vec![0.0; 32];
    vector[..2].copy_from_slice(&[cosine, sine]);
    vector
}

fn row(id: i64, place: i64, degrees: f32) -> Row {
    Row { id, place, owner: OWNER, vector: at(degrees) }
}

async fn found(collection: &Collection<'_>, places: Option<&[i64]>, degrees: f32, since: Moment) -> Vec<i64> {
    let probe = at(degrees);
    let asked = Nearest { owner: OWNER, places, probe: &probe, limit: 10, since };
    collection.nearest(asked).await.expect("an answer").iter().map(|hit| hit.id).collect()
}

#[tokio::test]
async fn what_was_written_is_found_by_its_place_and_what_was_deleted_is_not() {
    let milvus = milvus(milvus_server());
    let collection = milvus.collection("rows", 32);
    assert!(!collection.exists().await.expect("an answer"));
    for _twice in 0..2 {
        collection.prepare(PATIENCE).await.expect("a collection");
    }
    assert!(collection.exists().await.expect("an answer"));
    assert_eq!(milvus.names("row").await.expect("names"), ["rows"]);
    let big = 1 << 62;
    let rows = [row(1, 10, 0.0), row(2, 10, 20.0), row(3, -11, 10.0), row(big, 12, 5.0)];
    let written = collection.put(&rows).await.expect("written");
    assert!(written > Moment::default());
    assert_eq!(found(&collection, None, 0.0, written).await, [1, big, 3, 2]);
    assert_eq!(found(&collection, Some(&[10]), 0.0, written).await, [1, 2]);
    assert_eq!(found(&collection, Some(&[-11, 12]), 0.0, written).await, [big, 3]);
    assert_eq!(found(&collection, Some(&[99]), 0.0, written).await, [0; 0]);
    assert_eq!(collection.ids(1, big, written).await.expect("ids"), [2, 3, big]);
    assert_eq!(collection.ids(1, 3, written).await.expect("ids"), [2, 3]);
    let again = collection.put(&[row(3, -11, 10.0)]).await.expect("written twice");
    assert_eq!(found(&collection, None, 0.0, again).await, [1, big, 3, 2]);
    assert_eq!(collection.ids(1, big, again).await.expect("ids"), [2, 3, big]);
    collection.forget(&[2]).await.expect("deleted");
    let moved = collection.put(&[row(2, -11, 1.0)]).await.expect("written elsewhere");
    assert_eq!(found(&collection, None, 0.0, moved).await, [1, 2, big, 3]);
    assert_eq!(found(&collection, Some(&[10]), 0.0, moved).await, [1]);
    let gone = collection.delete(&[1, 3, 5]).await.expect("deleted");
    assert_eq!(found(&collection, None, 0.0, gone).await, [2, big]);
    assert_eq!(collection.ids(0, big, Moment::default()).await.expect("ids"), [2, big]);
}

#[tokio::test]
async fn a_search_is_exact_and_gives_cosines() {
    let milvus = milvus(milvus_server());
    let collection = milvus.collection("exact", 32);
    collection.prepare(PATIENCE).await.expect("a collection");
    let rows: Vec<_> = (0..3_000).map(|id| row(id, id % 7, id as f32 * 0.05)).collect();
    let written = collection.put(&rows).await.expect("written");
    let probe = at(75.01);
    let asked = Nearest { owner: OWNER, places: None, probe: &probe, limit: 5, since: written };
    let hits = collection.nearest(asked).await.expect("an answer");
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [1500, 1501, 1499, 1502, 1498]);
    for Hit { id, cosine } in hits {
        let expected = (75.01 - id as f32 * 0.05).to_radians().cos();
        assert!((cosine - expected).abs() < 1e-6, "{id}: {cosine} is not {expected}");
    }
    let other = Nearest { owner: OWNER + 1, ..asked };
    assert_eq!(collection.nearest(other).await.expect("an answer"), []);
}

/// Rows that lie in a file each by the dozen, so that Milvus builds their index.
const SMALL_SEGMENTS: [(&str, &str); 3] = [
    ("dataCoord.segment.maxSize", "1"),
    ("dataCoord.segment.sealProportion", "0.2"),
    ("indexCoord.segment.minSegmentNumRowsToEnableIndex", "64"),
];

#[tokio::test]
async fn an_index_takes_the_place_of_another_and_no_row_is_lost() {
    let server = MilvusServer::with(&SMALL_SEGMENTS);
    let milvus = milvus(&server);
    let by = |index| milvus.collection("indexed", 32).searched_by(index);
    by(Index::Flat).prepare(PATIENCE).await.expect("a collection");
    let rows: Vec<_> = (0..6_000).map(|id| row(id, id % 7, id as f32 * 0.05)).collect();
    let mut written = Moment::default();
    for part in rows.chunks(500) {
        written = by(Index::Flat).put(part).await.expect("written");
    }
    for index in [Index::Hnsw, Index::Hnsw, Index::Flat, Index::Hnsw] {
        let collection = by(index);
        collection.prepare(PATIENCE).await.expect("indexed");
        assert_eq!(collection.index().await.expect("an index"), Some(index));
        assert_eq!(found(&collection, None, 75.01, written).await[..3], [1500, 1501, 1499], "{index:?}");
        assert_eq!(found(&collection, Some(&[2]), 75.01, written).await[..2], [1500, 1507], "{index:?}");
        let mut there = collection.ids(-1, 3_000, written).await.expect("ids");
        there.extend(collection.ids(3_000, 6_000, written).await.expect("ids"));
        assert_eq!(there, (0..6_000).collect::<Vec<_>>(), "{index:?}");
        written = collection.put(&[row(7_000, 1, 0.0)]).await.expect("written");
        collection.delete(&[7_000]).await.expect("deleted");
    }
}

#[tokio::test]
async fn what_is_not_ours_is_refused_and_what_is_not_there_is_told() {
    let milvus = milvus(milvus_server());
    milvus.collection("other", 64).prepare(PATIENCE).await.expect("a collection");
    let foreign = milvus.collection("other", 32).prepare(PATIENCE).await.expect_err("another width");
    assert!(matches!(foreign, MilvusError::Foreign(_)), "{foreign}");
    let missing = milvus.collection("nowhere", 32).put(&[row(1, 1, 0.0)]).await.expect_err("no collection");
    assert!(matches!(missing, MilvusError::NoCollection(_)), "{missing:?}");
    let collection = milvus.collection("other", 64);
    assert!(collection.put(&[row(1, 1, 0.0)]).await.is_err_and(|error| !error.passes()), "another width");
    collection.remove().await.expect("removed");
    collection.remove().await.expect("removed already");
    assert_eq!(milvus.names("other").await.expect("names"), [""; 0]);
}

#[tokio::test]
async fn it_says_when_the_server_is_away_or_silent_and_recovers_with_its_rows() {
    let server = MilvusServer::of_its_own();
    let address = server.address().parse().expect("an address");
    let milvus = Milvus::new(&address, Duration::from_secs(10)).expect("a client");
    assert!(milvus.version().await.expect("it answers").starts_with("v2."));
    let collection = milvus.collection("kept", 32);
    collection.prepare(PATIENCE).await.expect("a collection");
    collection.put(&[row(1, 1, 0.0)]).await.expect("written");
    server.stop();
    assert!(milvus.version().await.is_err_and(|error| error.passes()), "nobody is there");
    server.resume();
    collection.prepare(PATIENCE).await.expect("loaded again");
    assert_eq!(found(&collection, None, 0.0, Moment::default()).await, [1]);
    server.be_silent(true);
    let impatient = Milvus::new(&address, Duration::from_millis(300)).expect("a client");
    assert!(impatient.version().await.is_err_and(|error| error.passes()), "nobody answers");
    server.be_silent(false);
    assert!(milvus.version().await.is_ok());
}
