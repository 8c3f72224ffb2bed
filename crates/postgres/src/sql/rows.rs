//! Between columns and types. A column that this program cannot have written is an error, never a default.

use faceward_core::{AppId, GalleryId, InvalidId, ModelId, OperatorName, SubjectId, TemplateId};
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::PostgresError;

/// `time` as it comes back from the database: to the microsecond.
pub(crate) fn as_stored(time: Timestamp) -> Result<Timestamp, PostgresError> {
    Timestamp::from_microsecond(time.as_microsecond()).map_err(|_| PostgresError::Corrupt("a timestamp"))
}

pub(crate) fn app_id(row: &Row, column: &str) -> Result<AppId, PostgresError> {
    Ok(AppId(row.try_get::<_, Uuid>(column)?))
}

pub(crate) fn gallery_id(row: &Row, column: &str) -> Result<GalleryId, PostgresError> {
    text(row, column, GalleryId::stored, "a gallery id")
}

pub(crate) fn subject_id(row: &Row, column: &str) -> Result<SubjectId, PostgresError> {
    text(row, column, SubjectId::stored, "a subject id")
}

pub(crate) fn template_id(row: &Row, column: &str) -> Result<TemplateId, PostgresError> {
    text(row, column, TemplateId::stored, "a template id")
}

pub(crate) fn operator_name(row: &Row, column: &str) -> Result<OperatorName, PostgresError> {
    text(row, column, OperatorName::stored, "the name of an operator")
}

pub(crate) fn model_id(row: &Row, column: &str) -> Result<ModelId, PostgresError> {
    Ok(ModelId::new(row.try_get::<_, &str>(column)?))
}

/// Whether the column holds anything.
pub(crate) fn is_there(row: &Row, column: &str) -> Result<bool, PostgresError> {
    Ok(row.try_get::<_, Option<&str>>(column)?.is_some())
}

fn text<T>(
    row: &Row,
    column: &str,
    parse: fn(&str) -> Result<T, InvalidId>,
    what: &'static str,
) -> Result<T, PostgresError> {
    parse(row.try_get(column)?).map_err(|_| PostgresError::Corrupt(what))
}
