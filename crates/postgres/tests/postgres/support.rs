//! Databases of their own, and stores over them.

use std::path::Path;
use std::sync::Arc;

use faceward_conformance::Fixture;
use faceward_core::Projection;
use faceward_postgres::{Extent, Postgres, PostgresSettings, SearchIn};
use faceward_sealing::KeySource;
use faceward_store::Stores;
use faceward_testkit::{postgres_database, postgres_server};
use tempfile::TempDir;

/// A database, and one store over it.
pub(crate) struct OneServer {
    database: Database,
    stores: Option<Stores>,
}

/// The same, where the database searches.
pub(crate) struct SearchingInside(OneServer);

/// An empty database and a key.
pub(crate) struct Database {
    pub(crate) address: String,
    folder: TempDir,
}

impl Database {
    pub(crate) fn fresh() -> Self {
        Self { address: postgres_database(), folder: tempfile::tempdir().expect("a folder") }
    }

    /// Its name on the server.
    pub(crate) fn name(&self) -> &str {
        let (_, rest) = self.address.split_once("@/").expect("a socket");
        rest.split_once('?').expect("a host").0
    }

    pub(crate) fn key(&self) -> std::path::PathBuf {
        self.folder.path().join("master.key")
    }

    /// A server over it.
    pub(crate) async fn open(&self, settings: PostgresSettings) -> Postgres {
        open(&self.address, &self.key(), settings).await
    }

    /// A server over it that compares what `projection` makes of the vectors.
    pub(crate) async fn open_comparing(&self, projection: Projection) -> Postgres {
        self.open_as(patient(), projection).await
    }

    /// The same with other settings.
    pub(crate) async fn open_as(&self, settings: PostgresSettings, projection: Projection) -> Postgres {
        let address = self.address.parse().expect("an address");
        let compared = (Extent::Everything, Some(Arc::new(projection)));
        Postgres::open(&address, &KeySource::File(self.key()).into(), settings, compared)
            .await
            .expect("the database opens")
    }

    /// What `sql` answers, run as the owner.
    pub(crate) fn value(&self, sql: &str) -> String {
        postgres_server().run_sql(self.name(), sql).trim().to_owned()
    }
}

/// The usual settings, for a machine that does a lot besides.
pub(crate) fn patient() -> PostgresSettings {
    PostgresSettings { timeout: std::time::Duration::from_secs(60), ..PostgresSettings::default() }
}

/// The same, where the database searches.
pub(crate) fn inside() -> PostgresSettings {
    PostgresSettings { search: SearchIn::Sql, ..patient() }
}

/// A server over the database at `address`.
pub(crate) async fn open(address: &str, key: &Path, settings: PostgresSettings) -> Postgres {
    let address = address.parse().expect("an address");
    Postgres::open(&address, &KeySource::File(key.to_owned()).into(), settings, (Extent::Everything, None))
        .await
        .expect("the database opens")
}

impl Fixture for OneServer {
    async fn fresh() -> Self {
        let database = Database::fresh();
        let stores = database.open(patient()).await.into();
        Self { database, stores: Some(stores) }
    }

    fn stores(&self) -> Stores {
        self.stores.clone().expect("open")
    }

    async fn reopen(&mut self) {
        self.stores = None;
        self.stores = Some(self.database.open(patient()).await.into());
    }
}

impl Fixture for SearchingInside {
    async fn fresh() -> Self {
        let database = Database::fresh();
        let stores = database.open(inside()).await.into();
        Self(OneServer { database, stores: Some(stores) })
    }

    fn stores(&self) -> Stores {
        self.0.stores()
    }

    async fn reopen(&mut self) {
        self.0.stores = None;
        self.0.stores = Some(self.0.database.open(inside()).await.into());
    }
}
