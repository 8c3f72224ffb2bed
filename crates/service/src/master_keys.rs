//! Another master key, where the store is on this machine.

use std::sync::Arc;

use faceward_store::{AuditSink, MasterKey, MasterKeyChange, Stores, Traces};

use crate::audit::{LocalChange, changed};
use crate::error::{InternalError, ServiceError};

/// What replaces the master key. Cheap to clone.
#[derive(Clone)]
pub struct MasterKeys {
    store: Arc<dyn MasterKey>,
    audit: Arc<dyn AuditSink>,
}

impl MasterKeys {
    /// That of `stores`; `None` where they lie in a database.
    #[must_use]
    pub fn of(stores: &Stores) -> Option<Self> {
        let store = stores.master_key.clone()?;
        Some(Self { store, audit: Arc::clone(&stores.audit) })
    }

    /// Wraps everything that the master key protects by the next one, which alone opens the store from then on. In the audit log.
    ///
    /// # Errors
    /// [`ServiceError::InvalidParameter`]: there is no next key, or it is the one in force; something is sealed by the master key
    /// itself. The store or the audit log fails; a trace of what the old key had wrapped is left on the disk.
    pub async fn rotate(&self) -> Result<(), ServiceError> {
        let change = LocalChange { action: "rotate_master_key", app: None, operator: None };
        let replace = async { outcome(self.store.replace_master_key().await?) };
        changed(&*self.audit, change, replace).await
    }
}

fn outcome(change: MasterKeyChange) -> Result<(), ServiceError> {
    let must_be = |name, expected| Err(ServiceError::InvalidParameter { name, expected });
    match change {
        MasterKeyChange::Replaced(Traces::Wiped | Traces::Fading) => Ok(()),
        MasterKeyChange::Replaced(Traces::Left) => Err(InternalError::TracesLeft(None).into()),
        MasterKeyChange::NoNextKey => {
            must_be("master_key_next", "set and there: the master key lies in no file that could be replaced")
        }
        MasterKeyChange::SameKey => must_be("master_key_next", "another key than the one in force"),
        MasterKeyChange::SealedByMaster => {
            must_be("every data key", "rotated first: something is sealed by the master key itself")
        }
    }
}

#[cfg(test)]
mod tests {
    use faceward_conformance::Memory;
    use faceward_store::Pending;

    use super::*;

    struct Answering(MasterKeyChange);

    impl MasterKey for Answering {
        fn replace_master_key(&self) -> Pending<'_, MasterKeyChange> {
            Box::pin(async { Ok(self.0) })
        }
    }

    #[tokio::test]
    async fn what_keeps_a_master_key_from_being_replaced_is_told_and_recorded() {
        for (change, told) in [
            (MasterKeyChange::Replaced(Traces::Wiped), "answered"),
            (MasterKeyChange::Replaced(Traces::Left), "internal"),
            (MasterKeyChange::NoNextKey, "invalid_parameter"),
            (MasterKeyChange::SameKey, "invalid_parameter"),
            (MasterKeyChange::SealedByMaster, "invalid_parameter"),
        ] {
            let stores = Stores { master_key: Some(Arc::new(Answering(change))), ..Memory::default().into() };
            let rotated = MasterKeys::of(&stores).expect("a store on this machine").rotate().await;
            assert_eq!(rotated.as_ref().map_or_else(ServiceError::name, |()| "answered"), told, "{change:?}");
            let log =
                stores.audit.page(&faceward_store::AuditFilter::default(), 0, 9).await.expect("readable");
            let outcomes: Vec<_> = log.iter().map(|record| &*record.event.outcome).collect();
            assert_eq!(outcomes, ["begun", told]);
        }
        assert!(MasterKeys::of(&Memory::default().into()).is_none(), "a database has its own way");
    }
}
