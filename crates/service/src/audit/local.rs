//! Changes that are made on the command line or while starting: apps, their keys, the keys that sign tokens.

use faceward_core::{AppId, OperatorName, SubjectId};
use faceward_store::{AuditEvent, AuditSink, DeletionRecord, StoreError};
use jiff::Timestamp;

use super::trail::{blank, deleted_all_the_same};
use crate::error::{InternalError, ServiceError};

/// What is changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalChange<'a> {
    /// The use case.
    pub(crate) action: &'static str,
    /// The app that it concerns, if it concerns one.
    pub(crate) app: Option<AppId>,
    /// The operator that it concerns, who is recorded as its subject.
    pub(crate) operator: Option<&'a OperatorName>,
}

impl LocalChange<'_> {
    fn event(self) -> AuditEvent {
        let subject = self.operator.and_then(|name| SubjectId::stored(name.as_str()).ok());
        AuditEvent { subject, ..blank(self.action, self.app) }
    }
}

/// Makes a change between two records: begun before it, ended after it, both on disk.
///
/// # Errors
/// That of the change; the log cannot be written.
pub(crate) async fn changed<T>(
    audit: &dyn AuditSink,
    change: LocalChange<'_>,
    make: impl Future<Output = Result<T, ServiceError>>,
) -> Result<T, ServiceError> {
    changed_and_told(audit, change, make, |_| None).await
}

/// The same of a change that deletes templates.
///
/// # Errors
/// As [`changed`].
pub(crate) async fn deleted(
    audit: &dyn AuditSink,
    change: LocalChange<'_>,
    make: impl Future<Output = Result<DeletionRecord, ServiceError>>,
) -> Result<DeletionRecord, ServiceError> {
    changed_and_told(audit, change, make, |record| Some(record)).await
}

async fn changed_and_told<T>(
    audit: &dyn AuditSink,
    change: LocalChange<'_>,
    make: impl Future<Output = Result<T, ServiceError>>,
    deletion: fn(&T) -> Option<&DeletionRecord>,
) -> Result<T, ServiceError> {
    let blank = change.event();
    let record = async |outcome: &'static str, deletion: Option<&DeletionRecord>| {
        let (at, outcome) = (Timestamp::now(), outcome.into());
        audit.append(&[AuditEvent { at, outcome, deletion: deletion.cloned(), ..blank.clone() }]).await
    };
    record("begun", None).await.map_err(|error| {
        // Nothing was changed yet: time can mend it.
        let is_away = matches!(error, StoreError::Unreachable(_));
        if is_away { ServiceError::from(error) } else { InternalError::audit(&error).into() }
    })?;
    let result = make.await;
    let outcome = result.as_ref().map_or_else(ServiceError::name, |_| "answered");
    let deletion = result.as_ref().map_or_else(deleted_all_the_same, deletion);
    record(outcome, deletion).await.map_err(|error| InternalError::audit(&error))?;
    result
}

/// Does something that changes little between two breaths, and leaves one record, on disk, of how it ended.
///
/// # Errors
/// That of `done`; the log cannot be written.
pub(crate) async fn noted<T>(
    audit: &dyn AuditSink,
    change: LocalChange<'_>,
    done: impl Future<Output = Result<T, ServiceError>>,
) -> Result<T, ServiceError> {
    let result = done.await;
    let outcome = result.as_ref().map_or_else(ServiceError::name, |_| "answered");
    let event = AuditEvent { at: Timestamp::now(), outcome: outcome.into(), ..change.event() };
    audit.append(&[event]).await.map_err(|error| InternalError::audit(&error))?;
    result
}

#[cfg(test)]
mod tests {
    use faceward_conformance::Memory;
    use faceward_store::Stores;

    use super::*;

    #[tokio::test]
    async fn a_log_that_is_away_is_told_apart_by_whether_the_change_was_made() {
        let memory = Memory::default();
        let audit = Stores::from(memory.clone()).audit;
        let change = LocalChange { action: "create_app", app: None, operator: None };
        memory.lose(true);
        let refused = changed(&*audit, change, async { Ok(()) }).await;
        assert!(
            matches!(refused, Err(ServiceError::StoreUnreachable(_))),
            "nothing was changed: {refused:?}"
        );
        memory.lose(false);
        let made = async {
            memory.lose(true);
            Ok(())
        };
        let unrecorded = changed(&*audit, change, made).await;
        let is_ours = matches!(unrecorded, Err(ServiceError::Internal(InternalError::Audit(_))));
        assert!(is_ours, "it was made, and must not be tried again as if it was not: {unrecorded:?}");
    }
}
