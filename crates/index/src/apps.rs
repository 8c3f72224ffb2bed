//! Every app in memory, each behind a lock of its own: no search of one waits for a change of another.

use std::collections::BTreeMap;
use std::sync::Arc;

use faceward_core::AppId;
use faceward_store::{Candidate, StoreError, StoredTemplate, TemplatePlace};
use parking_lot::RwLock;

use crate::asking::Search;
use crate::tenant::Tenant;
use crate::workers::Workers;

/// The templates of all apps.
#[derive(Default)]
pub struct Index {
    tenants: RwLock<BTreeMap<AppId, Arc<RwLock<Tenant>>>>,
    workers: Workers,
}

impl Index {
    /// With the apps of `tenants` in it.
    pub fn of(tenants: impl IntoIterator<Item = (AppId, Tenant)>) -> Self {
        let shared = tenants.into_iter().map(|(app, tenant)| (app, Arc::new(RwLock::new(tenant))));
        Self { tenants: RwLock::new(shared.collect()), workers: Workers::default() }
    }

    /// The galleries and templates of an app.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`].
    pub fn tenant(&self, app: &AppId) -> Result<Arc<RwLock<Tenant>>, StoreError> {
        self.tenants.read().get(app).cloned().ok_or(StoreError::AppUnknown(*app))
    }

    /// Adds an app with what it has, in place of any of the same id.
    pub fn put_app(&self, app: AppId, tenant: Tenant) {
        self.tenants.write().insert(app, Arc::new(RwLock::new(tenant)));
    }

    /// Takes an app out with everything that it has.
    pub fn remove_app(&self, app: &AppId) {
        self.tenants.write().remove(app);
    }

    /// The subjects most like each probe, as [`faceward_store::TemplateStore::search`] says; one list a probe, in the order
    /// of the probes. Blocks.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`], [`StoreError::Length`]; [`StoreError::Failed`] with [`crate::Abandoned`] inside.
    pub fn search(&self, app: &AppId, search: Search<'_>) -> Result<Vec<Vec<Candidate>>, StoreError> {
        self.tenant(app)?.read().search(search, &self.workers)
    }

    /// What people call the instructions that a search uses.
    #[must_use]
    pub fn instructions(&self) -> &'static str {
        self.workers.kernel.name()
    }

    /// How many threads all searches share.
    #[must_use]
    pub fn n_threads(&self) -> usize {
        self.workers.n_threads()
    }

    /// A page of everything, as [`faceward_store::TemplateStore::export`] says.
    pub fn export(&self, after: Option<&TemplatePlace>, limit: usize) -> Vec<StoredTemplate> {
        let mut rows = Vec::new();
        for (app, tenant) in self.tenants_from(after.map(|(app, _)| *app)) {
            let tenant = tenant.read();
            let after = after.filter(|(of, _)| *of == app).map(|(_, template)| template);
            for record in tenant.list(None, after, limit - rows.len()) {
                let name = tenant.name(&record.gallery, &record.subject).cloned();
                if let Some(embedding) = tenant.embedding(&record.template) {
                    rows.push(StoredTemplate { app, record, name, embedding });
                }
            }
            if rows.len() == limit {
                break;
            }
        }
        rows
    }

    /// The apps from `first` on, in ascending order of id.
    fn tenants_from(&self, first: Option<AppId>) -> Vec<(AppId, Arc<RwLock<Tenant>>)> {
        let tenants = self.tenants.read();
        let from = tenants.iter().filter(|(app, _)| first.is_none_or(|first| **app >= first));
        from.map(|(app, tenant)| (*app, Arc::clone(tenant))).collect()
    }
}
