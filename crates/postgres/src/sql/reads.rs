//! Questions about galleries, subjects and templates, where the database answers them and not the memory.

use std::sync::Arc;

use faceward_core::{AppId, Embedding, GalleryId, ModelId, SubjectId, TemplateId};
use faceward_sealing::{Sealer, SubjectContext};
use faceward_store::{
    GalleryRecord, References, StoreError, StoredTemplate, SubjectRecord, TemplatePlace, TemplateRecord,
};
use jiff::Timestamp;
use tokio_postgres::Row;

use super::data_keys;
use super::rows::{gallery_id, subject_id};
use super::sealed::{self, OpenedTemplate, SealedTemplate, opened};
use crate::PostgresError;
use crate::connect::{Client, Values};
use crate::memory::Memory;
use crate::sql::compared::Compared;

/// Who reads, and how what is read is compared.
pub(crate) struct Reader {
    pub(crate) client: Client,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) compared: Arc<Compared>,
    /// For the settings of apps.
    pub(crate) memory: Arc<Memory>,
}

/// Galleries and subjects.
impl Reader {
    /// The record of a gallery.
    pub(crate) async fn gallery(
        &self,
        app: &AppId,
        gallery: &GalleryId,
    ) -> Result<GalleryRecord, StoreError> {
        let sql = "SELECT gallery.created_at FROM faceward.apps AS app
                   LEFT JOIN faceward.galleries AS gallery ON gallery.app = app.id AND gallery.id = $2
                   WHERE app.id = $1";
        let rows = self.rows(sql, &[&app.0, &gallery.as_str()]).await?;
        let row = rows.first().ok_or(StoreError::AppUnknown(*app))?;
        let created_at: Option<Timestamp> = row.try_get("created_at").map_err(PostgresError::from)?;
        let created_at = created_at.ok_or_else(|| StoreError::GalleryUnknown(gallery.clone()))?;
        Ok(GalleryRecord { gallery: gallery.clone(), created_at })
    }

    /// Up to `limit` galleries after `after`.
    pub(crate) async fn list_galleries(
        &self,
        app: &AppId,
        after: Option<&GalleryId>,
        limit: usize,
    ) -> Result<Vec<GalleryRecord>, StoreError> {
        let sql =
            "SELECT id, created_at FROM faceward.galleries WHERE app = $1 AND id > $2 ORDER BY id LIMIT $3";
        let after = after.map_or("", GalleryId::as_str);
        let rows = self.rows_of(app, sql, &[&app.0, &after, &most(limit)]).await?;
        let record = |row: &Row| {
            Ok(GalleryRecord { gallery: gallery_id(row, "id")?, created_at: row.try_get("created_at")? })
        };
        Ok(rows.iter().map(record).collect::<Result<_, PostgresError>>()?)
    }

    /// Up to `limit` subjects of a gallery after `after`.
    pub(crate) async fn list_subjects(
        &self,
        app: &AppId,
        gallery: &GalleryId,
        after: Option<&SubjectId>,
        limit: usize,
    ) -> Result<Vec<SubjectRecord>, StoreError> {
        self.gallery(app, gallery).await?;
        let sql = "
            SELECT t.subject, t.n_templates, n.sealed FROM (
                SELECT subject, count(*) AS n_templates FROM faceward.templates
                WHERE app = $1 AND gallery = $2 AND subject > $3 GROUP BY subject ORDER BY subject LIMIT $4
            ) AS t LEFT JOIN faceward.subject_names AS n
                ON n.app = $1 AND n.gallery = $2 AND n.subject = t.subject
            ORDER BY t.subject";
        let after = after.map_or("", SubjectId::as_str);
        let rows = self.rows(sql, &[&app.0, &gallery.as_str(), &after, &most(limit)]).await?;
        let mut records = Vec::with_capacity(rows.len());
        for row in &rows {
            records.push(self.subject(row, (app, gallery)).await?);
        }
        Ok(records)
    }

    async fn subject(
        &self,
        row: &Row,
        (app, gallery): (&AppId, &GalleryId),
    ) -> Result<SubjectRecord, PostgresError> {
        let (subject, n_templates): (_, i64) = (subject_id(row, "subject")?, row.try_get("n_templates")?);
        let sealed: Option<Vec<u8>> = row.try_get("sealed")?;
        let mut name = None;
        if let Some(sealed) = sealed {
            data_keys::know(&self.client, &self.sealer, app, &sealed).await?;
            let context = SubjectContext { app, gallery, subject: &subject };
            let opened = self.sealer.open_name(&sealed, context);
            name = Some(opened.ok_or(PostgresError::Corrupt("a sealed name"))?);
        }
        Ok(SubjectRecord { subject, name, templates: n_templates as usize })
    }

    /// What a subject is compared by.
    pub(crate) async fn references(
        &self,
        app: &AppId,
        (gallery, subject): (&GalleryId, &SubjectId),
        model: &ModelId,
    ) -> Result<References, StoreError> {
        self.gallery(app, gallery).await?;
        let which = "t.app = $1 AND t.gallery = $2 AND t.subject = $3 ORDER BY t.id";
        let found = self.stored(which, &[&app.0, &gallery.as_str(), &subject.as_str()]).await?;
        let name = found.first().and_then(|first| first.name.clone());
        let living = self.memory.members.read().living(app)?;
        let counts = |found: &StoredTemplate| living.counts_record(&found.record);
        let found: Vec<_> = found.into_iter().filter(counts).collect();
        let (n_templates, embeddings) = (found.len(), found.into_iter().map(|template| template.embedding));
        let embeddings = embeddings.filter(|embedding| embedding.model() == model).collect();
        Ok(References { name, n_templates, embeddings })
    }
}

/// Templates.
impl Reader {
    /// The record of a template.
    pub(crate) async fn template(
        &self,
        app: &AppId,
        template: &TemplateId,
    ) -> Result<Option<TemplateRecord>, StoreError> {
        let sql = format!("{RECORDS} WHERE app = $1 AND id = $2");
        let rows = self.rows_of(app, &sql, &[&app.0, &template.as_str()]).await?;
        Ok(rows.first().map(|row| self.record(row)).transpose()?)
    }

    /// The record of a template with its vector as it is compared.
    pub(crate) async fn reference(
        &self,
        app: &AppId,
        template: &TemplateId,
    ) -> Result<Option<(TemplateRecord, Embedding)>, StoreError> {
        let found = self.stored("t.app = $1 AND t.id = $2", &[&app.0, &template.as_str()]).await?;
        if found.is_empty() {
            self.require(app).await?;
        }
        let living = self.memory.members.read().living(app)?;
        let mut found = found.into_iter().map(|found| (found.record, found.embedding));
        Ok(found.find(|(record, _)| living.counts_record(record)))
    }

    /// Up to `limit` templates after `after`, of one gallery or of the whole app.
    pub(crate) async fn list_templates(
        &self,
        app: &AppId,
        gallery: Option<&GalleryId>,
        after: Option<&TemplateId>,
        limit: usize,
    ) -> Result<Vec<TemplateRecord>, StoreError> {
        let after = after.map_or("", TemplateId::as_str);
        let rows = match gallery {
            Some(gallery) => {
                let sql =
                    format!("{RECORDS} WHERE app = $1 AND gallery = $2 AND id > $3 ORDER BY id LIMIT $4");
                self.rows_of(app, &sql, &[&app.0, &gallery.as_str(), &after, &most(limit)]).await?
            }
            None => {
                let sql = format!("{RECORDS} WHERE app = $1 AND id > $2 ORDER BY id LIMIT $3");
                self.rows_of(app, &sql, &[&app.0, &after, &most(limit)]).await?
            }
        };
        Ok(rows.iter().map(|row| self.record(row)).collect::<Result<_, _>>()?)
    }

    /// How many templates the app has.
    pub(crate) async fn count_templates(&self, app: &AppId) -> Result<usize, StoreError> {
        self.require(app).await?;
        let rows =
            self.rows("SELECT count(*) AS n FROM faceward.templates WHERE app = $1", &[&app.0]).await?;
        let row = rows.first().ok_or(PostgresError::Corrupt("a count"))?;
        Ok(row.try_get::<_, i64>("n").map_err(PostgresError::from)? as usize)
    }

    /// Up to `limit` templates of an app after `after`, as they were enrolled.
    pub(crate) async fn whole_templates(
        &self,
        app: &AppId,
        after: Option<&TemplateId>,
        limit: usize,
    ) -> Result<Vec<StoredTemplate>, StoreError> {
        let sql =
            format!("{} WHERE t.app = $1 AND t.id > $2 ORDER BY t.id LIMIT $3", SealedTemplate::select());
        let after = after.map_or("", TemplateId::as_str);
        let rows = self.rows_of(app, &sql, &[&app.0, &after, &most(limit)]).await?;
        let opened = opened(&self.client, &self.sealer, &rows).await?;
        Ok(opened.into_iter().map(OpenedTemplate::whole).collect::<Result<_, _>>()?)
    }

    /// Up to `limit` templates of all apps after `after`.
    pub(crate) async fn export(
        &self,
        after: Option<&TemplatePlace>,
        limit: usize,
    ) -> Result<Vec<StoredTemplate>, StoreError> {
        let which = "(t.app, t.id) > ($1, $2) ORDER BY t.app, t.id LIMIT $3";
        let first = uuid::Uuid::nil();
        let (app, template) = after.map_or((&first, ""), |(app, template)| (&app.0, template.as_str()));
        self.stored(which, &[app, &template, &most(limit)]).await
    }

    /// The templates for which `which` holds, as they are compared.
    async fn stored(&self, which: &str, values: Values<'_>) -> Result<Vec<StoredTemplate>, StoreError> {
        let rows = self.rows(&format!("{} WHERE {which}", SealedTemplate::select()), values).await?;
        let opened = opened(&self.client, &self.sealer, &rows).await?;
        let stored = opened.into_iter().map(|template| {
            let (app, name) = (template.app, template.name.clone());
            let (record, embedding) = self.compared.opened(template)?;
            Ok(StoredTemplate { app, record, name, embedding })
        });
        Ok(stored.collect::<Result<_, PostgresError>>()?)
    }

    fn record(&self, row: &Row) -> Result<TemplateRecord, PostgresError> {
        Ok(self.compared.record(sealed::record(row)?, row.try_get("n_values")?))
    }

    async fn rows(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, PostgresError> {
        self.client.query(sql, values).await
    }

    /// Rows of an app, which has to be there.
    async fn rows_of(&self, app: &AppId, sql: &str, values: Values<'_>) -> Result<Vec<Row>, StoreError> {
        let rows = self.rows(sql, values).await?;
        if rows.is_empty() {
            self.require(app).await?;
        }
        Ok(rows)
    }

    async fn require(&self, app: &AppId) -> Result<(), StoreError> {
        match self.client.execute("SELECT FROM faceward.apps WHERE id = $1", &[&app.0]).await? {
            0 => Err(StoreError::AppUnknown(*app)),
            _there => Ok(()),
        }
    }
}

const RECORDS: &str = "SELECT id AS t_id, gallery AS t_gallery, subject AS t_subject, model AS t_model, \
                       created_at AS t_created_at, expires_at AS t_expires_at, n_values FROM faceward.templates";

fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
