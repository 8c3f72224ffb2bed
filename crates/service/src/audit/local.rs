//! Changes that are made by blocking calls, on the command line or while starting: apps and their keys.

use faceward_core::AppId;
use faceward_gallery::{AuditEvent, Gallery};
use jiff::Timestamp;

use super::trail::blank;
use crate::error::{InternalError, ServiceError};

/// What is changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    /// The use case.
    pub(crate) action: &'static str,
    /// The app that it concerns.
    pub(crate) app: AppId,
}

/// Makes a change between two records: begun before it, ended after it, both on disk.
///
/// # Errors
/// That of the change; the log cannot be written.
pub(crate) fn changed<T>(
    gallery: &Gallery,
    change: Change,
    make: impl FnOnce() -> Result<T, ServiceError>,
) -> Result<T, ServiceError> {
    let blank = blank(change.action, Some(change.app));
    let record = |outcome: &'static str| {
        let event = AuditEvent { at: Timestamp::now(), outcome: outcome.into(), ..blank.clone() };
        gallery.audit().append(&[event]).map_err(|error| InternalError::Audit(error.to_string()))
    };
    record("begun")?;
    let result = make();
    record(result.as_ref().map_or_else(ServiceError::name, |_| "answered"))?;
    result
}
