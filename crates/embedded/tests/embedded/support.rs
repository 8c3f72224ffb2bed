//! A data folder of its own for each test.

use std::path::Path;

use faceward_conformance::Fixture;
use faceward_conformance::samples::create_apps;
use faceward_embedded::Embedded;
use faceward_store::Stores;
use tempfile::TempDir;

/// A data folder and the store over it.
pub(crate) struct Folder {
    stores: Option<Stores>,
    // Deleted last.
    dir: TempDir,
}

impl Fixture for Folder {
    async fn fresh() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        Self { stores: Some(open(dir.path())), dir }
    }

    fn stores(&self) -> Stores {
        self.stores.clone().expect("open")
    }

    async fn reopen(&mut self) {
        self.stores = None;
        self.stores = Some(open(self.dir.path()));
    }
}

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Ends the store; the folder stays.
    pub(crate) fn close(mut self) -> TempDir {
        self.stores = None;
        self.dir
    }
}

pub(crate) fn open(dir: &Path) -> Stores {
    Embedded::open(dir).expect("the folder opens").into()
}

/// An empty folder with app 1.
pub(crate) async fn fresh() -> Folder {
    let folder = Folder::fresh().await;
    create_apps(&folder.stores(), 1).await;
    folder
}
