//! Between columns and types. A column that this program cannot have written is an error, never a default.

use faceward_core::{AppId, GalleryId, InvalidId, ModelId, OperatorName, SubjectId, TemplateId};
use jiff::Timestamp;
use rusqlite::Row;
use uuid::Uuid;

use crate::EmbeddedError;

pub(super) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// `time` as it comes back from the database.
pub(crate) fn as_stored(time: Timestamp) -> Result<Timestamp, EmbeddedError> {
    timestamp(micros(time))
}

pub(crate) fn timestamp(micros: i64) -> Result<Timestamp, EmbeddedError> {
    Timestamp::from_microsecond(micros).map_err(|_| EmbeddedError::Corrupt("a timestamp"))
}

pub(super) fn app_id(row: &Row<'_>, column: &str) -> Result<AppId, EmbeddedError> {
    let bytes: [u8; 16] = row.get(column)?;
    Ok(AppId(Uuid::from_bytes(bytes)))
}

pub(crate) fn gallery_id(row: &Row<'_>, column: &str) -> Result<GalleryId, EmbeddedError> {
    text(row, column, GalleryId::stored, "a gallery id")
}

pub(crate) fn subject_id(row: &Row<'_>, column: &str) -> Result<SubjectId, EmbeddedError> {
    text(row, column, SubjectId::stored, "a subject id")
}

pub(crate) fn template_id(row: &Row<'_>, column: &str) -> Result<TemplateId, EmbeddedError> {
    text(row, column, TemplateId::stored, "a template id")
}

pub(crate) fn operator_name(row: &Row<'_>, column: &str) -> Result<OperatorName, EmbeddedError> {
    text(row, column, OperatorName::stored, "the name of an operator")
}

pub(super) fn model_id(row: &Row<'_>, column: &str) -> Result<ModelId, EmbeddedError> {
    Ok(ModelId::new(row.get_ref(column)?.as_str().map_err(|_| EmbeddedError::Corrupt("a model id"))?))
}

fn text<T>(
    row: &Row<'_>,
    column: &str,
    parse: fn(&str) -> Result<T, InvalidId>,
    what: &'static str,
) -> Result<T, EmbeddedError> {
    let text = row.get_ref(column)?.as_str().map_err(|_| EmbeddedError::Corrupt(what))?;
    parse(text).map_err(|_| EmbeddedError::Corrupt(what))
}
