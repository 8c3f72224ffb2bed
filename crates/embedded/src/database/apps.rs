//! Apps, their keys and their galleries.

use std::num::NonZeroU32;

use faceward_core::{AppId, GalleryId};
use faceward_store::{AppRecord, AppSettings, KeyHash, StoredKey};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::{app_id, gallery_id, micros, timestamp};

impl Database {
    pub(crate) fn apps(&self) -> Result<Vec<AppRecord>, EmbeddedError> {
        let mut statement = self.connection.prepare("SELECT * FROM apps")?;
        let mut rows = statement.query([])?;
        let mut apps = Vec::new();
        while let Some(row) = rows.next()? {
            let created_at = timestamp(row.get("created_at")?)?;
            let (id, settings) = (app_id(row, "id")?, settings(row)?);
            apps.push(AppRecord { id, name: row.get("name")?, settings, created_at });
        }
        Ok(apps)
    }

    /// Creates an app with its first key, and a data key of its own.
    pub(crate) fn create_app(&self, app: &AppRecord, key: &KeyHash) -> Result<(), EmbeddedError> {
        let AppRecord { id, name, settings, created_at } = app;
        let transaction = self.transaction()?;
        transaction.execute(
            "INSERT INTO apps (id, name, created_at) VALUES (?1, ?2, ?3)",
            params![id.0.as_bytes(), name, micros(*created_at)],
        )?;
        put_settings(&transaction, id, settings)?;
        add_key(&transaction, id, key, *created_at)?;
        self.add_data_key(&transaction, id, *created_at)?;
        transaction.commit()?;
        self.take_data_keys(id)
    }

    /// Gives the app other settings.
    pub(crate) fn set_settings(&self, app: &AppId, settings: &AppSettings) -> Result<(), EmbeddedError> {
        put_settings(&self.connection, app, settings)
    }

    /// Gives the app another name.
    pub(crate) fn rename_app(&self, app: &AppId, name: &str) -> Result<(), EmbeddedError> {
        let sql = "UPDATE apps SET name = ?2 WHERE id = ?1";
        self.connection.execute(sql, params![app.0.as_bytes(), name])?;
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

    /// Whether there was a key that was added at `added`; it ends at `end` by now, if not earlier.
    pub(crate) fn end_key(
        &self,
        app: &AppId,
        added: Timestamp,
        end: Timestamp,
    ) -> Result<bool, EmbeddedError> {
        let n_ended = self.connection.execute(
            "UPDATE app_keys SET expires_at = min(coalesce(expires_at, ?3), ?3) WHERE app = ?1 AND created_at = ?2",
            params![app.0.as_bytes(), micros(added), micros(end)],
        )?;
        Ok(n_ended > 0)
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
}

fn put_settings(connection: &Connection, app: &AppId, settings: &AppSettings) -> Result<(), EmbeddedError> {
    let AppSettings { mirrored, disabled, origins, requests_per_minute, requests_per_day, .. } = settings;
    let origins =
        serde_json::to_string(origins).map_err(|_| EmbeddedError::Corrupt("the origins of an app"))?;
    let rules = settings.document().map_err(|_| EmbeddedError::Corrupt("the settings of an app"))?;
    connection.execute(
        "UPDATE apps SET mirrored = ?2, disabled = ?3, origins = ?4, requests_per_minute = ?5,
         requests_per_day = ?6, rules = ?7 WHERE id = ?1",
        params![
            app.0.as_bytes(),
            mirrored,
            disabled,
            origins,
            requests_per_minute.map(NonZeroU32::get),
            requests_per_day.map(NonZeroU32::get),
            rules
        ],
    )?;
    Ok(())
}

fn settings(row: &Row<'_>) -> Result<AppSettings, EmbeddedError> {
    let limit = |column: &str| -> Result<Option<NonZeroU32>, EmbeddedError> {
        let stored: Option<u32> = row.get(column)?;
        let limit = |number| NonZeroU32::new(number).ok_or(EmbeddedError::Corrupt("a limit of an app"));
        stored.map(limit).transpose()
    };
    let (origins, rules): (String, String) = (row.get("origins")?, row.get("rules")?);
    let settings = AppSettings {
        mirrored: row.get("mirrored")?,
        disabled: row.get("disabled")?,
        origins: serde_json::from_str(&origins)
            .map_err(|_| EmbeddedError::Corrupt("the origins of an app"))?,
        requests_per_minute: limit("requests_per_minute")?,
        requests_per_day: limit("requests_per_day")?,
        ..AppSettings::default()
    };
    settings.with_document(&rules).map_err(|_| EmbeddedError::Corrupt("the settings of an app"))
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
