//! Another master key: everything that it protects, and its proof, in one transaction.

use faceward_core::AppId;
use faceward_sealing::{Sealer, WrappedKey};
use rusqlite::params;
use uuid::Uuid;

use super::KEY_PROOF;
use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::app_id;

impl Database {
    /// Whether something may be sealed by the master key itself that is of an app.
    pub(crate) fn has_sealed_by_master(&self) -> Result<bool, EmbeddedError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM apps WHERE by_master)";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Whether the master key of `other` is the one in force.
    pub(crate) fn is_under(&self, other: &Sealer) -> Result<bool, EmbeddedError> {
        Ok(other.accepts_proof(&self.sealer.key_proof()?))
    }

    /// Puts everything under the master key of `next`, which is in force when this returns.
    pub(crate) fn go_under(&self, next: &Sealer) -> Result<(), EmbeddedError> {
        let transaction = self.transaction()?;
        for (app, key) in self.wrapped_keys()? {
            let WrappedKey { generation, wrapped } = self.sealer.rewrap(&app, &key, next)?;
            let sql = "UPDATE data_keys SET wrapped = ?2 WHERE generation = ?1";
            transaction.execute(sql, params![generation, wrapped])?;
        }
        for key in self.signing_keys()? {
            let sealed = next.seal_signing_key(&key.private, &key.id)?;
            let sql = "UPDATE signing_keys SET sealed = ?2 WHERE id = ?1";
            transaction.execute(sql, params![Uuid::as_bytes(&key.id), sealed])?;
        }
        let sql = "UPDATE meta SET value = ?2 WHERE name = ?1";
        transaction.execute(sql, params![KEY_PROOF, next.key_proof()?])?;
        transaction.commit()?;
        self.sealer.go_on_under(next);
        Ok(())
    }

    fn wrapped_keys(&self) -> Result<Vec<(AppId, WrappedKey)>, EmbeddedError> {
        let mut statement = self.connection.prepare("SELECT app, generation, wrapped FROM data_keys")?;
        let mut rows = statement.query([])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            let key = WrappedKey { generation: row.get("generation")?, wrapped: row.get("wrapped")? };
            keys.push((app_id(row, "app")?, key));
        }
        Ok(keys)
    }
}
