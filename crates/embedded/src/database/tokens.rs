//! Keys that sign access tokens, and tokens that are no longer accepted.

use faceward_store::{OtherKeys, SigningKey};
use jiff::Timestamp;
use rusqlite::params;
use uuid::Uuid;

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::{micros, timestamp};

impl Database {
    /// Every signing key, oldest first.
    pub(crate) fn signing_keys(&self) -> Result<Vec<SigningKey>, EmbeddedError> {
        let mut statement = self
            .connection
            .prepare("SELECT id, sealed, created_at, expires_at FROM signing_keys ORDER BY created_at, id")?;
        let mut rows = statement.query([])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            let id = Uuid::from_bytes(row.get("id")?);
            let sealed =
                row.get_ref("sealed")?.as_blob().map_err(|_| EmbeddedError::Corrupt("a signing key"))?;
            let private =
                self.sealer.open_signing_key(sealed, &id).ok_or(EmbeddedError::Corrupt("a signing key"))?;
            let expires_at: Option<i64> = row.get("expires_at")?;
            keys.push(SigningKey {
                id,
                private,
                created_at: timestamp(row.get("created_at")?)?,
                expires_at: expires_at.map(timestamp).transpose()?,
            });
        }
        Ok(keys)
    }

    /// Adds a key and forgets those that have ended; false if another one signs and is to win.
    pub(crate) fn put_signing_key(&self, key: &SigningKey, others: OtherKeys) -> Result<bool, EmbeddedError> {
        let sealed = self.sealer.seal_signing_key(&key.private, &key.id)?;
        let transaction = self.transaction()?;
        match others {
            OtherKeys::Win => {
                let signs = "SELECT EXISTS (SELECT 1 FROM signing_keys WHERE expires_at IS NULL)";
                if transaction.query_row(signs, [], |row| row.get(0))? {
                    return Ok(false);
                }
            }
            OtherKeys::EndAt(until) => {
                transaction.execute(
                    "UPDATE signing_keys SET expires_at = min(coalesce(expires_at, ?1), ?1)",
                    params![micros(until)],
                )?;
            }
        }
        transaction
            .execute("DELETE FROM signing_keys WHERE expires_at <= ?1", params![micros(key.created_at)])?;
        transaction.execute(
            "INSERT INTO signing_keys (id, sealed, created_at) VALUES (?1, ?2, ?3)",
            params![key.id.as_bytes(), sealed, micros(key.created_at)],
        )?;
        transaction.commit()?;
        Ok(true)
    }

    /// Every revoked token, with its own end.
    pub(crate) fn revoked_tokens(&self) -> Result<Vec<(Uuid, Timestamp)>, EmbeddedError> {
        let mut statement = self.connection.prepare("SELECT id, expires_at FROM revoked_tokens")?;
        let mut rows = statement.query([])?;
        let mut tokens = Vec::new();
        while let Some(row) = rows.next()? {
            tokens.push((Uuid::from_bytes(row.get("id")?), timestamp(row.get("expires_at")?)?));
        }
        Ok(tokens)
    }

    /// Revokes a token for good; forgets those that have ended before `now` anyway.
    pub(crate) fn revoke_token(
        &self,
        token: Uuid,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), EmbeddedError> {
        let transaction = self.transaction()?;
        transaction.execute(
            "INSERT INTO revoked_tokens (id, expires_at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING",
            params![token.as_bytes(), micros(expires_at)],
        )?;
        transaction.execute("DELETE FROM revoked_tokens WHERE expires_at < ?1", params![micros(now)])?;
        Ok(transaction.commit()?)
    }
}
