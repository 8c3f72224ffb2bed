//! Endpoints that are called back, and the secrets that sign what they are told.

pub(crate) mod outbox;
pub(crate) mod read;

use faceward_core::AppId;
use faceward_sealing::{Sealer, WebhookPart};
use faceward_store::{Endpoint, MAX_SECRETS, SecretRecord, StoreError, WebhookRecord, WebhookSecret};
use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::change::Change;
use super::data_keys;
use super::rows::as_stored;
use crate::PostgresError;
use crate::connect::Client;

/// The endpoint of an app with its secrets that have not ended.
pub(crate) async fn one(
    client: &Client,
    app: &AppId,
    now: Timestamp,
) -> Result<Option<WebhookRecord>, PostgresError> {
    let sql = "SELECT url, enabled FROM faceward.webhooks WHERE app = $1";
    let Some(row) = client.query_opt(sql, &[&app.0]).await? else { return Ok(None) };
    let endpoint = Endpoint { url: row.try_get("url")?, enabled: row.try_get("enabled")? };
    let sql = "SELECT id, created_at, expires_at FROM faceward.webhook_secrets
               WHERE app = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY created_at, id";
    let rows = client.query(sql, &[&app.0, &as_stored(now)?]).await?;
    let secrets = rows.iter().map(|row| {
        let (id, created_at, expires_at) =
            (row.try_get("id")?, row.try_get("created_at")?, row.try_get("expires_at")?);
        Ok::<_, PostgresError>(SecretRecord { id, created_at, expires_at })
    });
    Ok(Some(WebhookRecord { endpoint, secrets: secrets.collect::<Result<_, _>>()? }))
}

/// Gives an app this endpoint; true if `first` became its secret, as it had none.
pub(crate) async fn set(
    client: &mut Client,
    sealer: &Sealer,
    app: &AppId,
    (endpoint, first): (&Endpoint, &WebhookSecret),
) -> Result<bool, StoreError> {
    let Endpoint { url, enabled } = endpoint;
    let change = Change::of_app(client, app).await?;
    let update = "UPDATE faceward.webhooks SET url = $2, enabled = $3 WHERE app = $1";
    let is_new = change.execute(update, &[&app.0, url, enabled]).await? == 0;
    if is_new {
        data_keys::newest(&change, sealer, app).await?;
        let insert = "INSERT INTO faceward.webhooks (app, url, enabled) VALUES ($1, $2, $3)";
        change.execute(insert, &[&app.0, url, enabled]).await?;
        put_secret(&change, sealer, app, first).await?;
    }
    change.commit_unlogged().await?;
    Ok(is_new)
}

/// Deletes the endpoint of an app with all that belongs to it; false if it has none.
pub(crate) async fn delete(client: &Client, app: &AppId) -> Result<bool, PostgresError> {
    Ok(client.execute("DELETE FROM faceward.webhooks WHERE app = $1", &[&app.0]).await? > 0)
}

/// Adds a secret and lets the others end; `None` if the app has no endpoint, else how many were forgotten.
pub(crate) async fn add_secret(
    client: &mut Client,
    sealer: &Sealer,
    app: &AppId,
    (secret, until): (&WebhookSecret, Timestamp),
) -> Result<Option<u64>, PostgresError> {
    let change = Change::begin(client).await?;
    if !data_keys::hold(&change, sealer, app).await? {
        return Ok(None);
    }
    // Of two that rotate at once, one comes after the other.
    let lock = "SELECT FROM faceward.webhooks WHERE app = $1 FOR NO KEY UPDATE";
    if change.query(lock, &[&app.0]).await?.is_empty() {
        return Ok(None);
    }
    let end = "UPDATE faceward.webhook_secrets SET expires_at = least(expires_at, $2) WHERE app = $1";
    change.execute(end, &[&app.0, &as_stored(until)?]).await?;
    put_secret(&change, sealer, app, secret).await?;
    let forget = "
        DELETE FROM faceward.webhook_secrets WHERE app = $1 AND (expires_at <= $2 OR id NOT IN (
            SELECT id FROM faceward.webhook_secrets WHERE app = $1 ORDER BY created_at DESC, id DESC LIMIT $3))";
    let n_forgotten =
        change.execute(forget, &[&app.0, &as_stored(secret.created_at)?, &(MAX_SECRETS as i64)]).await?;
    change.commit_unlogged().await?;
    Ok(Some(n_forgotten))
}

async fn put_secret(
    change: &Change<'_>,
    sealer: &Sealer,
    app: &AppId,
    secret: &WebhookSecret,
) -> Result<(), PostgresError> {
    let sealed = sealer.seal_webhook(WebhookPart::Secret, (app, &secret.id), &secret.key)?;
    let insert = "INSERT INTO faceward.webhook_secrets (app, id, sealed, created_at) VALUES ($1, $2, $3, $4)";
    change.execute(insert, &[&app.0, &secret.id, &sealed, &as_stored(secret.created_at)?]).await?;
    Ok(())
}

fn open(
    sealer: &Sealer,
    part: WebhookPart,
    place: (&AppId, &Uuid),
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, PostgresError> {
    sealer.open_webhook(part, place, sealed).ok_or(PostgresError::Corrupt("a part of a webhook"))
}

fn open_text(
    sealer: &Sealer,
    part: WebhookPart,
    place: (&AppId, &Uuid),
    sealed: &[u8],
) -> Result<String, PostgresError> {
    let plain = open(sealer, part, place, sealed)?;
    String::from_utf8(plain.to_vec()).map_err(|_| PostgresError::Corrupt("a text of a webhook"))
}
