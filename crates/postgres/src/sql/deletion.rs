//! Templates that go, with a digest of their rows made of what the deleting statement gives.

use faceward_core::AppId;
use faceward_store::{Extent, Rows, SealedRow};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::change::Change;
use crate::PostgresError;
use crate::connect::Client;

/// What [`add`] takes. The database digests the sealed vectors, so that they need not travel.
const COLUMNS: &str = "gallery, subject, id, model, created_at, expires_at, sha256(sealed) AS sealed_sha256";

/// Deletes the templates of an extent, and gives their rows.
pub(super) async fn delete_templates(
    change: &Change<'_>,
    app: &AppId,
    extent: &Extent,
) -> Result<Rows, PostgresError> {
    let sql = format!("DELETE FROM faceward.templates WHERE {} RETURNING {COLUMNS}", which(extent));
    rows(app, &change.query(&sql, &values(app, &ids(extent))).await?)
}

/// The rows of an extent, which nobody else changes until this transaction ends: it has the lock of the app.
pub(super) async fn templates_of(
    change: &Change<'_>,
    app: &AppId,
    extent: &Extent,
) -> Result<Rows, PostgresError> {
    rows(app, &change.query(&select(extent), &values(app, &ids(extent))).await?)
}

/// The rows of an extent, as they are now.
pub(crate) async fn held(client: &Client, app: &AppId, extent: &Extent) -> Result<Rows, PostgresError> {
    rows(app, &client.query(&select(extent), &values(app, &ids(extent))).await?)
}

fn select(extent: &Extent) -> String {
    format!("SELECT {COLUMNS} FROM faceward.templates WHERE {}", which(extent))
}

const fn which(extent: &Extent) -> &'static str {
    match extent {
        Extent::Template(_) => "app = $1 AND id = $2",
        Extent::Subject(..) => "app = $1 AND gallery = $2 AND subject = $3",
        Extent::Gallery(_) => "app = $1 AND gallery = $2",
        Extent::Galleries | Extent::App => "app = $1",
    }
}

fn ids(extent: &Extent) -> Vec<&str> {
    match extent {
        Extent::Template(template) => vec![template.as_str()],
        Extent::Subject(gallery, subject) => vec![gallery.as_str(), subject.as_str()],
        Extent::Gallery(gallery) => vec![gallery.as_str()],
        Extent::Galleries | Extent::App => Vec::new(),
    }
}

fn values<'v>(app: &'v AppId, ids: &'v [&'v str]) -> Vec<&'v (dyn ToSql + Sync)> {
    let mut values: Vec<&'v (dyn ToSql + Sync)> = vec![&app.0];
    for id in ids {
        values.push(id);
    }
    values
}

fn rows(app: &AppId, found: &[Row]) -> Result<Rows, PostgresError> {
    let mut rows = Rows::default();
    for row in found {
        add(&mut rows, app, row)?;
    }
    Ok(rows)
}

fn add(rows: &mut Rows, app: &AppId, row: &Row) -> Result<(), PostgresError> {
    let sealed_sha256: &[u8] = row.try_get("sealed_sha256")?;
    rows.add(&SealedRow {
        app,
        gallery: row.try_get("gallery")?,
        subject: row.try_get("subject")?,
        template: row.try_get("id")?,
        model: row.try_get("model")?,
        created_at: row.try_get::<_, Timestamp>("created_at")?.as_microsecond(),
        expires_at: row.try_get::<_, Option<Timestamp>>("expires_at")?.map(Timestamp::as_microsecond),
        sealed_sha256: sealed_sha256.try_into().map_err(|_| PostgresError::Corrupt("a digest"))?,
    });
    Ok(())
}
