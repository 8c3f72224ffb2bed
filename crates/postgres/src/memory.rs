//! What is in the database, in memory, up to a place in the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use faceward_core::Projection;
use faceward_index::{Index, Members, Tenant};
use faceward_store::{TemplateRecord, Version};
use parking_lot::RwLock;

/// Written by whoever follows the log, read by everybody. The lock of the members is never held for long: each request
/// reads them.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) members: RwLock<Members>,
    index: RwLock<Arc<Index>>,
    /// Version of the templates.
    version: AtomicU64,
    projection: Option<Arc<Projection>>,
}

impl Memory {
    /// Nothing yet; what `projection` makes of the vectors of the database will be compared.
    pub(crate) fn comparing(projection: Option<Arc<Projection>>) -> Self {
        Self { projection, ..Self::default() }
    }

    /// The galleries of an app of which nothing is read yet.
    pub(crate) fn new_tenant(&self) -> Tenant {
        Tenant::comparing(self.projection.clone())
    }

    /// A record of the database, of a vector of `n_values` values, as it is in memory.
    pub(crate) fn compared(&self, record: TemplateRecord, n_values: usize) -> TemplateRecord {
        match &self.projection {
            Some(projection) => {
                let model = projection.compared_model(&record.model, n_values).clone();
                TemplateRecord { model, ..record }
            }
            None => record,
        }
    }

    pub(crate) fn index(&self) -> Arc<Index> {
        Arc::clone(&self.index.read())
    }

    pub(crate) fn templates_version(&self) -> Version {
        Version(self.version.load(Ordering::Acquire))
    }

    pub(crate) fn templates_changed(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }

    /// Puts everything new in the place of everything old. All versions rise: nobody knows what has changed.
    pub(crate) fn replace(&self, members: Members, index: Index) {
        let mut held = self.members.write();
        let mut version = held.version;
        version.apps = version.apps.next();
        version.signing_keys = version.signing_keys.next();
        version.revocations = version.revocations.next();
        *held = Members { version, ..members };
        *self.index.write() = Arc::new(index);
        self.templates_changed();
    }
}
