//! Copies of everything that an installation keeps, where its store is on this machine.

use std::path::Path;
use std::sync::Arc;

use faceward_store::{AuditSink, Backup, BackupRecord, Stores};

use crate::audit::{LocalChange, noted};
use crate::error::ServiceError;

/// What makes copies. Cheap to clone.
#[derive(Clone)]
pub struct Backups {
    store: Arc<dyn Backup>,
    audit: Arc<dyn AuditSink>,
}

impl Backups {
    /// The copies of `stores`; `None` where they lie in a database, which has tools of its own.
    #[must_use]
    pub fn of(stores: &Stores) -> Option<Self> {
        let store = stores.backup.clone()?;
        Some(Self { store, audit: Arc::clone(&stores.audit) })
    }

    /// Copies everything but the key into `into`, as it is at one moment; changes wait meanwhile. In the audit log.
    ///
    /// # Errors
    /// [`ServiceError::InvalidParameter`]: the path is not absolute, or something is there; the store fails.
    pub async fn make(&self, into: &Path) -> Result<BackupRecord, ServiceError> {
        let is_new = into.is_absolute() && !into.try_exists().unwrap_or(true);
        if !is_new {
            let expected = "an absolute path at which nothing is yet";
            return Err(ServiceError::InvalidParameter { name: "into", expected });
        }
        let change = LocalChange { action: "back_up", app: None, operator: None };
        noted(&*self.audit, change, async { Ok(self.store.back_up(into).await?) }).await
    }
}
