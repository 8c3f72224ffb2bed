//! Apps, their keys and their galleries.

use faceward_core::{AppId, GalleryId};
use jiff::Timestamp;
use rusqlite::{ErrorCode, params};

use crate::store::Store;
use crate::store::rows::{app_id, gallery_id, micros, timestamp};
use crate::{AppRecord, GalleryError, KeyHash, StoredKey};

impl Store {
    pub(crate) fn apps(&self) -> Result<Vec<AppRecord>, GalleryError> {
        let mut statement = self.connection.prepare("SELECT id, name, mirrored, created_at FROM apps")?;
        let mut rows = statement.query([])?;
        let mut apps = Vec::new();
        while let Some(row) = rows.next()? {
            let created_at = timestamp(row.get("created_at")?)?;
            let (id, name, mirrored) = (app_id(row, "id")?, row.get("name")?, row.get("mirrored")?);
            apps.push(AppRecord { id, name, mirrored, created_at });
        }
        Ok(apps)
    }

    pub(crate) fn create_app(&self, app: &AppRecord) -> Result<(), GalleryError> {
        let inserted = self.connection.execute(
            "INSERT INTO apps (id, name, mirrored, created_at) VALUES (?1, ?2, ?3, ?4)",
            params![app.id.0.as_bytes(), app.name, app.mirrored, micros(app.created_at)],
        );
        match inserted {
            Ok(_) => Ok(()),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                Err(GalleryError::AppExists(app.id))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Sets whether the app's clients send mirror images.
    pub(crate) fn set_mirrored(&self, app: &AppId, mirrored: bool) -> Result<(), GalleryError> {
        self.connection
            .execute("UPDATE apps SET mirrored = ?2 WHERE id = ?1", params![app.0.as_bytes(), mirrored])?;
        Ok(())
    }

    /// Deletes an app with everything in it.
    pub(crate) fn delete_app(&self, app: &AppId) -> Result<(), GalleryError> {
        self.connection.execute("DELETE FROM apps WHERE id = ?1", params![app.0.as_bytes()])?;
        Ok(())
    }

    /// The keys of an app, oldest first.
    pub(crate) fn keys(&self, app: &AppId) -> Result<Vec<StoredKey>, GalleryError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT sha256, created_at, expires_at FROM app_keys WHERE app = ?1 ORDER BY created_at, sha256",
        )?;
        let mut rows = statement.query(params![app.0.as_bytes()])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            let expires_at: Option<i64> = row.get("expires_at")?;
            keys.push(StoredKey {
                hash: KeyHash { sha256: row.get("sha256")? },
                created_at: timestamp(row.get("created_at")?)?,
                expires_at: expires_at.map(timestamp).transpose()?,
            });
        }
        Ok(keys)
    }

    /// Adds a key without an end; a key that the app already has loses its end.
    pub(crate) fn add_key(&self, app: &AppId, hash: &KeyHash, at: Timestamp) -> Result<(), GalleryError> {
        self.connection.execute(
            "INSERT INTO app_keys (app, sha256, created_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (app, sha256) DO UPDATE SET expires_at = NULL",
            params![app.0.as_bytes(), hash.sha256, micros(at)],
        )?;
        Ok(())
    }

    /// Lets every key of the app but `keep` end at `until`, if it does not end earlier.
    pub(crate) fn retire_keys(
        &self,
        app: &AppId,
        keep: &KeyHash,
        until: Timestamp,
    ) -> Result<(), GalleryError> {
        self.connection.execute(
            "UPDATE app_keys SET expires_at = min(coalesce(expires_at, ?3), ?3) WHERE app = ?1 AND sha256 <> ?2",
            params![app.0.as_bytes(), keep.sha256, micros(until)],
        )?;
        Ok(())
    }

    pub(crate) fn galleries(&self, app: &AppId) -> Result<Vec<(GalleryId, Timestamp)>, GalleryError> {
        let mut statement = self.connection.prepare("SELECT id, created_at FROM galleries WHERE app = ?1")?;
        let mut rows = statement.query(params![app.0.as_bytes()])?;
        let mut galleries = Vec::new();
        while let Some(row) = rows.next()? {
            galleries.push((gallery_id(row, "id")?, timestamp(row.get("created_at")?)?));
        }
        Ok(galleries)
    }

    pub(crate) fn create_gallery(
        &self,
        app: &AppId,
        gallery: &GalleryId,
        at: Timestamp,
    ) -> Result<(), GalleryError> {
        self.connection.execute(
            "INSERT INTO galleries (app, id, created_at) VALUES (?1, ?2, ?3)",
            params![app.0.as_bytes(), gallery.as_str(), micros(at)],
        )?;
        Ok(())
    }

    /// Deletes a gallery with the templates in it.
    pub(crate) fn delete_gallery(&self, app: &AppId, gallery: &GalleryId) -> Result<(), GalleryError> {
        self.connection.execute(
            "DELETE FROM galleries WHERE app = ?1 AND id = ?2",
            params![app.0.as_bytes(), gallery.as_str()],
        )?;
        Ok(())
    }
}
