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
    /// [`ServiceError::InvalidParameter`]: the path is not absolute, something is there, or no folder can be made there; the
    /// store fails.
    pub async fn make(&self, into: &Path) -> Result<BackupRecord, ServiceError> {
        let must_be = |expected| ServiceError::InvalidParameter { name: "into", expected };
        if !into.is_absolute() || into.try_exists().unwrap_or(true) {
            return Err(must_be("an absolute path at which nothing is yet"));
        }
        // A server runs as its own user, and is let into little: whoever asks shall be told.
        if fs_err::create_dir(into).and_then(|()| fs_err::remove_dir(into)).is_err() {
            return Err(must_be("in a folder that is there and that the user of the server may write to"));
        }
        let change = LocalChange { action: "back_up", app: None, operator: None };
        noted(&*self.audit, change, async { Ok(self.store.back_up(into).await?) }).await
    }
}

#[cfg(test)]
mod tests {
    use faceward_conformance::Memory;
    use faceward_store::Pending;

    use super::*;

    /// Makes no file.
    struct Copier;

    impl Backup for Copier {
        fn back_up<'a>(&'a self, _into: &'a Path) -> Pending<'a, BackupRecord> {
            Box::pin(async { Ok(BackupRecord { n_templates: 7, n_bytes: 8 }) })
        }
    }

    #[tokio::test]
    async fn a_copy_goes_where_a_folder_can_be_made_and_is_recorded() {
        let stores = Stores { backup: Some(Arc::new(Copier)), ..Memory::default().into() };
        let backups = Backups::of(&stores).expect("a store that copies itself");
        let place = tempfile::tempdir().expect("a folder");
        assert_eq!(backups.make(&place.path().join("copy")).await.expect("made").n_templates, 7);
        assert!(!place.path().join("copy").exists(), "the store makes the folder");
        for wrong in [Path::new("relative"), place.path(), &place.path().join("no/such")] {
            let refused = backups.make(wrong).await;
            assert!(
                matches!(refused, Err(ServiceError::InvalidParameter { name: "into", .. })),
                "{refused:?}"
            );
        }
        let log = stores.audit.page(&faceward_store::AuditFilter::default(), 0, 10).await.expect("readable");
        let told: Vec<_> = log.iter().map(|record| (&*record.event.action, &*record.event.outcome)).collect();
        assert_eq!(told, [("back_up", "answered")]);
        assert!(Backups::of(&Memory::default().into()).is_none(), "a database has tools of its own");
    }
}
