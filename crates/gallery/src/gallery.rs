//! The gallery as others see it: every change goes to disk first and into memory after; every answer is from memory.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use faceward_core::{AppId, Embedding, GalleryId, SubjectId, SubjectName, TemplateId};
use jiff::Timestamp;
use parking_lot::{Mutex, RwLock};
use uuid::Uuid;

use crate::audit::AuditLog;
use crate::store::{Store, TemplateRow, as_stored};
use crate::tenant::Tenant;
use crate::{
    AppRecord, Candidate, GalleryError, GalleryRecord, KeyHash, NewTemplate, OnConflict, SigningKey,
    StoredKey, SubjectRecord, TemplateRecord,
};

type Result<T> = std::result::Result<T, GalleryError>;

/// Apps, keys, galleries and templates of one data folder. Calls block; share it between threads.
///
/// A change is on disk when the call returns. One writer at a time; readers and searches run side by side. Locks are
/// always taken in the order store, tenants, tenant.
pub struct Gallery {
    // Dropped first: the store holds the lock of the folder.
    audit: AuditLog,
    store: Mutex<Store>,
    tenants: RwLock<HashMap<AppId, Arc<RwLock<Tenant>>>>,
    /// Tokens that are no longer accepted, each with its own end.
    revoked: RwLock<HashMap<Uuid, Timestamp>>,
}

/// Opening, and apps with their keys.
impl Gallery {
    /// Opens the data folder `dir`; makes it, the database and the key file where they are missing.
    ///
    /// # Errors
    /// Another process uses the folder; the key file is missing, exposed or the wrong one; a template was altered; the
    /// database is of a newer version or fails.
    pub fn open(dir: &Path) -> Result<Self> {
        let store = Store::open(dir)?;
        let tenants = load(&store)?;
        let revoked = RwLock::new(store.revoked_tokens()?.into_iter().collect());
        let audit = AuditLog::open(dir)?;
        Ok(Self { audit, store: Mutex::new(store), tenants: RwLock::new(tenants), revoked })
    }

    /// The audit log of the folder. What is done here is not recorded by itself: whoever does it knows for whom.
    #[must_use]
    pub const fn audit(&self) -> &AuditLog {
        &self.audit
    }

    /// Creates an app without keys and galleries.
    ///
    /// # Errors
    /// [`GalleryError::AppExists`].
    pub fn create_app(&self, app: &AppRecord) -> Result<()> {
        let store = self.store.lock();
        let app = AppRecord { created_at: as_stored(app.created_at)?, ..app.clone() };
        store.create_app(&app)?;
        self.tenants.write().insert(app.id, Arc::new(RwLock::new(Tenant::new(app))));
        Ok(())
    }

    /// All apps, oldest first.
    #[must_use]
    pub fn list_apps(&self) -> Vec<AppRecord> {
        let tenants: Vec<_> = self.tenants.read().values().cloned().collect();
        let mut apps: Vec<_> = tenants.iter().map(|tenant| tenant.read().record.clone()).collect();
        apps.sort_by_key(|app| (app.created_at, app.id));
        apps
    }

    /// The record of an app. From memory.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn app(&self, app: &AppId) -> Result<AppRecord> {
        Ok(self.tenant(app)?.read().record.clone())
    }

    /// Sets whether the clients of an app send mirror images.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn set_mirrored(&self, app: &AppId, mirrored: bool) -> Result<()> {
        let store = self.store.lock();
        let tenant = self.tenant(app)?;
        store.set_mirrored(app, mirrored)?;
        tenant.write().record.mirrored = mirrored;
        Ok(())
    }

    /// Deletes an app with its keys, galleries and templates; false if there is no such app.
    ///
    /// # Errors
    /// The database fails.
    pub fn delete_app(&self, app: &AppId) -> Result<bool> {
        let store = self.store.lock();
        if self.tenant(app).is_err() {
            return Ok(false);
        }
        store.delete_app(app)?;
        self.tenants.write().remove(app);
        store.erase()?;
        Ok(true)
    }

    /// Adds a key without an end.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn add_key(&self, app: &AppId, hash: &KeyHash, created_at: Timestamp) -> Result<()> {
        let store = self.store.lock();
        let tenant = self.tenant(app)?;
        store.add_key(app, hash, created_at)?;
        let keys = store.keys(app)?;
        tenant.write().keys = keys;
        Ok(())
    }

    /// Lets every key of the app but `keep` end at `until`, if it does not end earlier.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn retire_keys(&self, app: &AppId, keep: &KeyHash, until: Timestamp) -> Result<()> {
        let store = self.store.lock();
        let tenant = self.tenant(app)?;
        store.retire_keys(app, keep, until)?;
        let keys = store.keys(app)?;
        tenant.write().keys = keys;
        Ok(())
    }

    /// The keys of an app, oldest first, those that have ended as well. From memory: cheap enough for each request.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn keys(&self, app: &AppId) -> Result<Vec<StoredKey>> {
        Ok(self.tenant(app)?.read().keys.clone())
    }
}

/// Galleries and subjects.
impl Gallery {
    /// Creates an empty gallery.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`], [`GalleryError::GalleryExists`].
    pub fn create_gallery(&self, app: &AppId, gallery: &GalleryId) -> Result<GalleryRecord> {
        let store = self.store.lock();
        let tenant = self.tenant(app)?;
        if tenant.read().galleries.contains_key(gallery) {
            return Err(GalleryError::GalleryExists(gallery.clone()));
        }
        let created_at = as_stored(Timestamp::now())?;
        store.create_gallery(app, gallery, created_at)?;
        tenant.write().galleries.insert(gallery.clone(), created_at);
        Ok(GalleryRecord { gallery: gallery.clone(), created_at })
    }

    /// Whether the app has a gallery of this id.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn has_gallery(&self, app: &AppId, gallery: &GalleryId) -> Result<bool> {
        Ok(self.tenant(app)?.read().galleries.contains_key(gallery))
    }

    /// The galleries of an app, in ascending order of id.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn list_galleries(&self, app: &AppId) -> Result<Vec<GalleryRecord>> {
        Ok(self.tenant(app)?.read().list_galleries())
    }

    /// Deletes a gallery with its templates; false if there is no such gallery.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn delete_gallery(&self, app: &AppId, gallery: &GalleryId) -> Result<bool> {
        let store = self.store.lock();
        let tenant = self.tenant(app)?;
        if !tenant.read().galleries.contains_key(gallery) {
            return Ok(false);
        }
        store.delete_gallery(app, gallery)?;
        tenant.write().remove_gallery(gallery);
        store.erase()?;
        Ok(true)
    }

    /// Up to `limit` subjects of a gallery after `after`, in ascending order of id. None in an unknown gallery.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn list_subjects(
        &self,
        app: &AppId,
        gallery: &GalleryId,
        after: Option<&SubjectId>,
        limit: usize,
    ) -> Result<Vec<SubjectRecord>> {
        Ok(self.tenant(app)?.read().list_subjects(gallery, after, limit))
    }

    /// What people call a subject, if anybody said.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn subject_name(
        &self,
        app: &AppId,
        gallery: &GalleryId,
        subject: &SubjectId,
    ) -> Result<Option<SubjectName>> {
        Ok(self.tenant(app)?.read().name(gallery, subject).cloned())
    }

    /// The vectors of a subject, of whatever model. None if it has no template: it does not exist.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`], [`GalleryError::GalleryUnknown`].
    pub fn subject_embeddings(
        &self,
        app: &AppId,
        gallery: &GalleryId,
        subject: &SubjectId,
    ) -> Result<Vec<Embedding>> {
        let tenant = self.tenant(app)?;
        let tenant = tenant.read();
        if !tenant.galleries.contains_key(gallery) {
            return Err(GalleryError::GalleryUnknown(gallery.clone()));
        }
        let templates = tenant.templates.templates_of(gallery, Some(subject));
        Ok(templates.iter().filter_map(|template| tenant.templates.embedding(template)).collect())
    }

    /// Deletes every template of a subject and gives how many those were.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn delete_subject(&self, app: &AppId, gallery: &GalleryId, subject: &SubjectId) -> Result<usize> {
        let store = self.store.lock();
        let tenant = self.tenant(app)?;
        let templates = tenant.read().templates.templates_of(gallery, Some(subject));
        if templates.is_empty() {
            return Ok(0);
        }
        store.delete_subject(app, gallery, subject)?;
        let mut writer = tenant.write();
        for template in &templates {
            writer.remove(template);
        }
        drop(writer);
        store.erase()?;
        Ok(templates.len())
    }
}

/// Templates and the search.
impl Gallery {
    /// Enrols a template. The gallery `default` is created on first use, any other must exist.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`], [`GalleryError::GalleryUnknown`], [`GalleryError::Length`]; with
    /// [`OnConflict::Refuse`], [`GalleryError::TemplateExists`].
    pub fn add(&self, app: &AppId, new: &NewTemplate, on_conflict: OnConflict) -> Result<TemplateRecord> {
        let mut store = self.store.lock();
        let tenant = self.tenant(app)?;
        let NewTemplate { gallery, subject, name, template, embedding } = new;
        let (exists, new_gallery, name) = {
            let tenant = tenant.read();
            tenant.templates.check_length(embedding.model(), embedding.vector().len())?;
            let name = name.as_ref().or_else(|| tenant.name(gallery, subject)).cloned();
            (tenant.templates.get(template).is_some(), !tenant.has_gallery(gallery)?, name)
        };
        if exists && on_conflict == OnConflict::Refuse {
            return Err(GalleryError::TemplateExists(template.clone()));
        }
        let record = TemplateRecord {
            gallery: gallery.clone(),
            subject: subject.clone(),
            template: template.clone(),
            model: embedding.model().clone(),
            created_at: as_stored(Timestamp::now())?,
        };
        let row =
            TemplateRow { record: &record, name: name.as_ref(), vector: embedding.vector(), new_gallery };
        store.put_template(app, row)?;
        let mut writer = tenant.write();
        writer.insert(record.clone(), embedding.vector());
        if let Some(name) = name {
            writer.set_name(gallery.clone(), subject.clone(), name);
        }
        drop(writer);
        if exists {
            store.erase()?;
        }
        Ok(record)
    }

    /// Deletes a template, from memory and disk; false if there is no such template.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`]; [`GalleryError::NotErased`] if it is deleted and traces are still on disk.
    pub fn delete(&self, app: &AppId, template: &TemplateId) -> Result<bool> {
        let store = self.store.lock();
        let tenant = self.tenant(app)?;
        if tenant.read().templates.get(template).is_none() {
            return Ok(false);
        }
        store.delete_template(app, template)?;
        tenant.write().remove(template);
        store.erase()?;
        Ok(true)
    }

    /// The record of a template.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn get(&self, app: &AppId, template: &TemplateId) -> Result<Option<TemplateRecord>> {
        Ok(self.tenant(app)?.read().templates.get(template).cloned())
    }

    /// The vector of a template, bit for bit as it was enrolled.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn embedding(&self, app: &AppId, template: &TemplateId) -> Result<Option<Embedding>> {
        Ok(self.tenant(app)?.read().templates.embedding(template))
    }

    /// Up to `limit` templates after `after`, in ascending order of id; of one gallery, or of the whole app.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn list(
        &self,
        app: &AppId,
        gallery: Option<&GalleryId>,
        after: Option<&TemplateId>,
        limit: usize,
    ) -> Result<Vec<TemplateRecord>> {
        Ok(self.tenant(app)?.read().templates.list(gallery, after, limit))
    }

    /// How many templates the app has.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`].
    pub fn count(&self, app: &AppId) -> Result<usize> {
        Ok(self.tenant(app)?.read().templates.len())
    }

    /// The `limit` subjects most like `probe`, each by its best template, best first; equals in ascending order of
    /// gallery, subject and template id. Looks into the galleries named (unknown ones are empty) or into all, and
    /// compares with every template of the probe's model: nobody is missed.
    ///
    /// # Errors
    /// [`GalleryError::AppUnknown`], [`GalleryError::Length`].
    pub fn search(
        &self,
        app: &AppId,
        galleries: Option<&[GalleryId]>,
        probe: &Embedding,
        limit: usize,
    ) -> Result<Vec<Candidate>> {
        self.tenant(app)?.read().templates.search(galleries, probe, limit)
    }

    fn tenant(&self, app: &AppId) -> Result<Arc<RwLock<Tenant>>> {
        self.tenants.read().get(app).cloned().ok_or(GalleryError::AppUnknown(*app))
    }
}

/// Access tokens: the keys that sign them, and those that are no longer accepted.
impl Gallery {
    /// Every signing key, oldest first, those that have ended as well.
    ///
    /// # Errors
    /// The database fails, or a key in it was altered.
    pub fn signing_keys(&self) -> Result<Vec<SigningKey>> {
        self.store.lock().signing_keys()
    }

    /// Adds a key that signs from now on. Tokens of the others are accepted until `until` at most.
    ///
    /// # Errors
    /// The database fails.
    pub fn add_signing_key(&self, key: &SigningKey, until: Timestamp) -> Result<()> {
        let mut store = self.store.lock();
        store.put_signing_key(key, until)?;
        store.erase()
    }

    /// Accepts the token `token`, which ends by itself at `expires_at`, no longer. On disk when this returns.
    ///
    /// # Errors
    /// The database fails.
    pub fn revoke_token(&self, token: Uuid, expires_at: Timestamp) -> Result<()> {
        let now = Timestamp::now();
        self.store.lock().revoke_token(token, expires_at, now)?;
        let mut revoked = self.revoked.write();
        revoked.retain(|_, end| *end >= now);
        revoked.insert(token, expires_at);
        Ok(())
    }

    /// Whether a token was revoked. From memory: cheap enough for each request.
    #[must_use]
    pub fn is_token_revoked(&self, token: Uuid) -> bool {
        self.revoked.read().contains_key(&token)
    }
}

/// Everything that is on disk.
fn load(store: &Store) -> Result<HashMap<AppId, Arc<RwLock<Tenant>>>> {
    let mut tenants = HashMap::new();
    for record in store.apps()? {
        let id = record.id;
        let mut tenant = Tenant::new(record);
        tenant.keys = store.keys(&id)?;
        tenant.galleries = store.galleries(&id)?.into_iter().collect();
        tenants.insert(id, tenant);
    }
    store.for_each_template(|app, record, vector| {
        let tenant = tenants.get_mut(&app).ok_or(GalleryError::Corrupt("the app of a template"))?;
        tenant.templates.check_length(&record.model, vector.len())?;
        tenant.insert(record, &vector);
        Ok(())
    })?;
    store.for_each_subject_name(|app, gallery, subject, name| {
        let tenant = tenants.get_mut(&app).ok_or(GalleryError::Corrupt("the app of a subject"))?;
        tenant.set_name(gallery, subject, name);
        Ok(())
    })?;
    Ok(tenants.into_iter().map(|(app, tenant)| (app, Arc::new(RwLock::new(tenant)))).collect())
}
