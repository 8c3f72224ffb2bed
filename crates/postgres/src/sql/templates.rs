//! Templates and the names of their subjects.

use faceward_core::{AppId, GalleryId, SubjectId, SubjectName, TemplateId};
use faceward_sealing::{Sealer, SubjectContext};
use faceward_store::{
    DEFAULT_GALLERY, Extent, Living, NewTemplate, OnConflict, Rows, StoreError, TemplateRecord,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::change::{Change, Entry};
use super::data_keys;
use super::deletion::{delete_templates, templates_of};
use super::galleries::{self, Deleted};
use super::rows::{as_stored, gallery_id, is_there, subject_id};
use super::sealed::context;
use crate::PostgresError;
use crate::connect::Client;
use crate::sql::inside::{self, Inside};

/// What is written besides, and by which keys.
#[derive(Clone, Copy)]
pub(crate) struct Writer<'a> {
    pub(crate) sealer: &'a Sealer,
    /// Where faces are searched in the database.
    pub(crate) inside: Option<&'a Inside>,
}

/// What adding a template did.
pub(crate) struct Added {
    pub(crate) record: TemplateRecord,
    /// The one that was there of its id, if one was.
    pub(crate) replaced: Rows,
    /// Its number in the log.
    pub(crate) last: i64,
}

/// Puts a template where it goes, after all that can be said against it.
pub(crate) async fn add(
    client: &mut Client,
    writer: Writer<'_>,
    app: &AppId,
    new: &NewTemplate,
    (on_conflict, living): (OnConflict, Living),
) -> Result<Added, StoreError> {
    let sealer = writer.sealer;
    let NewTemplate { gallery, subject, name, template, embedding, created_at, expires_at } = new;
    let record = TemplateRecord {
        gallery: gallery.clone(),
        subject: subject.clone(),
        template: template.clone(),
        model: embedding.model().clone(),
        created_at: as_stored(created_at.unwrap_or_else(Timestamp::now))?,
        expires_at: expires_at.map(as_stored).transpose()?,
    };
    let change = Change::of_app(client, app).await?;
    data_keys::newest(&change, sealer, app).await?;
    let sealed =
        sealer.seal_vector(embedding.vector(), context(app, &record)).map_err(PostgresError::from)?;
    let found = Found::of(&change, app, &record).await?;
    found.check(&record, embedding.vector().len())?;
    if on_conflict == OnConflict::Refuse && found.counts(&living) {
        return Err(StoreError::TemplateExists(template.clone()));
    }
    if !found.gallery {
        galleries::put(&change, app, gallery, record.created_at).await?;
    }
    let replaced = templates_of(&change, app, &Extent::Template(template.clone())).await?;
    put(&change, app, &record, (&sealed, embedding.vector().len())).await?;
    if let Some(inside) = writer.inside {
        inside::put(&change, (sealer, inside), app, &record, embedding).await?;
    }
    if let Some(name) = name {
        put_name(&change, sealer, SubjectContext { app, gallery, subject }, name).await?;
    }
    // Of whom this was the only template.
    if let Some((gallery, subject)) = &found.place {
        forget_name(&change, app, gallery, subject).await?;
    }
    let last = change.commit(&[Entry::Template(*app, template.clone())]).await?;
    Ok(Added { record, replaced, last })
}

/// What a new template finds in its app.
struct Found {
    /// Whether its gallery is there.
    gallery: bool,
    /// Values of the vectors of its model.
    n_values: Option<i32>,
    /// Where the template of its id is.
    place: Option<(GalleryId, SubjectId)>,
    /// When that was enrolled, and its own end.
    times: Option<(Timestamp, Option<Timestamp>)>,
}

impl Found {
    async fn of(change: &Change<'_>, app: &AppId, record: &TemplateRecord) -> Result<Self, PostgresError> {
        let sql = "
            SELECT EXISTS (SELECT FROM faceward.galleries WHERE app = $1 AND id = $2) AS there,
                (SELECT n_values FROM faceward.templates WHERE app = $1 AND model = $3 LIMIT 1) AS n_values,
                old.gallery, old.subject, old.created_at, old.expires_at
            FROM (VALUES (1)) AS one LEFT JOIN faceward.templates AS old ON old.app = $1 AND old.id = $4";
        let TemplateRecord { gallery, template, model, .. } = record;
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
            [&app.0, &gallery.as_str(), &model.as_str(), &template.as_str()];
        let rows = change.query(sql, &values).await?;
        let row = rows.first().ok_or(PostgresError::Corrupt("one row"))?;
        let (place, times) = if is_there(row, "gallery")? {
            let place = (gallery_id(row, "gallery")?, subject_id(row, "subject")?);
            (Some(place), Some((row.try_get("created_at")?, row.try_get("expires_at")?)))
        } else {
            (None, None)
        };
        Ok(Self { gallery: row.try_get("there")?, n_values: row.try_get("n_values")?, place, times })
    }

    /// Whether the template of its id is there, and its time is not over.
    fn counts(&self, living: &Living) -> bool {
        self.times.is_some_and(|(created_at, expires_at)| living.counts(created_at, expires_at))
    }

    fn check(&self, record: &TemplateRecord, length: usize) -> Result<(), StoreError> {
        let expected = self.n_values.map_or(length, |n_values| n_values as usize);
        if expected != length {
            return Err(StoreError::Length { model: record.model.clone(), expected, actual: length });
        }
        if self.gallery || record.gallery.as_str() == DEFAULT_GALLERY {
            Ok(())
        } else {
            Err(StoreError::GalleryUnknown(record.gallery.clone()))
        }
    }
}

async fn put(
    change: &Change<'_>,
    app: &AppId,
    record: &TemplateRecord,
    (sealed, n_values): (&[u8], usize),
) -> Result<(), PostgresError> {
    let sql = "
        INSERT INTO faceward.templates (app, id, gallery, subject, model, n_values, sealed, created_at,
            expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (app, id) DO UPDATE SET gallery = excluded.gallery, subject = excluded.subject,
            model = excluded.model, n_values = excluded.n_values, sealed = excluded.sealed,
            created_at = excluded.created_at, expires_at = excluded.expires_at";
    let TemplateRecord { gallery, subject, template, model, created_at, expires_at } = record;
    let (id, gallery, subject) = (template.as_str(), gallery.as_str(), subject.as_str());
    let (model, n_values) = (model.as_str(), n_values as i32);
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 9] =
        [&app.0, &id, &gallery, &subject, &model, &n_values, &sealed, created_at, expires_at];
    change.execute(sql, &values).await?;
    Ok(())
}

/// Writes the name of a subject in place of the one that it has.
async fn put_name(
    change: &Change<'_>,
    sealer: &Sealer,
    context: SubjectContext<'_>,
    name: &SubjectName,
) -> Result<(), PostgresError> {
    let sealed = sealer.seal_name(name, context)?;
    let SubjectContext { app, gallery, subject } = context;
    let sql = "INSERT INTO faceward.subject_names (app, gallery, subject, sealed) VALUES ($1, $2, $3, $4)
               ON CONFLICT (app, gallery, subject) DO UPDATE SET sealed = excluded.sealed";
    change.execute(sql, &[&app.0, &gallery.as_str(), &subject.as_str(), &sealed]).await?;
    Ok(())
}

/// Forgets the name of a subject that has no template any more.
async fn forget_name(
    change: &Change<'_>,
    app: &AppId,
    gallery: &GalleryId,
    subject: &SubjectId,
) -> Result<(), PostgresError> {
    let sql = "
        DELETE FROM faceward.subject_names WHERE app = $1 AND gallery = $2 AND subject = $3 AND NOT EXISTS
            (SELECT FROM faceward.templates WHERE app = $1 AND gallery = $2 AND subject = $3)";
    change.execute(sql, &[&app.0, &gallery.as_str(), &subject.as_str()]).await?;
    Ok(())
}

/// Deletes a template, with `enrolled_at` only the one that was enrolled then; `None` if there is none.
pub(crate) async fn delete(
    client: &mut Client,
    app: &AppId,
    template: &TemplateId,
    enrolled_at: Option<Timestamp>,
) -> Result<Option<Deleted>, StoreError> {
    let change = Change::of_app(client, app).await?;
    let sql = "SELECT gallery, subject FROM faceward.templates
               WHERE app = $1 AND id = $2 AND ($3::timestamptz IS NULL OR created_at = $3)";
    let enrolled_at = enrolled_at.map(as_stored).transpose()?;
    let found = change.query(sql, &[&app.0, &template.as_str(), &enrolled_at]).await?;
    let Some(place) = found.first() else { return Ok(None) };
    let rows = delete_templates(&change, app, &Extent::Template(template.clone())).await?;
    forget_name(&change, app, &gallery_id(place, "gallery")?, &subject_id(place, "subject")?).await?;
    Ok(Some((rows, change.commit(&[Entry::Template(*app, template.clone())]).await?)))
}

/// Deletes every template of a subject; `None` if it has none.
pub(crate) async fn delete_subject(
    client: &mut Client,
    app: &AppId,
    gallery: &GalleryId,
    subject: &SubjectId,
) -> Result<Option<Deleted>, StoreError> {
    let change = Change::of_app(client, app).await?;
    galleries::require(&change, app, gallery).await?;
    let rows = delete_templates(&change, app, &Extent::Subject(gallery.clone(), subject.clone())).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    forget_name(&change, app, gallery, subject).await?;
    let entry = Entry::SubjectGone(*app, gallery.clone(), subject.clone());
    Ok(Some((rows, change.commit(&[entry]).await?)))
}

/// Takes the turn to purge, if it is free.
pub(crate) async fn take_purge_turn(
    client: &mut Client,
    server: Uuid,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, PostgresError> {
    let take = "INSERT INTO faceward.turns AS held (duty, server, until) VALUES ('purge_templates', $1, $2)
                ON CONFLICT (duty) DO UPDATE SET server = $1, until = $2
                WHERE held.server = $1 OR held.until <= $3";
    let (now, until) = (as_stored(now)?, as_stored(until)?);
    Ok(client.execute(take, &[&server, &until, &now]).await? > 0)
}
