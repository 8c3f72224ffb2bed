//! Templates: written one at a time, read by the thousand.

use faceward_core::{AppId, Embedding, Projection, SubjectName, TemplateId};
use faceward_sealing::{Sealer, SubjectContext, VectorContext};
use faceward_store::{Extent, Rows, StoredTemplate, TemplateRecord};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use rusqlite::{Row, params};

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::deletion::rows_of;
use crate::database::rows::{gallery_id, micros, model_id, subject_id, template_id, timestamp};
use crate::database::subjects::put_name;

/// What is written of a template.
#[derive(Clone, Copy)]
pub(crate) struct TemplateRow<'a> {
    pub(crate) record: &'a TemplateRecord,
    /// What people call its subject.
    pub(crate) name: Option<&'a SubjectName>,
    pub(crate) vector: &'a [f32],
    /// Whether its gallery has to be created.
    pub(crate) new_gallery: bool,
}

impl Database {
    /// How many templates all apps have.
    pub(crate) fn count_templates(&self) -> Result<usize, EmbeddedError> {
        let count: i64 = self.connection.query_row("SELECT count(*) FROM templates", [], |row| row.get(0))?;
        usize::try_from(count).map_err(|_| EmbeddedError::Corrupt("the number of templates"))
    }

    /// The first `most` rows of `app` between two keys, which are not among them, in the order of enrolment, and the key of the last.
    pub(crate) fn sealed_rows(
        &self,
        app: &AppId,
        (after, before): (i64, i64),
        most: usize,
    ) -> Result<Option<(i64, Vec<SealedRow>)>, EmbeddedError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT key, gallery, subject, id, model, sealed, created_at, expires_at
             FROM templates INDEXED BY templates_in_order
             WHERE app = ?1 AND key > ?2 AND key < ?3 ORDER BY key LIMIT ?4",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![app.0.as_bytes(), after, before, most])?;
        let (mut last, mut read) = (None, Vec::new());
        while let Some(row) = rows.next()? {
            last = Some(row.get("key")?);
            read.push(SealedRow { app: *app, record: record(row)?, sealed: sealed(row)? });
        }
        Ok(last.map(|last| (last, read)))
    }

    /// Up to `limit` templates of an app after `after`, in ascending order of id, whole, with the names of their subjects.
    pub(crate) fn whole_templates(
        &self,
        app: &AppId,
        after: Option<&TemplateId>,
        limit: usize,
    ) -> Result<Vec<StoredTemplate>, EmbeddedError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT t.gallery AS gallery, t.subject AS subject, t.id AS id, t.model AS model, t.sealed AS sealed,
                 t.created_at AS created_at, t.expires_at AS expires_at, n.sealed AS name
             FROM templates AS t LEFT JOIN subject_names AS n
                 ON n.app = t.app AND n.gallery = t.gallery AND n.subject = t.subject
             WHERE t.app = ?1 AND t.id > ?2 ORDER BY t.id LIMIT ?3",
        )?;
        let after = after.map(TemplateId::as_str).unwrap_or_default();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![app.0.as_bytes(), after, limit])?;
        let mut whole = Vec::new();
        while let Some(row) = rows.next()? {
            whole.push(self.whole_template(app, row)?);
        }
        Ok(whole)
    }

    fn whole_template(&self, app: &AppId, row: &Row<'_>) -> Result<StoredTemplate, EmbeddedError> {
        let record = record(row)?;
        let damaged = || EmbeddedError::Damaged { app: *app, template: record.template.to_string() };
        let vector = self.sealer.open_vector(&sealed(row)?, context(app, &record)).ok_or_else(damaged)?;
        let embedding = Embedding::restored(record.model.clone(), vector).ok_or_else(damaged)?;
        let whose = SubjectContext { app, gallery: &record.gallery, subject: &record.subject };
        let open = |name: Vec<u8>| {
            self.sealer.open_name(&name, whose).ok_or(EmbeddedError::Corrupt("a sealed name"))
        };
        let name = row.get::<_, Option<Vec<u8>>>("name")?.map(open).transpose()?;
        Ok(StoredTemplate { app: *app, record, name, embedding })
    }

    /// Writes a template in place of any of the same id, which it gives, with its subject's name, and its gallery first if that
    /// is new.
    pub(crate) fn put_template(&self, app: &AppId, row: TemplateRow<'_>) -> Result<Rows, EmbeddedError> {
        let TemplateRow { record, name, vector, new_gallery } = row;
        let sealed = self.sealer.seal_vector(vector, context(app, record))?;
        let (at, end) = (micros(record.created_at), record.expires_at.map(micros));
        let whose = SubjectContext { app, gallery: &record.gallery, subject: &record.subject };
        let gallery = record.gallery.as_str();
        let transaction = self.transaction()?;
        let replaced = rows_of(&transaction, app, &Extent::Template(record.template.clone()))?;
        let app = app.0.as_bytes();
        if new_gallery {
            transaction.execute(
                "INSERT INTO galleries (app, id, created_at) VALUES (?1, ?2, ?3)",
                params![app, gallery, at],
            )?;
        }
        let id = record.template.as_str();
        transaction
            .prepare_cached("DELETE FROM templates WHERE app = ?1 AND id = ?2")?
            .execute(params![app, id])?;
        transaction
            .prepare_cached(
                "INSERT INTO templates (app, gallery, subject, id, model, sealed, created_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                app,
                gallery,
                record.subject.as_str(),
                id,
                record.model.as_str(),
                sealed,
                at,
                end
            ])?;
        // After the template: replacing the only one of a subject forgets the name.
        if let Some(name) = name {
            put_name(&transaction, &self.sealer, whose, name)?;
        }
        transaction.commit()?;
        Ok(replaced)
    }
}

/// A row as it lies on disk.
pub(crate) struct SealedRow {
    app: AppId,
    record: TemplateRecord,
    sealed: Vec<u8>,
}

/// A template and its vector, as they are compared.
pub(crate) type Opened = (TemplateRecord, Vec<f32>);

/// What `projection` makes of the rows, on all cores.
pub(crate) fn open_rows(
    rows: Vec<SealedRow>,
    sealer: &Sealer,
    projection: Option<&Projection>,
) -> Result<Vec<Opened>, EmbeddedError> {
    let open = |SealedRow { app, mut record, sealed }: SealedRow| {
        let vector = sealer.open_vector(&sealed, context(&app, &record));
        let damaged = || EmbeddedError::Damaged { app, template: record.template.to_string() };
        let vector = vector.ok_or_else(damaged)?;
        match projection.and_then(|projection| projection.applied(&record.model, &vector)) {
            Some(compared) => {
                record.model = compared.model().clone();
                Ok((record, compared.vector().to_vec()))
            }
            None => Ok((record, vector)),
        }
    };
    rows.into_par_iter().map(open).collect()
}

fn sealed(row: &Row<'_>) -> Result<Vec<u8>, EmbeddedError> {
    let sealed = row.get_ref("sealed")?.as_blob();
    Ok(sealed.map_err(|_| EmbeddedError::Corrupt("a sealed vector"))?.to_vec())
}

fn record(row: &Row<'_>) -> Result<TemplateRecord, EmbeddedError> {
    Ok(TemplateRecord {
        gallery: gallery_id(row, "gallery")?,
        subject: subject_id(row, "subject")?,
        template: template_id(row, "id")?,
        model: model_id(row, "model")?,
        created_at: timestamp(row.get("created_at")?)?,
        expires_at: row.get::<_, Option<i64>>("expires_at")?.map(timestamp).transpose()?,
    })
}

fn context<'a>(app: &'a AppId, record: &'a TemplateRecord) -> VectorContext<'a> {
    let TemplateRecord { gallery, subject, template, model, created_at: _, expires_at: _ } = record;
    VectorContext { app, gallery, subject, template, model }
}
