//! Apps with their keys.

use std::num::NonZeroU32;

use faceward_core::AppId;
use faceward_index::AppEntry;
use faceward_sealing::Sealer;
use faceward_store::{AppRecord, AppSettings, Extent, KeyHash, StoreError, StoredKey};
use jiff::Timestamp;
use tokio_postgres::{GenericClient, Row};

use super::change::{Change, Entry};
use super::data_keys;
use super::deletion::delete_templates;
use super::galleries::Deleted;
use super::rows::{app_id, as_stored};
use crate::PostgresError;
use crate::connect::Client;

/// Creates an app with its first key and a data key of its own. Gives the number in the log.
pub(crate) async fn create(
    client: &mut Client,
    sealer: &Sealer,
    app: &AppRecord,
    key: &KeyHash,
) -> Result<i64, StoreError> {
    let AppRecord { id, name, settings, created_at } = app;
    let created_at = as_stored(*created_at)?;
    let change = Change::begin(client).await?;
    let insert = "INSERT INTO faceward.apps (id, name, mirrored, disabled, origins, created_at)
                  VALUES ($1, $2, false, false, '{}', $3)
                  ON CONFLICT (id) DO NOTHING";
    if change.execute(insert, &[&id.0, name, &created_at]).await? == 0 {
        return Err(StoreError::AppExists(*id));
    }
    put_settings(&change, id, settings).await?;
    add_key(&change, id, key, created_at).await?;
    data_keys::add(&change, sealer, id, created_at).await?;
    Ok(change.commit(&[Entry::App(*id)]).await?)
}

/// Gives the app other settings.
pub(crate) async fn set_settings(
    client: &mut Client,
    app: &AppId,
    settings: &AppSettings,
) -> Result<i64, StoreError> {
    let change = Change::of_app(client, app).await?;
    put_settings(&change, app, settings).await?;
    Ok(change.commit(&[Entry::App(*app)]).await?)
}

/// The number of the change; `None`: the settings are not `known` any more.
pub(crate) async fn replace_settings(
    client: &mut Client,
    app: &AppId,
    known: &AppSettings,
    settings: &AppSettings,
) -> Result<Option<i64>, StoreError> {
    let change = Change::of_app(client, app).await?;
    // Locked by the change: nobody else gives it others now.
    let rows = change.query("SELECT * FROM faceward.apps WHERE id = $1", &[&app.0]).await?;
    let row = rows.first().ok_or(StoreError::AppUnknown(*app))?;
    if self::settings(row)? != *known {
        return Ok(None);
    }
    put_settings(&change, app, settings).await?;
    Ok(Some(change.commit(&[Entry::App(*app)]).await?))
}

async fn put_settings(change: &Change<'_>, app: &AppId, settings: &AppSettings) -> Result<(), PostgresError> {
    let AppSettings { mirrored, disabled, origins, requests_per_minute, requests_per_day, .. } = settings;
    let sql = "UPDATE faceward.apps SET mirrored = $2, disabled = $3, origins = $4, requests_per_minute = $5,
               requests_per_day = $6, rules = $7 WHERE id = $1";
    let limit = |limit: &Option<NonZeroU32>| limit.map(|limit| i64::from(limit.get()));
    let (minute, day) = (limit(requests_per_minute), limit(requests_per_day));
    let rules = settings.document().map_err(|_| PostgresError::Corrupt("the settings of an app"))?;
    change.execute(sql, &[&app.0, mirrored, disabled, origins, &minute, &day, &rules]).await?;
    Ok(())
}

/// Gives the app another name.
pub(crate) async fn rename(client: &mut Client, app: &AppId, name: &str) -> Result<i64, StoreError> {
    let change = Change::of_app(client, app).await?;
    change.execute("UPDATE faceward.apps SET name = $2 WHERE id = $1", &[&app.0, &name]).await?;
    Ok(change.commit(&[Entry::App(*app)]).await?)
}

/// Deletes an app with everything in it, and the keys that seal it.
pub(crate) async fn delete(client: &mut Client, app: &AppId) -> Result<Deleted, StoreError> {
    let change = Change::of_app(client, app).await?;
    let rows = delete_templates(&change, app, &Extent::App).await?;
    for sql in [
        "DELETE FROM faceward.challenges WHERE app = $1",
        "DELETE FROM faceward.frames WHERE app = $1",
        "DELETE FROM faceward.apps WHERE id = $1",
    ] {
        change.execute(sql, &[&app.0]).await?;
    }
    Ok((rows, change.commit(&[Entry::AppGone(*app)]).await?))
}

/// Adds a key without an end, and lets every other one end at `until` if it does not end earlier.
pub(crate) async fn replace_keys(
    client: &mut Client,
    app: &AppId,
    key: &KeyHash,
    now: Timestamp,
    until: Timestamp,
) -> Result<i64, StoreError> {
    let change = Change::of_app(client, app).await?;
    add_key(&change, app, key, as_stored(now)?).await?;
    let end =
        "UPDATE faceward.app_keys SET expires_at = least(expires_at, $3) WHERE app = $1 AND sha256 <> $2";
    change.execute(end, &[&app.0, &key.sha256.as_slice(), &as_stored(until)?]).await?;
    Ok(change.commit(&[Entry::App(*app)]).await?)
}

/// The number of the change; `None`: no key was added at `added`.
pub(crate) async fn end_key(
    client: &mut Client,
    app: &AppId,
    added: Timestamp,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let change = Change::of_app(client, app).await?;
    let end =
        "UPDATE faceward.app_keys SET expires_at = least(expires_at, $3) WHERE app = $1 AND created_at = $2";
    let n_ended = change.execute(end, &[&app.0, &as_stored(added)?, &as_stored(now)?]).await?;
    if n_ended == 0 {
        return Ok(None);
    }
    Ok(Some(change.commit(&[Entry::App(*app)]).await?))
}

/// Adds a key without an end; a key that the app already has loses its end.
async fn add_key(
    change: &Change<'_>,
    app: &AppId,
    key: &KeyHash,
    at: Timestamp,
) -> Result<(), PostgresError> {
    let insert = "INSERT INTO faceward.app_keys (app, sha256, created_at) VALUES ($1, $2, $3)
                  ON CONFLICT (app, sha256) DO UPDATE SET expires_at = NULL";
    change.execute(insert, &[&app.0, &key.sha256.as_slice(), &at]).await?;
    Ok(())
}

/// One app as it is now.
pub(crate) async fn read(
    client: &impl GenericClient,
    app: &AppId,
) -> Result<Option<AppEntry>, PostgresError> {
    let one = "SELECT * FROM faceward.apps WHERE id = $1";
    let Some(row) = client.query_opt(one, &[&app.0]).await? else { return Ok(None) };
    let keys = "SELECT app, sha256, created_at, expires_at FROM faceward.app_keys WHERE app = $1
                ORDER BY created_at, sha256";
    let keys = client.query(keys, &[&app.0]).await?;
    let keys = keys.iter().map(stored_key).collect::<Result<_, _>>()?;
    Ok(Some(AppEntry { record: record(&row)?, keys }))
}

/// All apps with their keys.
pub(crate) async fn read_all(client: &impl GenericClient) -> Result<Vec<AppEntry>, PostgresError> {
    let apps = client.query("SELECT * FROM faceward.apps ORDER BY id", &[]).await?;
    let mut entries = Vec::new();
    for row in &apps {
        entries.push(AppEntry { record: record(row)?, keys: Vec::new() });
    }
    let keys =
        "SELECT app, sha256, created_at, expires_at FROM faceward.app_keys ORDER BY created_at, sha256";
    for row in &client.query(keys, &[]).await? {
        let app = app_id(row, "app")?;
        let at = entries.binary_search_by(|entry| entry.record.id.cmp(&app));
        let at = at.map_err(|_| PostgresError::Corrupt("the app of a key"))?;
        entries[at].keys.push(stored_key(row)?);
    }
    Ok(entries)
}

fn record(row: &Row) -> Result<AppRecord, PostgresError> {
    Ok(AppRecord {
        id: app_id(row, "id")?,
        name: row.try_get("name")?,
        settings: settings(row)?,
        created_at: row.try_get("created_at")?,
    })
}

fn settings(row: &Row) -> Result<AppSettings, PostgresError> {
    let limit = |column: &str| -> Result<Option<NonZeroU32>, PostgresError> {
        let stored: Option<i64> = row.try_get(column)?;
        let limit = |number| u32::try_from(number).ok().and_then(NonZeroU32::new);
        stored.map(|number| limit(number).ok_or(PostgresError::Corrupt("a limit of an app"))).transpose()
    };
    let settings = AppSettings {
        mirrored: row.try_get("mirrored")?,
        disabled: row.try_get("disabled")?,
        origins: row.try_get("origins")?,
        requests_per_minute: limit("requests_per_minute")?,
        requests_per_day: limit("requests_per_day")?,
        ..AppSettings::default()
    };
    settings
        .with_document(row.try_get("rules")?)
        .map_err(|_| PostgresError::Corrupt("the settings of an app"))
}

fn stored_key(row: &Row) -> Result<StoredKey, PostgresError> {
    let sha256: &[u8] = row.try_get("sha256")?;
    let sha256 = sha256.try_into().map_err(|_| PostgresError::Corrupt("the hash of a key"))?;
    Ok(StoredKey {
        hash: KeyHash { sha256 },
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
    })
}
