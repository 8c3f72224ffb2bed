//! Changes that are made on the command line or while starting: apps, their keys, the keys that sign tokens.

use faceward_core::AppId;
use faceward_store::{AuditEvent, AuditSink};
use jiff::Timestamp;

use super::trail::blank;
use crate::error::{InternalError, ServiceError};

/// What is changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalChange {
    /// The use case.
    pub(crate) action: &'static str,
    /// The app that it concerns, if it concerns one.
    pub(crate) app: Option<AppId>,
}

/// Makes a change between two records: begun before it, ended after it, both on disk.
///
/// # Errors
/// That of the change; the log cannot be written.
pub(crate) async fn changed<T>(
    audit: &dyn AuditSink,
    change: LocalChange,
    make: impl Future<Output = Result<T, ServiceError>>,
) -> Result<T, ServiceError> {
    let blank = blank(change.action, change.app);
    let record = async |outcome: &'static str| {
        let event = AuditEvent { at: Timestamp::now(), outcome: outcome.into(), ..blank.clone() };
        audit.append(&[event]).await.map_err(|error| InternalError::audit(&error))
    };
    record("begun").await?;
    let result = make.await;
    record(result.as_ref().map_or_else(ServiceError::name, |_| "answered")).await?;
    result
}
