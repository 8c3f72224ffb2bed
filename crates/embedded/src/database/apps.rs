//! Apps, their keys and their galleries.

use faceward_core::{AppId, GalleryId};
use faceward_store::{AppRecord, AppSettings, KeyHash, StoredKey};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::{app_id, gallery_id, micros, timestamp};

impl Database {
    pub(crate) fn apps(&self) -> Result<Vec<AppRecord>, EmbeddedError> {
        let mut statement = self.connection.prepare("SELECT id, name, mirrored, created_at FROM apps")?;
        let mut rows = statement.query([])?;
        let mut apps = Vec::new();
        while let Some(row) = rows.next()? {
            let created_at = timestamp(row.get("created_at")?)?;
            let settings = AppSettings { mirrored: row.get("mirrored")? };
            apps.push(AppRecord { id: app_id(row, "id")?, name: row.get("name")?, settings, created_at });
        }
        Ok(apps)
    }

    /// Creates an app with its first key.
    pub(crate) fn create_app(&self, app: &AppRecord, key: &KeyHash) -> Result<(), EmbeddedError> {
        let AppRecord { id, name, settings: AppSettings { mirrored }, created_at } = app;
        let transaction = self.transaction()?;
        transaction.execute(
            "INSERT INTO apps (id, name, mirrored, created_at) VALUES (?1, ?2, ?3, ?4)",
            params![id.0.as_bytes(), name, mirrored, micros(*created_at)],
        )?;
        add_key(&transaction, id, key, *created_at)?;
        Ok(transaction.commit()?)
    }

    /// Gives the app other settings.
    pub(crate) fn set_settings(&self, app: &AppId, settings: &AppSettings) -> Result<(), EmbeddedError> {
        let AppSettings { mirrored } = settings;
        self.connection
            .execute("UPDATE apps SET mirrored = ?2 WHERE id = ?1", params![app.0.as_bytes(), mirrored])?;
        Ok(())
    }

    /// Deletes an app with everything in it.
    pub(crate) fn delete_app(&self, app: &AppId) -> Result<(), EmbeddedError> {
        self.connection.execute("DELETE FROM apps WHERE id = ?1", params![app.0.as_bytes()])?;
        Ok(())
    }

    /// The keys of an app, oldest first.
    pub(crate) fn keys(&self, app: &AppId) -> Result<Vec<StoredKey>, EmbeddedError> {
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

    /// Adds a key without an end, and lets every other one end at `until` if it does not end earlier.
    pub(crate) fn replace_keys(
        &self,
        app: &AppId,
        key: &KeyHash,
        at: Timestamp,
        until: Timestamp,
    ) -> Result<(), EmbeddedError> {
        let transaction = self.transaction()?;
        add_key(&transaction, app, key, at)?;
        transaction.execute(
            "UPDATE app_keys SET expires_at = min(coalesce(expires_at, ?3), ?3) WHERE app = ?1 AND sha256 <> ?2",
            params![app.0.as_bytes(), key.sha256, micros(until)],
        )?;
        Ok(transaction.commit()?)
    }

    pub(crate) fn galleries(&self, app: &AppId) -> Result<Vec<(GalleryId, Timestamp)>, EmbeddedError> {
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
    ) -> Result<(), EmbeddedError> {
        self.connection.execute(
            "INSERT INTO galleries (app, id, created_at) VALUES (?1, ?2, ?3)",
            params![app.0.as_bytes(), gallery.as_str(), micros(at)],
        )?;
        Ok(())
    }

    /// Deletes a gallery with the templates in it.
    pub(crate) fn delete_gallery(&self, app: &AppId, gallery: &GalleryId) -> Result<(), EmbeddedError> {
        self.connection.execute(
            "DELETE FROM galleries WHERE app = ?1 AND id = ?2",
            params![app.0.as_bytes(), gallery.as_str()],
        )?;
        Ok(())
    }

    /// Deletes every gallery of an app with the templates in it.
    pub(crate) fn delete_all_galleries(&self, app: &AppId) -> Result<(), EmbeddedError> {
        self.connection.execute("DELETE FROM galleries WHERE app = ?1", params![app.0.as_bytes()])?;
        Ok(())
    }
}

/// Adds a key without an end; a key that the app already has loses its end.
fn add_key(connection: &Connection, app: &AppId, key: &KeyHash, at: Timestamp) -> Result<(), EmbeddedError> {
    connection.execute(
        "INSERT INTO app_keys (app, sha256, created_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (app, sha256) DO UPDATE SET expires_at = NULL",
        params![app.0.as_bytes(), key.sha256, micros(at)],
    )?;
    Ok(())
}
