//! What is open of a data folder: its databases, and what is in memory of them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use faceward_core::{AppId, Projection};
use faceward_index::{AppEntry, Index, Members, Tenant};
use faceward_sealing::KeySources;
use faceward_store::{Turn, Version};
use parking_lot::{Mutex, RwLock};

use crate::EmbeddedError;
use crate::audit::AuditLog;
use crate::challenges::Challenges;
use crate::database::{Database, Walk};
use crate::opening::Opening;

/// One writer at a time; readers and searches run side by side. Locks are always taken in the order database, walks,
/// members, index, tenant. That of the members is never held for long: each request reads them.
pub(crate) struct Folder {
    // Dropped first: the database holds the lock of the folder.
    pub(crate) audit: AuditLog,
    pub(crate) database: Mutex<Database>,
    pub(crate) members: RwLock<Members>,
    pub(crate) index: Index,
    projection: Option<Arc<Projection>>,
    /// Version of the templates.
    version: AtomicU64,
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
        projection: Option<Arc<Projection>>,
        tell: &dyn Fn(Opening),
    ) -> Result<Self, EmbeddedError> {
        let database = Database::open(dir, sources)?;
        let (members, index) = load(&database, &projection, tell)?;
        Ok(Self {
            audit: AuditLog::open(dir)?,
            database: Mutex::new(database),
            members: RwLock::new(members),
            index,
            projection,
            version: AtomicU64::default(),
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

    pub(crate) fn templates_version(&self) -> Version {
        Version(self.version.load(Ordering::Acquire))
    }

    pub(crate) fn templates_changed(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }
}

/// Templates from one word about the opening to the next.
const TOLD_EVERY: usize = 4096;

/// Everything that is on disk.
fn load(
    database: &Database,
    projection: &Option<Arc<Projection>>,
    tell: &dyn Fn(Opening),
) -> Result<(Members, Index), EmbeddedError> {
    let mut members = Members::default();
    let mut tenants: HashMap<AppId, Tenant> = HashMap::new();
    for record in database.apps()? {
        let app = record.id;
        let mut tenant = Tenant::comparing(projection.clone());
        for (gallery, created_at) in database.galleries(&app)? {
            tenant.create_gallery(gallery, created_at);
        }
        members.apps.insert(app, AppEntry { record, keys: database.keys(&app)? });
        tenants.insert(app, tenant);
    }
    members.revoked = database.revoked_tokens()?.into_iter().collect();
    let total = database.count_templates()?;
    let mut done = 0;
    database.for_each_template(|app, record, vector| {
        let tenant = tenants.get_mut(&app).ok_or(EmbeddedError::Corrupt("the app of a template"))?;
        let fits = tenant.check_length(&record.model, vector.len()).is_ok();
        if !fits {
            return Err(EmbeddedError::Corrupt("the length of a vector"));
        }
        tenant.insert(record, &vector);
        if done % TOLD_EVERY == 0 {
            tell(Opening { done, total });
        }
        done += 1;
        Ok(())
    })?;
    database.for_each_subject_name(|app, gallery, subject, name| {
        let tenant = tenants.get_mut(&app).ok_or(EmbeddedError::Corrupt("the app of a subject"))?;
        tenant.set_name(&gallery, &subject, name);
        Ok(())
    })?;
    Ok((members, Index::of(tenants)))
}
