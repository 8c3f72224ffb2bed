//! Operators and their passes.

use faceward_core::OperatorName;
use faceward_store::{KeyHash, OperatorRecord, PassKind, PassRecord, Passes, Role};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use uuid::Uuid;

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::{micros, operator_name, timestamp};

impl Database {
    /// Creates an operator; false if the name is taken.
    pub(crate) fn create_operator(&self, operator: &OperatorRecord) -> Result<bool, EmbeddedError> {
        let OperatorRecord { name, role, password, disabled, created_at } = operator;
        let n_rows = self.connection.execute(
            "INSERT INTO operators (name, role, password, disabled, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (name) DO NOTHING",
            params![name.as_str(), role.name(), password, disabled, micros(*created_at)],
        )?;
        Ok(n_rows > 0)
    }

    pub(crate) fn operator(&self, name: &OperatorName) -> Result<Option<OperatorRecord>, EmbeddedError> {
        let sql = "SELECT name AS operator, role, password, disabled, created_at AS operator_created_at
                   FROM operators WHERE name = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![name.as_str()])?;
        rows.next()?.map(read_operator).transpose()
    }

    pub(crate) fn operators(
        &self,
        after: Option<&OperatorName>,
        limit: usize,
    ) -> Result<Vec<OperatorRecord>, EmbeddedError> {
        let sql = "SELECT name AS operator, role, password, disabled, created_at AS operator_created_at
                   FROM operators WHERE ?1 IS NULL OR name > ?1 ORDER BY name LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![after.map(OperatorName::as_str), limit])?;
        let mut operators = Vec::new();
        while let Some(row) = rows.next()? {
            operators.push(read_operator(row)?);
        }
        Ok(operators)
    }

    /// Changes an operator; false if there is none of that name.
    pub(crate) fn change_operator(
        &self,
        operator: &OperatorRecord,
        passes: Passes,
    ) -> Result<bool, EmbeddedError> {
        let OperatorRecord { name, role, password, disabled, created_at: _ } = operator;
        let transaction = self.transaction()?;
        let n_rows = transaction.execute(
            "UPDATE operators SET role = ?2, password = ?3, disabled = ?4 WHERE name = ?1",
            params![name.as_str(), role.name(), password, disabled],
        )?;
        match passes {
            Passes::Keep => {}
            Passes::End => {
                transaction.execute("DELETE FROM passes WHERE operator = ?1", params![name.as_str()])?;
            }
        }
        transaction.commit()?;
        Ok(n_rows > 0)
    }

    /// Adds a pass of an operator that exists, and forgets those that have ended.
    pub(crate) fn add_pass(&self, pass: &PassRecord) -> Result<(), EmbeddedError> {
        let PassRecord { id, operator, kind, label, hash, created_at, ends_at } = pass;
        let transaction = self.transaction()?;
        transaction.execute("DELETE FROM passes WHERE ends_at <= ?1", params![micros(*created_at)])?;
        transaction.execute(
            "INSERT INTO passes (id, operator, kind, label, sha256, created_at, ends_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                id.as_bytes(),
                operator.as_str(),
                kind.name(),
                label,
                hash.sha256,
                micros(*created_at),
                micros(*ends_at)
            ],
        )?;
        Ok(transaction.commit()?)
    }

    pub(crate) fn pass(&self, hash: &KeyHash) -> Result<Option<(PassRecord, OperatorRecord)>, EmbeddedError> {
        let sql = "SELECT passes.*, role, password, disabled, operators.created_at AS operator_created_at
                   FROM passes JOIN operators ON operators.name = passes.operator WHERE sha256 = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![hash.sha256])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some((read_pass(row)?, read_operator(row)?)))
    }

    pub(crate) fn passes(
        &self,
        operator: &OperatorName,
        after: Option<&Uuid>,
        limit: usize,
    ) -> Result<Vec<PassRecord>, EmbeddedError> {
        let sql = "SELECT * FROM passes WHERE operator = ?1 AND (?2 IS NULL OR id > ?2) ORDER BY id LIMIT ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![operator.as_str(), after.map(Uuid::as_bytes), limit])?;
        let mut passes = Vec::new();
        while let Some(row) = rows.next()? {
            passes.push(read_pass(row)?);
        }
        Ok(passes)
    }

    pub(crate) fn extend_pass(&self, pass: &Uuid, ends_at: Timestamp) -> Result<(), EmbeddedError> {
        let sql = "UPDATE passes SET ends_at = ?2 WHERE id = ?1";
        self.connection.execute(sql, params![pass.as_bytes(), micros(ends_at)])?;
        Ok(())
    }

    pub(crate) fn end_pass(&self, operator: &OperatorName, pass: &Uuid) -> Result<bool, EmbeddedError> {
        let sql = "DELETE FROM passes WHERE operator = ?1 AND id = ?2 RETURNING id";
        let ended: Option<Vec<u8>> = self
            .connection
            .query_row(sql, params![operator.as_str(), pass.as_bytes()], |row| row.get(0))
            .optional()?;
        Ok(ended.is_some())
    }
}

fn read_operator(row: &Row<'_>) -> Result<OperatorRecord, EmbeddedError> {
    let role: String = row.get("role")?;
    Ok(OperatorRecord {
        name: operator_name(row, "operator")?,
        role: Role::of_name(&role).ok_or(EmbeddedError::Corrupt("a role"))?,
        password: row.get("password")?,
        disabled: row.get("disabled")?,
        created_at: timestamp(row.get("operator_created_at")?)?,
    })
}

fn read_pass(row: &Row<'_>) -> Result<PassRecord, EmbeddedError> {
    let kind: String = row.get("kind")?;
    Ok(PassRecord {
        id: Uuid::from_bytes(row.get("id")?),
        operator: operator_name(row, "operator")?,
        kind: PassKind::of_name(&kind).ok_or(EmbeddedError::Corrupt("a kind of pass"))?,
        label: row.get("label")?,
        hash: KeyHash { sha256: row.get("sha256")? },
        created_at: timestamp(row.get("created_at")?)?,
        ends_at: timestamp(row.get("ends_at")?)?,
    })
}
