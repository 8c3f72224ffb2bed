//! Operators and their passes. Asked of the database each time: an operator who is shut out is so on every server at once.

use faceward_core::OperatorName;
use faceward_store::{KeyHash, OperatorRecord, PassKind, PassRecord, Passes, Role, StoreError};
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::change::Change;
use super::rows::{as_stored, operator_name};
use crate::PostgresError;
use crate::connect::Client;

/// The columns that [`read_operator`] takes.
const COLUMNS: &str = "o.name AS o_name, o.role AS o_role, o.password AS o_password, o.disabled AS o_disabled, o.created_at AS o_created_at";

/// Creates an operator.
pub(crate) async fn create(client: &Client, operator: &OperatorRecord) -> Result<(), StoreError> {
    let OperatorRecord { name, role, password, disabled, created_at } = operator;
    let sql = "INSERT INTO faceward.operators (name, role, password, disabled, created_at)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING";
    let created_at = as_stored(*created_at)?;
    let n_rows =
        client.execute(sql, &[&name.as_str(), &role.name(), password, disabled, &created_at]).await?;
    if n_rows == 0 { Err(StoreError::OperatorExists) } else { Ok(()) }
}

/// The operator of that name.
pub(crate) async fn one(
    client: &Client,
    name: &OperatorName,
) -> Result<Option<OperatorRecord>, PostgresError> {
    let sql = format!("SELECT {COLUMNS} FROM faceward.operators AS o WHERE name = $1");
    client.query_opt(&sql, &[&name.as_str()]).await?.as_ref().map(read_operator).transpose()
}

/// A page of all operators.
pub(crate) async fn page(
    client: &Client,
    after: Option<&OperatorName>,
    limit: usize,
) -> Result<Vec<OperatorRecord>, PostgresError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM faceward.operators AS o WHERE $1::text IS NULL OR name > $1 ORDER BY name LIMIT $2"
    );
    let rows = client.query(&sql, &[&after.map(OperatorName::as_str), &(limit as i64)]).await?;
    rows.iter().map(read_operator).collect()
}

/// Puts an operator in the place of the one of its name.
pub(crate) async fn change(
    client: &mut Client,
    operator: &OperatorRecord,
    passes: Passes,
) -> Result<(), StoreError> {
    let OperatorRecord { name, role, password, disabled, created_at: _ } = operator;
    let change = Change::begin(client).await?;
    let sql = "UPDATE faceward.operators SET role = $2, password = $3, disabled = $4 WHERE name = $1";
    if change.execute(sql, &[&name.as_str(), &role.name(), password, disabled]).await? == 0 {
        return Err(StoreError::OperatorUnknown);
    }
    match passes {
        Passes::Keep => {}
        Passes::End => {
            change.execute("DELETE FROM faceward.passes WHERE operator = $1", &[&name.as_str()]).await?;
        }
    }
    Ok(change.commit_unlogged().await?)
}

/// Adds a pass, and forgets those that have ended.
pub(crate) async fn add_pass(client: &mut Client, pass: &PassRecord) -> Result<(), StoreError> {
    let PassRecord { id, operator, kind, label, hash, created_at, ends_at } = pass;
    let (created_at, ends_at) = (as_stored(*created_at)?, as_stored(*ends_at)?);
    let change = Change::begin(client).await?;
    let lock = "SELECT FROM faceward.operators WHERE name = $1 FOR KEY SHARE";
    if change.execute(lock, &[&operator.as_str()]).await? == 0 {
        return Err(StoreError::OperatorUnknown);
    }
    change.execute("DELETE FROM faceward.passes WHERE ends_at <= $1", &[&created_at]).await?;
    let sql = "INSERT INTO faceward.passes (id, operator, kind, label, sha256, created_at, ends_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (operator, kind, sha256) = (operator.as_str(), kind.name(), hash.sha256.as_slice());
    change.execute(sql, &[id, &operator, &kind, label, &sha256, &created_at, &ends_at]).await?;
    Ok(change.commit_unlogged().await?)
}

/// The pass with this hash, and its operator as it is now.
pub(crate) async fn pass(
    client: &Client,
    hash: &KeyHash,
) -> Result<Option<(PassRecord, OperatorRecord)>, PostgresError> {
    let sql = format!(
        "SELECT p.*, {COLUMNS} FROM faceward.passes AS p JOIN faceward.operators AS o ON o.name = p.operator
         WHERE p.sha256 = $1"
    );
    let Some(row) = client.query_opt(&sql, &[&hash.sha256.as_slice()]).await? else { return Ok(None) };
    Ok(Some((read_pass(&row)?, read_operator(&row)?)))
}

/// A page of the passes of an operator.
pub(crate) async fn passes(
    client: &Client,
    operator: &OperatorName,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<PassRecord>, PostgresError> {
    let sql = "SELECT * FROM faceward.passes WHERE operator = $1 AND ($2::uuid IS NULL OR id > $2)
               ORDER BY id LIMIT $3";
    let rows = client.query(sql, &[&operator.as_str(), &after, &(limit as i64)]).await?;
    rows.iter().map(read_pass).collect()
}

/// Lets a pass end at `ends_at`.
pub(crate) async fn extend_pass(
    client: &Client,
    pass: Uuid,
    ends_at: Timestamp,
) -> Result<(), PostgresError> {
    let sql = "UPDATE faceward.passes SET ends_at = $2 WHERE id = $1";
    client.execute(sql, &[&pass, &as_stored(ends_at)?]).await?;
    Ok(())
}

/// Forgets a pass of an operator; false if there is none.
pub(crate) async fn end_pass(
    client: &Client,
    operator: &OperatorName,
    pass: Uuid,
) -> Result<bool, PostgresError> {
    let sql = "DELETE FROM faceward.passes WHERE operator = $1 AND id = $2";
    Ok(client.execute(sql, &[&operator.as_str(), &pass]).await? > 0)
}

fn read_operator(row: &Row) -> Result<OperatorRecord, PostgresError> {
    Ok(OperatorRecord {
        name: operator_name(row, "o_name")?,
        role: Role::of_name(row.try_get("o_role")?).ok_or(PostgresError::Corrupt("a role"))?,
        password: row.try_get("o_password")?,
        disabled: row.try_get("o_disabled")?,
        created_at: row.try_get("o_created_at")?,
    })
}

fn read_pass(row: &Row) -> Result<PassRecord, PostgresError> {
    let sha256: &[u8] = row.try_get("sha256")?;
    let sha256 = sha256.try_into().map_err(|_| PostgresError::Corrupt("the hash of a pass"))?;
    Ok(PassRecord {
        id: row.try_get("id")?,
        operator: operator_name(row, "operator")?,
        kind: PassKind::of_name(row.try_get("kind")?).ok_or(PostgresError::Corrupt("a kind of pass"))?,
        label: row.try_get("label")?,
        hash: KeyHash { sha256 },
        created_at: row.try_get("created_at")?,
        ends_at: row.try_get("ends_at")?,
    })
}
