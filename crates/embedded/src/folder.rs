//! What is open of a data folder: its databases, and what is in memory of them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use faceward_core::AppId;
use faceward_store::{StoreError, Version};
use parking_lot::{Mutex, RwLock};

use crate::EmbeddedError;
use crate::audit::AuditLog;
use crate::challenges::Challenges;
use crate::database::Database;
use crate::memory::{AppEntry, Members, Tenant};

/// One writer at a time; readers and searches run side by side. Locks are always taken in the order database, members,
/// tenants, tenant. That of the members is never held for long: each request reads them.
pub(crate) struct Folder {
    // Dropped first: the database holds the lock of the folder.
    pub(crate) audit: AuditLog,
    pub(crate) database: Mutex<Database>,
    pub(crate) members: RwLock<Members>,
    tenants: RwLock<BTreeMap<AppId, Arc<RwLock<Tenant>>>>,
    /// Version of the templates.
    version: AtomicU64,
    pub(crate) challenges: Mutex<Challenges>,
    pub(crate) dir: PathBuf,
}

impl Folder {
    /// Opens the folder and reads all of it.
    pub(crate) fn open(dir: &Path) -> Result<Self, EmbeddedError> {
        let database = Database::open(dir)?;
        let (members, tenants) = load(&database)?;
        Ok(Self {
            audit: AuditLog::open(dir)?,
            database: Mutex::new(database),
            members: RwLock::new(members),
            tenants: RwLock::new(tenants),
            version: AtomicU64::default(),
            challenges: Mutex::default(),
            dir: dir.to_owned(),
        })
    }

    /// The galleries and templates of an app.
    pub(crate) fn tenant(&self, app: &AppId) -> Result<Arc<RwLock<Tenant>>, StoreError> {
        self.tenants.read().get(app).cloned().ok_or(StoreError::AppUnknown(*app))
    }

    /// The apps from `first` on, in ascending order of id.
    pub(crate) fn tenants_from(&self, first: Option<AppId>) -> Vec<(AppId, Arc<RwLock<Tenant>>)> {
        let tenants = self.tenants.read();
        let from = tenants.iter().filter(|(app, _)| first.is_none_or(|first| **app >= first));
        from.map(|(app, tenant)| (*app, Arc::clone(tenant))).collect()
    }

    pub(crate) fn add_tenant(&self, app: AppId) {
        self.tenants.write().insert(app, Arc::default());
    }

    pub(crate) fn remove_tenant(&self, app: &AppId) {
        self.tenants.write().remove(app);
        self.templates_changed();
    }

    pub(crate) fn templates_version(&self) -> Version {
        Version(self.version.load(Ordering::Acquire))
    }

    pub(crate) fn templates_changed(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }
}

type Loaded = (Members, BTreeMap<AppId, Arc<RwLock<Tenant>>>);

/// Everything that is on disk.
fn load(database: &Database) -> Result<Loaded, EmbeddedError> {
    let mut members = Members::default();
    let mut tenants: HashMap<AppId, Tenant> = HashMap::new();
    for record in database.apps()? {
        let app = record.id;
        let mut tenant = Tenant::default();
        for (gallery, created_at) in database.galleries(&app)? {
            tenant.create_gallery(gallery, created_at);
        }
        members.apps.insert(app, AppEntry { record, keys: database.keys(&app)? });
        tenants.insert(app, tenant);
    }
    members.revoked = database.revoked_tokens()?.into_iter().collect();
    database.for_each_template(|app, record, vector| {
        let tenant = tenants.get_mut(&app).ok_or(EmbeddedError::Corrupt("the app of a template"))?;
        let fits = tenant.check_length(&record.model, vector.len()).is_ok();
        if !fits {
            return Err(EmbeddedError::Corrupt("the length of a vector"));
        }
        tenant.insert(record, &vector);
        Ok(())
    })?;
    database.for_each_subject_name(|app, gallery, subject, name| {
        let tenant = tenants.get_mut(&app).ok_or(EmbeddedError::Corrupt("the app of a subject"))?;
        tenant.set_name(&gallery, &subject, name);
        Ok(())
    })?;
    let shared = tenants.into_iter().map(|(app, tenant)| (app, Arc::new(RwLock::new(tenant))));
    Ok((members, shared.collect()))
}
