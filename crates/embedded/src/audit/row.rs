//! How a record lies in the database.

use std::collections::BTreeMap;

use faceward_core::{AppId, GalleryId, ModelId, OperatorName, SubjectId, TemplateId};
use faceward_store::{AuditEvent, AuditRecord, DeletionRecord, Word};
use rusqlite::{Connection, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::EmbeddedError;

/// Adds `event`.
pub(super) fn insert(connection: &Connection, event: &AuditEvent) -> Result<(), EmbeddedError> {
    let AuditEvent {
        at,
        transaction,
        trx_id,
        surface,
        app,
        operator,
        action,
        gallery,
        subject,
        template,
        outcome,
        verdict,
        scores,
        reasons,
        models,
        deletion,
    } = event;
    let scores: BTreeMap<_, _> = scores.iter().filter(|(_, score)| score.is_finite()).collect();
    let models: Vec<&str> = models.iter().map(ModelId::as_str).collect();
    let corrupt = |_| EmbeddedError::Corrupt("a deletion record");
    let deletion = deletion.as_ref().map(DeletionRecord::to_json).transpose().map_err(corrupt)?;
    connection
        .prepare_cached(
            "INSERT INTO records (at, tx, trx_id, surface, app, action, gallery, subject, template, outcome, verdict,
             scores, reasons, models, operator, deletion)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            at.as_microsecond(),
            transaction.as_bytes(),
            trx_id,
            surface,
            app.as_ref().map(|app| app.0.as_bytes()),
            action,
            gallery.as_ref().map(GalleryId::as_str),
            subject.as_ref().map(SubjectId::as_str),
            template.as_ref().map(TemplateId::as_str),
            outcome,
            verdict,
            to_json(&scores)?,
            to_json(reasons)?,
            to_json(&models)?,
            operator.as_ref().map(OperatorName::as_str),
            deletion,
        ])?;
    Ok(())
}

/// The columns that [`read`] takes, beside `deletion`.
pub(super) const COLUMNS: &str = "sequence, at, tx, trx_id, surface, app, action, gallery, subject, template, outcome, \
                                  verdict, scores, reasons, models, operator";

/// Reads a row of [`COLUMNS`] and `deletion`.
pub(super) fn read(row: &Row<'_>) -> Result<AuditRecord, EmbeddedError> {
    use crate::database::rows::{gallery_id, operator_name, subject_id, template_id, timestamp};
    let app: Option<[u8; 16]> = row.get("app")?;
    let models: Vec<String> = from_json(row, "models")?;
    let text = |column: &str| -> Result<Word, EmbeddedError> { Ok(Word::Owned(row.get(column)?)) };
    let is_there = |column: &str| -> Result<bool, EmbeddedError> {
        Ok(row.get_ref(column)?.data_type() != rusqlite::types::Type::Null)
    };
    let deletion = row.get::<_, Option<String>>("deletion")?.map(|text| DeletionRecord::from_json(&text));
    let event = AuditEvent {
        at: timestamp(row.get("at")?)?,
        transaction: Uuid::from_bytes(row.get("tx")?),
        trx_id: row.get("trx_id")?,
        surface: text("surface")?,
        app: app.map(|bytes| AppId(Uuid::from_bytes(bytes))),
        operator: if is_there("operator")? { Some(operator_name(row, "operator")?) } else { None },
        action: text("action")?,
        gallery: if is_there("gallery")? { Some(gallery_id(row, "gallery")?) } else { None },
        subject: if is_there("subject")? { Some(subject_id(row, "subject")?) } else { None },
        template: if is_there("template")? { Some(template_id(row, "template")?) } else { None },
        outcome: text("outcome")?,
        verdict: row.get::<_, Option<String>>("verdict")?.map(Word::Owned),
        scores: from_json(row, "scores")?,
        reasons: from_json(row, "reasons")?,
        models: models.iter().map(|id| ModelId::new(id)).collect(),
        deletion: deletion.transpose().map_err(|_| EmbeddedError::Corrupt("a deletion record"))?,
    };
    Ok(AuditRecord { sequence: row.get("sequence")?, event })
}

fn to_json(value: &impl Serialize) -> Result<String, EmbeddedError> {
    serde_json::to_string(value).map_err(|_| EmbeddedError::Corrupt("an audit record"))
}

fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T, EmbeddedError> {
    let text = row.get_ref(column)?.as_str().map_err(|_| EmbeddedError::Corrupt("an audit record"))?;
    serde_json::from_str(text).map_err(|_| EmbeddedError::Corrupt("an audit record"))
}
