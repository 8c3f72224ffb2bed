//! Keys that sign access tokens, and tokens that are no longer accepted.

use faceward_sealing::Sealer;
use faceward_store::{OtherKeys, SigningKey};
use jiff::Timestamp;
use tokio_postgres::GenericClient;
use uuid::Uuid;

use super::change::{Change, Entry};
use super::rows::as_stored;
use crate::PostgresError;
use crate::connect::Client;

/// Every signing key, oldest first.
pub(crate) async fn signing_keys(client: &Client, sealer: &Sealer) -> Result<Vec<SigningKey>, PostgresError> {
    let all = "SELECT id, sealed, created_at, expires_at FROM faceward.signing_keys ORDER BY created_at, id";
    let mut keys = Vec::new();
    for row in &client.query(all, &[]).await? {
        let id: Uuid = row.try_get("id")?;
        let private = sealer
            .open_signing_key(row.try_get("sealed")?, &id)
            .ok_or(PostgresError::Corrupt("a signing key"))?;
        let (created_at, expires_at) = (row.try_get("created_at")?, row.try_get("expires_at")?);
        keys.push(SigningKey { id, private, created_at, expires_at });
    }
    Ok(keys)
}

/// Adds a key and forgets those that have ended. `None` if another one signs and is to win; else the number in the log,
/// and whether a key was forgotten.
pub(crate) async fn add_signing_key(
    client: &mut Client,
    sealer: &Sealer,
    key: &SigningKey,
    others: OtherKeys,
) -> Result<Option<(i64, bool)>, PostgresError> {
    let sealed = sealer.seal_signing_key(&key.private, &key.id)?;
    let change = Change::begin(client).await?;
    // Two servers that find no key would both add one.
    change.execute("LOCK TABLE faceward.signing_keys IN SHARE ROW EXCLUSIVE MODE", &[]).await?;
    match others {
        OtherKeys::Win => {
            let signs = "SELECT FROM faceward.signing_keys WHERE expires_at IS NULL";
            if !change.query(signs, &[]).await?.is_empty() {
                return Ok(None);
            }
        }
        OtherKeys::EndAt(until) => {
            let end = "UPDATE faceward.signing_keys SET expires_at = least(expires_at, $1)";
            change.execute(end, &[&as_stored(until)?]).await?;
        }
    }
    let made = as_stored(key.created_at)?;
    let n_forgotten =
        change.execute("DELETE FROM faceward.signing_keys WHERE expires_at <= $1", &[&made]).await?;
    let insert = "INSERT INTO faceward.signing_keys (id, sealed, created_at) VALUES ($1, $2, $3)";
    change.execute(insert, &[&key.id, &sealed, &made]).await?;
    Ok(Some((change.commit(&[Entry::SigningKeys]).await?, n_forgotten > 0)))
}

/// Revokes a token for good; forgets those that have ended before `now` anyway.
pub(crate) async fn revoke(
    client: &mut Client,
    token: Uuid,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<i64, PostgresError> {
    let change = Change::begin(client).await?;
    let insert =
        "INSERT INTO faceward.revoked_tokens (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    change.execute(insert, &[&token, &as_stored(expires_at)?]).await?;
    let forget = "DELETE FROM faceward.revoked_tokens WHERE expires_at < $1";
    change.execute(forget, &[&as_stored(now)?]).await?;
    change.commit(&[Entry::Token(token)]).await
}

/// Every revoked token, or that one, with its own end.
pub(crate) async fn revoked(
    client: &impl GenericClient,
    only: Option<Uuid>,
) -> Result<Vec<(Uuid, Timestamp)>, PostgresError> {
    let wanted = "SELECT id, expires_at FROM faceward.revoked_tokens WHERE $1::uuid IS NULL OR id = $1";
    let rows = client.query(wanted, &[&only]).await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("expires_at")?))).collect()
}
