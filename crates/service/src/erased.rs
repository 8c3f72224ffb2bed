//! When a deletion is done, and what is told of it.

use faceward_core::{AppId, TemplateId};
use faceward_store::{Deletion, DeletionRecord, Extent, Traces};
use jiff::Timestamp;

use crate::error::{InternalError, ServiceError};

/// What an auditor is told of a deletion that was made just now, if all of it and its traces are gone: whoever asks for a deletion is
/// told that it is done only when it is. What fades was sealed, and is as gone as the store can make it.
pub(crate) fn erased(app: AppId, extent: Extent, deletion: Deletion) -> Result<DeletionRecord, ServiceError> {
    let record = told(app, extent, deletion);
    match record.deletion.traces {
        Traces::Wiped | Traces::Fading => Ok(record),
        Traces::Left => Err(InternalError::TracesLeft(Some(Box::new(record))).into()),
    }
}

/// What an auditor is told of the template that another of the same id has replaced, if one was there.
pub(crate) fn replaced(app: AppId, template: &TemplateId, deletion: Deletion) -> Option<DeletionRecord> {
    let extent = Extent::Template(template.clone());
    (deletion.n_templates > 0).then(|| told(app, extent, deletion))
}

fn told(app: AppId, extent: Extent, deletion: Deletion) -> DeletionRecord {
    DeletionRecord { app, extent, at: Timestamp::now(), deletion }
}
