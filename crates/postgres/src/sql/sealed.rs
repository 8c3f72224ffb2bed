//! Templates as they lie in the database, and what is in them.

use std::sync::Arc;

use faceward_core::{AppId, Embedding, ModelId, SubjectName};
use faceward_sealing::{Sealer, SubjectContext, VectorContext};
use faceward_store::{StoredTemplate, TemplateRecord};
use tokio_postgres::Row;

use super::data_keys::{self, Reads};
use super::rows::{app_id, gallery_id, is_there, model_id, subject_id, template_id};
use crate::PostgresError;

/// A template as it lies in the database.
pub(crate) struct SealedTemplate {
    pub(crate) app: AppId,
    pub(crate) record: TemplateRecord,
    sealed: Vec<u8>,
    sealed_name: Option<Vec<u8>>,
}

/// A template with its vector and the name of its subject.
pub(crate) struct OpenedTemplate {
    pub(crate) app: AppId,
    pub(crate) record: TemplateRecord,
    pub(crate) vector: Vec<f32>,
    pub(crate) name: Option<SubjectName>,
}

/// The record in the columns `t_id`, `t_gallery`, `t_subject`, `t_model`, `t_created_at`, `t_expires_at`: as it was enrolled.
pub(super) fn record(row: &Row) -> Result<TemplateRecord, PostgresError> {
    Ok(TemplateRecord {
        gallery: gallery_id(row, "t_gallery")?,
        subject: subject_id(row, "t_subject")?,
        template: template_id(row, "t_id")?,
        model: model_id(row, "t_model")?,
        created_at: row.try_get("t_created_at")?,
        expires_at: row.try_get("t_expires_at")?,
    })
}

impl OpenedTemplate {
    /// All of it as it was enrolled.
    pub(crate) fn whole(self) -> Result<StoredTemplate, PostgresError> {
        let Self { app, record, vector, name } = self;
        let embedding = Embedding::restored(record.model.clone(), vector)
            .ok_or_else(|| PostgresError::Damaged { app, template: record.template.to_string() })?;
        Ok(StoredTemplate { app, record, name, embedding })
    }
}

impl SealedTemplate {
    /// The columns that [`SealedTemplate::read`] takes, of `t` and the names `n`.
    pub(crate) const COLUMNS: &str = "t.app AS t_app, t.id AS t_id, t.gallery AS t_gallery, t.subject AS t_subject, \
                                      t.model AS t_model, t.created_at AS t_created_at, t.expires_at AS t_expires_at, t.sealed AS t_sealed, \
                                      n.sealed AS n_sealed";

    /// What gives those columns, to be followed by `WHERE`.
    pub(crate) fn select() -> String {
        format!(
            "SELECT {} FROM faceward.templates AS t LEFT JOIN faceward.subject_names AS n
                ON n.app = t.app AND n.gallery = t.gallery AND n.subject = t.subject",
            Self::COLUMNS
        )
    }

    /// The template of a row; `None` if there is none in it.
    pub(crate) fn read(row: &Row) -> Result<Option<Self>, PostgresError> {
        if !is_there(row, "t_id")? {
            return Ok(None);
        }
        Ok(Some(Self {
            app: app_id(row, "t_app")?,
            record: record(row)?,
            sealed: row.try_get("t_sealed")?,
            sealed_name: row.try_get("n_sealed")?,
        }))
    }

    /// What is sealed of it.
    pub(crate) fn sealed_parts(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(self.sealed.as_slice()).chain(self.sealed_name.as_deref())
    }

    /// Takes microseconds. The key has to be known.
    pub(crate) fn open(self, sealer: &Sealer) -> Result<OpenedTemplate, PostgresError> {
        let Self { app, record, sealed, sealed_name } = self;
        let vector = sealer
            .open_vector(&sealed, context(&app, &record))
            .ok_or_else(|| PostgresError::Damaged { app, template: record.template.to_string() })?;
        let whose = SubjectContext { app: &app, gallery: &record.gallery, subject: &record.subject };
        let name = sealed_name
            .map(|sealed| sealer.open_name(&sealed, whose).ok_or(PostgresError::Corrupt("a sealed name")))
            .transpose()?;
        Ok(OpenedTemplate { app, record, vector, name })
    }
}

/// The templates of `rows`, with their vectors and names.
pub(crate) async fn opened(
    client: &impl Reads,
    sealer: &Arc<Sealer>,
    rows: &[Row],
) -> Result<Vec<OpenedTemplate>, PostgresError> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let sealed = SealedTemplate::read(row)?.ok_or(PostgresError::Corrupt("a template"))?;
        for part in sealed.sealed_parts() {
            data_keys::know(client, sealer, &sealed.app, part).await?;
        }
        found.push(sealed);
    }
    let sealer = Arc::clone(sealer);
    let opening = tokio::task::spawn_blocking(move || {
        found.into_iter().map(|sealed| sealed.open(&sealer)).collect::<Result<Vec<_>, _>>()
    });
    opening.await.map_err(PostgresError::TaskDied)?
}

/// What the vector of a template is bound to.
pub(crate) fn context<'a>(app: &'a AppId, record: &'a TemplateRecord) -> VectorContext<'a> {
    let TemplateRecord { gallery, subject, template, model, created_at: _, expires_at: _ } = record;
    let model: &ModelId = model;
    VectorContext { app, gallery, subject, template, model }
}
