//! Reading the log after a place in it.

use faceward_core::{AppId, GalleryId, SubjectId, TemplateId};
use faceward_sealing::Sealer;
use jiff::Timestamp;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::apply::Step;
use crate::sql::change::word;
use crate::sql::rows::{app_id, gallery_id, subject_id, template_id};
use crate::sql::sealed::SealedTemplate;
use crate::sql::{apps, data_keys, tokens};
use crate::{Extent, PostgresError};

/// Most entries that are read at once.
const AT_ONCE: i64 = 1000;

/// A place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the first entry.
    Beginning,
    /// After this entry. Its mark tells whether the database still has the history in which it was read: one that was
    /// restored from a backup, or a stand-by that had not got all of it, may have the same numbers again.
    After(i64, Uuid),
}

impl Place {
    pub(super) const fn sequence(self) -> i64 {
        match self {
            Self::Beginning => 0,
            Self::After(sequence, _) => sequence,
        }
    }
}

/// What the log has.
pub(super) enum Read {
    /// What to do, and where that leads.
    Steps {
        steps: Vec<Step>,
        upto: Place,
        /// Whether the log goes on.
        more: bool,
    },
    /// The place is not in the log, or an entry after it is missing.
    Elsewhere,
}

/// Reads on after `place`. An entry comes with how the thing that it names is now, which may be newer than the entry: a
/// later one says so again.
pub(super) async fn after(
    client: &Client,
    place: &Place,
    (sealer, extent): (&Sealer, Extent),
) -> Result<Read, PostgresError> {
    let sql = format!(
        "SELECT l.sequence, l.mark, l.what, l.app, l.gallery, l.subject, l.template, l.token,
            g.created_at AS g_created_at, {}
         FROM faceward.log AS l
         LEFT JOIN faceward.templates AS t ON $3 AND l.what = 'template' AND t.app = l.app AND t.id = l.template
         LEFT JOIN faceward.galleries AS g ON g.app = l.app AND g.id = coalesce(t.gallery, l.gallery)
         LEFT JOIN faceward.subject_names AS n
            ON n.app = t.app AND n.gallery = t.gallery AND n.subject = t.subject
         WHERE l.sequence >= $1 ORDER BY l.sequence LIMIT $2",
        SealedTemplate::COLUMNS
    );
    let rows =
        client.query(&sql, &[&place.sequence(), &(AT_ONCE + 1), &(extent == Extent::Everything)]).await?;
    let mut rows = rows.as_slice();
    if let Place::After(sequence, mark) = place {
        match rows.split_first() {
            Some((first, rest)) if place_of(first)? == Place::After(*sequence, *mark) => rows = rest,
            Some(_) | None => return Ok(Read::Elsewhere),
        }
    }
    let (mut steps, mut upto) = (Vec::with_capacity(rows.len()), *place);
    for row in rows {
        let next = place_of(row)?;
        if next.sequence() != upto.sequence() + 1 {
            return Ok(Read::Elsewhere);
        }
        steps.push(step(client, row, (sealer, extent)).await?);
        upto = next;
    }
    Ok(Read::Steps { steps, upto, more: rows.len() as i64 >= AT_ONCE })
}

/// The place after the newest entry.
pub(super) async fn newest(client: &impl tokio_postgres::GenericClient) -> Result<Place, PostgresError> {
    let row = client
        .query_opt("SELECT sequence, mark FROM faceward.log ORDER BY sequence DESC LIMIT 1", &[])
        .await?;
    row.as_ref().map_or(Ok(Place::Beginning), place_of)
}

fn place_of(row: &Row) -> Result<Place, PostgresError> {
    Ok(Place::After(row.try_get("sequence")?, row.try_get("mark")?))
}

async fn step(
    client: &Client,
    row: &Row,
    (sealer, extent): (&Sealer, Extent),
) -> Result<Step, PostgresError> {
    let app = || app_id(row, "app");
    let gallery = || -> Result<GalleryId, PostgresError> { gallery_id(row, "gallery") };
    let subject = || -> Result<SubjectId, PostgresError> { subject_id(row, "subject") };
    let template = || -> Result<TemplateId, PostgresError> { template_id(row, "template") };
    Ok(match row.try_get("what")? {
        word::APP => {
            let app: AppId = app()?;
            data_keys::take(client, sealer, &app).await?;
            Step::App(app, apps::read(client, &app).await?.map(Box::new))
        }
        word::APP_GONE => {
            let app = app()?;
            sealer.forget_data_keys(&app);
            Step::AppGone(app)
        }
        word::GALLERY
        | word::GALLERY_GONE
        | word::ALL_GALLERIES_GONE
        | word::SUBJECT_GONE
        | word::TEMPLATE
            if extent == Extent::Directory =>
        {
            Step::NotKept
        }
        word::GALLERY => {
            let created_at: Option<Timestamp> = row.try_get("g_created_at")?;
            Step::Gallery(app()?, gallery()?, created_at)
        }
        word::GALLERY_GONE => Step::GalleryGone(app()?, gallery()?),
        word::ALL_GALLERIES_GONE => Step::AllGalleriesGone(app()?),
        word::SUBJECT_GONE => Step::SubjectGone(app()?, gallery()?, subject()?),
        word::TEMPLATE => match SealedTemplate::read(row)? {
            Some(sealed) => {
                for part in sealed.sealed_parts() {
                    data_keys::know(client, sealer, &sealed.app, part).await?;
                }
                Step::Template(Box::new(sealed.open(sealer)?), row.try_get("g_created_at")?)
            }
            None => Step::TemplateGone(app()?, template()?),
        },
        word::SIGNING_KEYS => Step::SigningKeys,
        word::TOKEN => {
            let token: Uuid = row.try_get("token")?;
            Step::Token(tokens::revoked(client, Some(token)).await?.into_iter().next())
        }
        _unknown => return Err(PostgresError::Corrupt("the kind of an entry of the log")),
    })
}
