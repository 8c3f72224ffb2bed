//! The data keys of apps, wrapped by the master key.

use faceward_core::AppId;
use faceward_sealing::WrappedKey;
use faceward_store::DataKeyRecord;
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::{app_id, micros, timestamp};

impl Database {
    /// Takes the data keys of all apps into use, and makes one for each app that has none: those of before there were any.
    pub(super) fn take_all_data_keys(&self, now: Timestamp) -> Result<(), EmbeddedError> {
        let without = "SELECT id FROM apps WHERE NOT EXISTS (SELECT 1 FROM data_keys WHERE app = apps.id)";
        let transaction = self.transaction()?;
        for app in apps_of(&transaction, without)? {
            self.add_data_key(&transaction, &app, now)?;
        }
        transaction.commit()?;
        for app in self.app_ids()? {
            self.take_data_keys(&app)?;
        }
        Ok(())
    }

    /// All apps.
    pub(crate) fn app_ids(&self) -> Result<Vec<AppId>, EmbeddedError> {
        apps_of(&self.connection, "SELECT id FROM apps")
    }

    /// Takes the data keys of `app` into use as they are stored.
    pub(super) fn take_data_keys(&self, app: &AppId) -> Result<(), EmbeddedError> {
        let sql = "SELECT generation, wrapped FROM data_keys WHERE app = ?1 ORDER BY generation";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![app.0.as_bytes()])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            keys.push(WrappedKey { generation: row.get("generation")?, wrapped: row.get("wrapped")? });
        }
        Ok(self.sealer.take_data_keys(app, &keys)?)
    }

    /// How the data key of an app that is there stands.
    pub(crate) fn data_key(&self, app: &AppId) -> Result<DataKeyRecord, EmbeddedError> {
        let sql = "SELECT max(generation) AS generation, created_at, count(*) - 1 AS n_older,
                       (SELECT by_master FROM apps WHERE id = ?1) AS by_master
                   FROM data_keys WHERE app = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![app.0.as_bytes()])?;
        let row = rows.next()?.ok_or(EmbeddedError::Corrupt("a count"))?;
        let generation: Option<u32> = row.get("generation")?;
        Ok(DataKeyRecord {
            generation: generation.ok_or(EmbeddedError::Corrupt("the data key of an app"))?,
            created_at: timestamp(row.get("created_at")?)?,
            n_older: row.get::<_, u32>("n_older")? as usize,
            by_master: row.get("by_master")?,
        })
    }

    /// Makes a new data key, which seals from now on.
    pub(crate) fn renew_data_key(&self, app: &AppId, now: Timestamp) -> Result<DataKeyRecord, EmbeddedError> {
        let transaction = self.transaction()?;
        self.add_data_key(&transaction, app, now)?;
        transaction.commit()?;
        self.take_data_keys(app)?;
        self.data_key(app)
    }

    /// Deletes the keys before `generation`, when nothing is left that they have sealed.
    pub(super) fn forget_older_keys(&self, app: &AppId, generation: u32) -> Result<(), EmbeddedError> {
        let transaction = self.transaction()?;
        let forget = "DELETE FROM data_keys WHERE app = ?1 AND generation < ?2";
        transaction.execute(forget, params![app.0.as_bytes(), generation])?;
        let by_none = "UPDATE apps SET by_master = 0 WHERE id = ?1";
        transaction.execute(by_none, params![app.0.as_bytes()])?;
        transaction.commit()?;
        self.sealer.forget_data_keys(app);
        self.take_data_keys(app)
    }

    /// Writes a new data key of `app` inside of whatever transaction is open on `connection`; it is not in use yet.
    pub(super) fn add_data_key(
        &self,
        connection: &Connection,
        app: &AppId,
        now: Timestamp,
    ) -> Result<(), EmbeddedError> {
        // The number first: the key is bound to it.
        let insert = "INSERT INTO data_keys (app, wrapped, created_at) VALUES (?1, x'', ?2)";
        connection.execute(insert, params![app.0.as_bytes(), micros(now)])?;
        let generation = u32::try_from(connection.last_insert_rowid())
            .map_err(|_| EmbeddedError::Corrupt("the generation of a data key"))?;
        let WrappedKey { generation, wrapped } = self.sealer.new_data_key(app, generation)?;
        let fill = "UPDATE data_keys SET wrapped = ?2 WHERE generation = ?1";
        connection.execute(fill, params![generation, wrapped])?;
        Ok(())
    }
}

fn apps_of(connection: &Connection, sql: &str) -> Result<Vec<AppId>, EmbeddedError> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut apps = Vec::new();
    while let Some(row) = rows.next()? {
        apps.push(app_id(row, "id")?);
    }
    Ok(apps)
}
