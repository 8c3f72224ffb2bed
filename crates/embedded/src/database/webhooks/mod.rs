//! Endpoints that are called back, and the secrets that sign what they are told.

pub(crate) mod outbox;
mod read;

use faceward_core::AppId;
use faceward_sealing::WebhookPart;
use faceward_store::{Endpoint, MAX_SECRETS, SecretRecord, WebhookRecord, WebhookSecret};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::{micros, timestamp};

impl Database {
    /// The endpoint of an app with its secrets that have not ended.
    pub(crate) fn webhook(
        &self,
        app: &AppId,
        now: Timestamp,
    ) -> Result<Option<WebhookRecord>, EmbeddedError> {
        let sql = "SELECT url, enabled FROM webhooks WHERE app = ?1";
        let endpoint = self.connection.query_row(sql, params![app.0.as_bytes()], |row| {
            Ok(Endpoint { url: row.get("url")?, enabled: row.get("enabled")? })
        });
        let Some(endpoint) = endpoint.optional()? else { return Ok(None) };
        let mut statement = self.connection.prepare_cached(
            "SELECT id, created_at, expires_at FROM webhook_secrets
             WHERE app = ?1 AND (expires_at IS NULL OR expires_at > ?2) ORDER BY created_at, id",
        )?;
        let mut rows = statement.query(params![app.0.as_bytes(), micros(now)])?;
        let mut secrets = Vec::new();
        while let Some(row) = rows.next()? {
            let expires_at: Option<i64> = row.get("expires_at")?;
            secrets.push(SecretRecord {
                id: Uuid::from_bytes(row.get("id")?),
                created_at: timestamp(row.get("created_at")?)?,
                expires_at: expires_at.map(timestamp).transpose()?,
            });
        }
        Ok(Some(WebhookRecord { endpoint, secrets }))
    }

    /// Gives an app this endpoint; true if `first` became its secret, as it had none.
    pub(crate) fn set_webhook(
        &self,
        app: &AppId,
        endpoint: &Endpoint,
        first: &WebhookSecret,
    ) -> Result<bool, EmbeddedError> {
        let transaction = self.transaction()?;
        let insert =
            "INSERT INTO webhooks (app, url, enabled) VALUES (?1, ?2, ?3) ON CONFLICT (app) DO NOTHING";
        let values = params![app.0.as_bytes(), endpoint.url, endpoint.enabled];
        let is_new = transaction.execute(insert, values)? > 0;
        if is_new {
            self.put_secret(&transaction, app, first)?;
        } else {
            transaction.execute("UPDATE webhooks SET url = ?2, enabled = ?3 WHERE app = ?1", values)?;
        }
        transaction.commit()?;
        Ok(is_new)
    }

    /// Deletes the endpoint of an app with all that belongs to it; false if it has none.
    pub(crate) fn delete_webhook(&self, app: &AppId) -> Result<bool, EmbeddedError> {
        let sql = "DELETE FROM webhooks WHERE app = ?1";
        Ok(self.connection.execute(sql, params![app.0.as_bytes()])? > 0)
    }

    /// Adds a secret and lets the others end; false if the app has no endpoint.
    pub(crate) fn add_webhook_secret(
        &self,
        app: &AppId,
        secret: &WebhookSecret,
        until: Timestamp,
    ) -> Result<bool, EmbeddedError> {
        let transaction = self.transaction()?;
        let known = "SELECT EXISTS (SELECT 1 FROM webhooks WHERE app = ?1)";
        if !transaction.query_row(known, params![app.0.as_bytes()], |row| row.get(0))? {
            return Ok(false);
        }
        transaction.execute(
            "UPDATE webhook_secrets SET expires_at = min(coalesce(expires_at, ?2), ?2) WHERE app = ?1",
            params![app.0.as_bytes(), micros(until)],
        )?;
        self.put_secret(&transaction, app, secret)?;
        transaction.execute(
            "DELETE FROM webhook_secrets WHERE app = ?1 AND (expires_at <= ?2 OR id NOT IN (
                SELECT id FROM webhook_secrets WHERE app = ?1 ORDER BY created_at DESC, id DESC LIMIT ?3))",
            params![app.0.as_bytes(), micros(secret.created_at), MAX_SECRETS as i64],
        )?;
        transaction.commit()?;
        Ok(true)
    }

    fn put_secret(
        &self,
        connection: &Connection,
        app: &AppId,
        secret: &WebhookSecret,
    ) -> Result<(), EmbeddedError> {
        let sealed = self.sealer.seal_webhook(WebhookPart::Secret, (app, &secret.id), &secret.key)?;
        connection.execute(
            "INSERT INTO webhook_secrets (app, id, sealed, created_at) VALUES (?1, ?2, ?3, ?4)",
            params![app.0.as_bytes(), secret.id.as_bytes(), sealed, micros(secret.created_at)],
        )?;
        Ok(())
    }

    /// What signs for an app at `now`, oldest first.
    fn webhook_keys(&self, app: &AppId, now: Timestamp) -> Result<Vec<Zeroizing<Vec<u8>>>, EmbeddedError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, sealed FROM webhook_secrets
             WHERE app = ?1 AND (expires_at IS NULL OR expires_at > ?2) ORDER BY created_at, id",
        )?;
        let mut rows = statement.query(params![app.0.as_bytes(), micros(now)])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, sealed): (_, Vec<u8>) = (Uuid::from_bytes(row.get("id")?), row.get("sealed")?);
            keys.push(self.open_webhook(WebhookPart::Secret, (app, &id), &sealed)?);
        }
        Ok(keys)
    }

    fn open_webhook(
        &self,
        part: WebhookPart,
        place: (&AppId, &Uuid),
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, EmbeddedError> {
        self.sealer.open_webhook(part, place, sealed).ok_or(EmbeddedError::Corrupt("a part of a webhook"))
    }

    fn open_webhook_text(
        &self,
        part: WebhookPart,
        place: (&AppId, &Uuid),
        sealed: &[u8],
    ) -> Result<String, EmbeddedError> {
        let plain = self.open_webhook(part, place, sealed)?;
        String::from_utf8(plain.to_vec()).map_err(|_| EmbeddedError::Corrupt("a text of a webhook"))
    }
}
