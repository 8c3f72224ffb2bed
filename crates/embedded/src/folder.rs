//! What is open of a data folder: its databases, and what is in memory of them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use faceward_core::{AppId, Projection};
use faceward_index::{Index, Members, Tenant};
use faceward_sealing::KeySources;
use faceward_store::{Turn, Version};
use parking_lot::{Mutex, RwLock};

use crate::EmbeddedError;
use crate::audit::AuditLog;
use crate::challenges::Challenges;
use crate::database::{Database, Walk};
use crate::load::load;
use crate::opening::{Opened, Opening, Options};
use crate::snapshots::{Recipe, Snapshots, Source};

/// One writer at a time; readers and searches run side by side. Locks are always taken in the order database, walks,
/// members, index, tenant. That of the members is never held for long: each request reads them.
pub(crate) struct Folder {
    // Dropped first: the database holds the lock of the folder.
    pub(crate) audit: AuditLog,
    pub(crate) database: Arc<Mutex<Database>>,
    pub(crate) members: RwLock<Members>,
    pub(crate) index: Index,
    projection: Option<Arc<Projection>>,
    /// Version of the templates.
    version: Arc<AtomicU64>,
    recipe: Recipe,
    /// What came of the opening.
    pub(crate) opened: Opened,
    pub(crate) challenges: Mutex<Challenges>,
    pub(crate) purge_turn: Mutex<Turn>,
    /// How far sealing anew is, by app.
    pub(crate) walks: Mutex<HashMap<AppId, Walk>>,
    pub(crate) dir: PathBuf,
    pub(crate) sources: KeySources,
}

impl Folder {
    /// Opens the folder with the key of `sources` and reads all of it, telling how far it is.
    pub(crate) fn open(
        dir: &Path,
        sources: &KeySources,
        options: Options,
        tell: &dyn Fn(Opening),
    ) -> Result<Self, EmbeddedError> {
        let Options { projection, snapshots } = options;
        let database = Database::open(dir, sources, snapshots)?;
        let recipe = Recipe::of(projection.as_deref());
        let source =
            Source { database: &database, projection: projection.as_deref(), recipe, snapshots, tell };
        let (members, index, opened) = load(&source, &projection)?;
        Ok(Self {
            audit: AuditLog::open(dir)?,
            database: Arc::new(Mutex::new(database)),
            members: RwLock::new(members),
            index,
            projection,
            version: Arc::default(),
            recipe,
            opened,
            challenges: Mutex::default(),
            purge_turn: Mutex::default(),
            walks: Mutex::default(),
            dir: dir.to_owned(),
            sources: sources.clone(),
        })
    }

    /// The galleries of an app that has none yet.
    pub(crate) fn new_tenant(&self) -> Tenant {
        Tenant::comparing(self.projection.clone())
    }

    /// What writes the snapshots.
    pub(crate) fn snapshots(&self) -> Snapshots {
        let (database, projection) = (Arc::clone(&self.database), self.projection.clone());
        Snapshots { database, projection, recipe: self.recipe }
    }

    /// Changes with every change of templates.
    pub(crate) fn version(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.version)
    }

    pub(crate) fn templates_version(&self) -> Version {
        Version(self.version.load(Ordering::Acquire))
    }

    pub(crate) fn templates_changed(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }
}
