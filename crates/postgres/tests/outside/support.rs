//! Databases of their own, stores over them that search in Milvus, and a look into Milvus itself.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use faceward_conformance::Fixture;
use faceward_conformance::samples::{app, embedding};
use faceward_milvus::{Milvus, Moment};
use faceward_postgres::{Extent, Postgres, PostgresSettings};
use faceward_sealing::KeySource;
use faceward_store::{Candidate, SearchIndex, Stores};
use faceward_testkit::{MilvusServer, milvus_server, postgres_database, postgres_server};
use tempfile::TempDir;

/// How long something may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// The width of the collection of short vectors.
const WIDTH: usize = 32;

/// A database and a key, with a Milvus beside.
pub(crate) struct Place {
    pub(crate) address: String,
    pub(crate) milvus: String,
    folder: TempDir,
}

impl Place {
    /// With the Milvus of all tests.
    pub(crate) fn fresh() -> Self {
        Self::beside(milvus_server())
    }

    pub(crate) fn beside(milvus: &MilvusServer) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { address: postgres_database(), milvus: milvus.address(), folder }
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("master.key")
    }

    /// A server over it that searches in Milvus.
    pub(crate) async fn open(&self) -> Postgres {
        open(&self.address, &self.key(), settings(Some(&self.milvus))).await
    }

    /// The same by this index.
    pub(crate) async fn open_by(&self, search_index: SearchIndex) -> Postgres {
        let settings = PostgresSettings { search_index, ..settings(Some(&self.milvus)) };
        open(&self.address, &self.key(), settings).await
    }

    /// A server over it that searches in its memory.
    pub(crate) async fn open_in_memory(&self) -> Stores {
        open(&self.address, &self.key(), settings(None)).await.into()
    }

    /// What the database answers.
    pub(crate) fn value(&self, sql: &str) -> String {
        let (_, rest) = self.address.split_once("@/").expect("a socket");
        let name = rest.split_once('?').expect("a host").0;
        postgres_server().run_sql(name, sql).trim().to_owned()
    }

    /// Waits until `sql` gives `expected`.
    pub(crate) async fn until(&self, sql: &str, expected: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.value(sql) != expected {
            assert!(Instant::now() < deadline, "{sql} gives {}", self.value(sql));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The ids that the database says are in Milvus, in their order.
    pub(crate) fn said(&self) -> Vec<i64> {
        let ids = self
            .value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM faceward.placed WHERE state = 'there'");
        ids.split_whitespace().map(|id| id.parse().expect("a number")).collect()
    }

    pub(crate) fn collection(&self) -> String {
        let sql = "SELECT 'faceward_' || replace(installation::text, '-', '') FROM faceward.placing";
        format!("{}_{WIDTH}", self.value(sql))
    }

    /// A client of Milvus itself.
    pub(crate) fn client(&self) -> Milvus {
        Milvus::new(&self.milvus.parse().expect("an address"), PATIENCE).expect("a client")
    }

    /// The ids that are in Milvus, in their order.
    pub(crate) async fn there(&self) -> Vec<i64> {
        let moment = Moment(self.value("SELECT moment FROM faceward.placing").parse().expect("a number"));
        let milvus = self.client();
        milvus.collection(&self.collection(), WIDTH).ids(0, i64::MAX, moment).await.expect("ids")
    }
}

/// The usual settings, for a machine that does a lot besides.
pub(crate) fn settings(milvus: Option<&str>) -> PostgresSettings {
    let milvus = milvus.map(|address| address.parse().expect("an address"));
    PostgresSettings { timeout: PATIENCE, milvus, ..PostgresSettings::default() }
}

pub(crate) async fn open(address: &str, key: &Path, settings: PostgresSettings) -> Postgres {
    let address = address.parse().expect("an address");
    let source = KeySource::File(key.to_owned()).into();
    Postgres::open(&address, &source, settings, (Extent::Everything, None)).await.expect("the database opens")
}

/// Who is found by a probe, best first.
pub(crate) async fn found(stores: &Stores, probe: &[f32]) -> Vec<Candidate> {
    stores.templates.search(&app(1), None, &embedding(probe), 9).await.expect("an answer")
}

/// Their templates.
pub(crate) async fn names(stores: &Stores, probe: &[f32]) -> String {
    let found = found(stores, probe).await;
    found.iter().map(|candidate| candidate.template.as_str()).collect::<Vec<_>>().join(" ")
}

/// A place of its own in the shared Milvus, and one store over it.
pub(crate) struct SearchingInMilvus {
    place: Place,
    stores: Option<Stores>,
}

impl Fixture for SearchingInMilvus {
    async fn fresh() -> Self {
        let place = Place::fresh();
        let stores = Some(place.open().await.into());
        Self { place, stores }
    }

    fn stores(&self) -> Stores {
        self.stores.clone().expect("open")
    }

    async fn reopen(&mut self) {
        self.stores = None;
        self.stores = Some(self.place.open().await.into());
    }
}
