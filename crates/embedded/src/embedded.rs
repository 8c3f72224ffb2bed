//! The handle to a data folder. What can be asked of it is in `traits`.

use std::path::Path;
use std::sync::Arc;

use faceward_core::Projection;
use faceward_sealing::{KeySource, KeySources};
use faceward_store::StoreError;
use tracing::Instrument as _;

use crate::EmbeddedError;
use crate::database::Database;
use crate::folder::Folder;
use crate::opening::{Opened, Opening, Options};
use crate::snapshots::{Keeper, Pace, Pass};

/// Everything of one data folder. Cheap to clone; all clones are one store. Its methods are those of the traits of
/// `faceward-store`, to be awaited inside a tokio runtime.
#[derive(Clone)]
pub struct Embedded {
    // Dropped first: its thread uses the folder.
    _keeper: Option<Arc<Keeper>>,
    folder: Arc<Folder>,
}

impl Embedded {
    /// Opens the data folder `dir`; makes it, the databases and the key file where they are missing. Blocks.
    ///
    /// # Errors
    /// Another process uses the folder; the key file is missing, exposed or the wrong one; a template was altered; a
    /// database is of a newer version or fails.
    pub fn open(dir: &Path) -> Result<Self, EmbeddedError> {
        Self::open_comparing(dir, None, &|_| {})
    }

    /// Whether `dir` is a data folder: opening any other makes one of it.
    ///
    /// # Errors
    /// The file system does not tell.
    pub fn is_in(dir: &Path) -> std::io::Result<bool> {
        dir.join(Database::FILE).try_exists()
    }

    /// The same, comparing what `projection` makes of the vectors that lie in the folder, and telling `tell` how far it is, from
    /// time to time.
    ///
    /// # Errors
    /// As of [`Embedded::open`].
    pub fn open_comparing(
        dir: &Path,
        projection: Option<Arc<Projection>>,
        tell: &dyn Fn(Opening),
    ) -> Result<Self, EmbeddedError> {
        let options = Options { projection, ..Options::default() };
        Self::open_with(dir, &KeySource::in_folder(dir).into(), options, tell)
    }

    /// The same with the master key of `sources`, opened as `options` say.
    ///
    /// # Errors
    /// As of [`Embedded::open`].
    pub fn open_with(
        dir: &Path,
        sources: &KeySources,
        options: Options,
        tell: &dyn Fn(Opening),
    ) -> Result<Self, EmbeddedError> {
        Ok(Self { _keeper: None, folder: Arc::new(Folder::open(dir, sources, options, tell)?) })
    }

    /// Where the templates came from when the folder was opened.
    #[must_use]
    pub fn opened(&self) -> &Opened {
        &self.folder.opened
    }

    /// Keeps snapshots of the templates from now on, on a thread of its own, until the last clone is dropped.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn keeping_snapshots(self, pace: Pace) -> Result<Self, EmbeddedError> {
        let keeper = Keeper::start(self.folder.snapshots(), self.folder.version(), pace)?;
        Ok(Self { _keeper: Some(Arc::new(keeper)), ..self })
    }

    /// Writes snapshots of the templates now, as far as that is worth it, and gives of how many blocks. Blocks.
    ///
    /// # Errors
    /// The disk or the database fails.
    pub fn write_snapshots(&self, pace: &Pace) -> Result<usize, EmbeddedError> {
        self.folder.snapshots().write_all(pace, Pass { least: pace.least, rest: &|_| true })
    }

    /// For what waits for no disk and no search.
    pub(crate) fn now<T>(&self, ask: impl FnOnce(&Folder) -> Result<T, StoreError>) -> Result<T, StoreError> {
        ask(&self.folder)
    }

    /// For what does.
    pub(crate) async fn off_thread<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Folder) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let folder = Arc::clone(&self.folder);
        let span = tracing::debug_span!("store", db.system.name = "sqlite");
        let asking = tokio::task::spawn_blocking(move || ask(&folder)).instrument(span);
        asking.await.map_err(EmbeddedError::TaskDied)?
    }
}
