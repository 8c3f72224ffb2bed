//! The audit log.

use std::collections::BTreeMap;

use faceward_core::{AppId, GalleryId, ModelId, OperatorName, SubjectId, TemplateId};
use faceward_store::{AuditEvent, AuditFilter, AuditRecord, DeletionRecord, Purged, Traces, Word};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio_postgres::Row;
use tokio_postgres::types::{Json, ToSql};
use uuid::Uuid;

use super::change::Change;
use super::rows::{as_stored, gallery_id, is_there, operator_name, subject_id, template_id};
use crate::PostgresError;
use crate::connect::Client;

/// Adds `events` in their order, all or none.
pub(crate) async fn append(client: &mut Client, events: &[AuditEvent]) -> Result<(), PostgresError> {
    if events.is_empty() {
        return Ok(());
    }
    let change = Change::begin(client).await?;
    // Its row lock is held until the commit: numbers rise in the order of commits, without gaps.
    let head = "UPDATE faceward.audit_head SET last = last + $1 RETURNING last";
    let rows = change.query(head, &[&(events.len() as i64)]).await?;
    let last: i64 =
        rows.first().ok_or(PostgresError::Corrupt("the head of the audit log"))?.try_get("last")?;
    let first = last - events.len() as i64 + 1;
    for (sequence, event) in (first..).zip(events) {
        insert(&change, sequence, event).await?;
    }
    change.commit_unlogged().await
}

async fn insert(change: &Change<'_>, sequence: i64, event: &AuditEvent) -> Result<(), PostgresError> {
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
    let sql = "
        INSERT INTO faceward.audit (sequence, at, tx, trx_id, surface, app, action, gallery, subject, template,
            outcome, verdict, scores, reasons, models, operator, deletion)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    let values: [&(dyn ToSql + Sync); 17] = [
        &sequence,
        &as_stored(*at)?,
        transaction,
        trx_id,
        &surface.as_ref(),
        &app.map(|app| app.0),
        &action.as_ref(),
        &gallery.as_ref().map(GalleryId::as_str),
        &subject.as_ref().map(SubjectId::as_str),
        &template.as_ref().map(TemplateId::as_str),
        &outcome.as_ref(),
        &verdict.as_deref(),
        &json!(scores),
        &json!(reasons),
        &json!(models),
        &operator.as_ref().map(OperatorName::as_str),
        &deletion.as_ref().map(deletion_to_json).transpose()?,
    ];
    change.execute(sql, &values).await?;
    Ok(())
}

/// Deletes up to `limit` records made before `before`, oldest first.
pub(crate) async fn purge(
    client: &mut Client,
    before: Timestamp,
    limit: usize,
) -> Result<Purged, PostgresError> {
    let before = as_stored(before)?;
    let change = Change::begin(client).await?;
    let sql = "DELETE FROM faceward.audit WHERE sequence IN
               (SELECT sequence FROM faceward.audit WHERE at < $1 ORDER BY at, sequence LIMIT $2)";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let n_records = change.execute(sql, &[&before, &limit]).await?;
    let more = "SELECT FROM faceward.audit WHERE at < $1 LIMIT 1";
    let more = !change.query(more, &[&before]).await?.is_empty();
    change.commit_unlogged().await?;
    let traces = if n_records == 0 { Traces::Wiped } else { Traces::Fading };
    Ok(Purged { n_records: n_records as usize, more, traces })
}

/// Which end of the log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The oldest after a number.
    OldestAfter(i64),
    /// The newest before a number.
    NewestBefore(i64),
}

/// Up to `limit` records that pass `filter`, from that end on.
pub(crate) async fn page(
    client: &Client,
    filter: &AuditFilter,
    end: End,
    limit: usize,
) -> Result<Vec<AuditRecord>, PostgresError> {
    let AuditFilter { app, operator, gallery, subject, template, action, transaction, since, until } = filter;
    let (place, order) = match end {
        End::OldestAfter(after) => (after, "sequence > $9 ORDER BY sequence"),
        End::NewestBefore(before) => (before, "sequence < $9 ORDER BY sequence DESC"),
    };
    let sql = format!(
        "SELECT sequence, at, tx, trx_id, surface, app, action, gallery, subject, template, outcome, verdict, scores,
            reasons, models, operator, deletion
         FROM faceward.audit
         WHERE ($1::uuid IS NULL OR app = $1) AND ($2::text IS NULL OR gallery = $2)
             AND ($3::text IS NULL OR subject = $3) AND ($4::text IS NULL OR template = $4)
             AND ($5::text IS NULL OR action = $5) AND ($6::uuid IS NULL OR tx = $6)
             AND ($7::timestamptz IS NULL OR at >= $7) AND ($8::timestamptz IS NULL OR at < $8)
             AND ($11::text IS NULL OR operator = $11) AND {order} LIMIT $10"
    );
    let values: [&(dyn ToSql + Sync); 11] = [
        &app.map(|app| app.0),
        &gallery.as_ref().map(GalleryId::as_str),
        &subject.as_ref().map(SubjectId::as_str),
        &template.as_ref().map(TemplateId::as_str),
        action,
        transaction,
        since,
        until,
        &place,
        &i64::try_from(limit).unwrap_or(i64::MAX),
        &operator.as_ref().map(OperatorName::as_str),
    ];
    let rows = client.query(&sql, &values).await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<AuditRecord, PostgresError> {
    let text = |column: &str| -> Result<Word, PostgresError> { Ok(Word::Owned(row.try_get(column)?)) };
    let deletion: Option<Json<Value>> = row.try_get("deletion")?;
    let event = AuditEvent {
        at: row.try_get("at")?,
        transaction: row.try_get("tx")?,
        trx_id: row.try_get("trx_id")?,
        surface: text("surface")?,
        app: row.try_get::<_, Option<Uuid>>("app")?.map(AppId),
        operator: if is_there(row, "operator")? { Some(operator_name(row, "operator")?) } else { None },
        action: text("action")?,
        gallery: if is_there(row, "gallery")? { Some(gallery_id(row, "gallery")?) } else { None },
        subject: if is_there(row, "subject")? { Some(subject_id(row, "subject")?) } else { None },
        template: if is_there(row, "template")? { Some(template_id(row, "template")?) } else { None },
        outcome: text("outcome")?,
        verdict: row.try_get::<_, Option<String>>("verdict")?.map(Word::Owned),
        scores: from_json(row, "scores")?,
        reasons: from_json(row, "reasons")?,
        models: from_json::<Vec<String>>(row, "models")?.iter().map(|id| ModelId::new(id)).collect(),
        deletion: deletion.map(|Json(value)| deletion_from_json(&value)).transpose()?,
    };
    Ok(AuditRecord { sequence: row.try_get("sequence")?, event })
}

fn deletion_to_json(record: &DeletionRecord) -> Result<Value, PostgresError> {
    let text = record.to_json().and_then(|text| serde_json::from_str(&text));
    text.map_err(|_| PostgresError::Corrupt("a deletion record"))
}

fn deletion_from_json(value: &Value) -> Result<DeletionRecord, PostgresError> {
    DeletionRecord::from_json(&value.to_string()).map_err(|_| PostgresError::Corrupt("a deletion record"))
}

fn from_json<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<T, PostgresError> {
    let Json(value) = row.try_get::<_, Json<Value>>(column)?;
    serde_json::from_value(value).map_err(|_| PostgresError::Corrupt("an audit record"))
}
