//! Galleries.

use faceward_core::{AppId, GalleryId};
use faceward_store::{Extent, GalleryRecord, Rows, StoreError};
use jiff::Timestamp;

use super::change::{Change, Entry};
use super::deletion::delete_templates;
use super::rows::as_stored;
use crate::PostgresError;
use crate::connect::Client;

/// What a deletion did: the rows of templates that are gone, and its number in the log.
pub(crate) type Deleted = (Rows, i64);

/// Creates an empty gallery.
pub(crate) async fn create(
    client: &mut Client,
    app: &AppId,
    gallery: &GalleryId,
) -> Result<(GalleryRecord, i64), StoreError> {
    let created_at = as_stored(Timestamp::now())?;
    let change = Change::of_app(client, app).await?;
    if !put(&change, app, gallery, created_at).await? {
        return Err(StoreError::GalleryExists(gallery.clone()));
    }
    let last = change.commit(&[Entry::Gallery(*app, gallery.clone())]).await?;
    Ok((GalleryRecord { gallery: gallery.clone(), created_at }, last))
}

/// Puts a gallery where there is none; false if there is one.
pub(super) async fn put(
    change: &Change<'_>,
    app: &AppId,
    gallery: &GalleryId,
    created_at: Timestamp,
) -> Result<bool, PostgresError> {
    let insert = "INSERT INTO faceward.galleries (app, id, created_at) VALUES ($1, $2, $3)
                  ON CONFLICT (app, id) DO NOTHING";
    Ok(change.execute(insert, &[&app.0, &gallery.as_str(), &created_at]).await? == 1)
}

/// Fails if the app has no such gallery.
pub(super) async fn require(change: &Change<'_>, app: &AppId, gallery: &GalleryId) -> Result<(), StoreError> {
    let one = "SELECT FROM faceward.galleries WHERE app = $1 AND id = $2";
    match change.execute(one, &[&app.0, &gallery.as_str()]).await? {
        0 => Err(StoreError::GalleryUnknown(gallery.clone())),
        _there => Ok(()),
    }
}

/// Deletes a gallery with the templates in it.
pub(crate) async fn delete(
    client: &mut Client,
    app: &AppId,
    gallery: &GalleryId,
) -> Result<Deleted, StoreError> {
    let change = Change::of_app(client, app).await?;
    require(&change, app, gallery).await?;
    let rows = delete_templates(&change, app, &Extent::Gallery(gallery.clone())).await?;
    let one = "DELETE FROM faceward.galleries WHERE app = $1 AND id = $2";
    change.execute(one, &[&app.0, &gallery.as_str()]).await?;
    let last = change.commit(&[Entry::GalleryGone(*app, gallery.clone())]).await?;
    Ok((rows, last))
}

/// Deletes every gallery of an app with the templates in it.
pub(crate) async fn delete_all(client: &mut Client, app: &AppId) -> Result<Deleted, StoreError> {
    let change = Change::of_app(client, app).await?;
    let rows = delete_templates(&change, app, &Extent::Galleries).await?;
    change.execute("DELETE FROM faceward.galleries WHERE app = $1", &[&app.0]).await?;
    let last = change.commit(&[Entry::AllGalleriesGone(*app)]).await?;
    Ok((rows, last))
}
