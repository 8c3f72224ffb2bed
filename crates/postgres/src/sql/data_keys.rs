//! The data keys of apps, wrapped by the master key. Each server keeps those that it has met.
//!
//! Whoever seals holds the row of the app against whoever makes a new key: what is sealed by an older key is in the database
//! before the new one is, so that whoever looks for it then finds all of it.

use faceward_core::AppId;
use faceward_sealing::{Sealer, WrappedKey};
use faceward_store::{DataKeyRecord, StoreError};
use jiff::Timestamp;
use tokio_postgres::Row;

use super::change::{Change, Entry};
use super::rows::{app_id, as_stored};
use crate::PostgresError;
use crate::connect::{Begun, Client, Values};

/// Where rows are read.
pub(crate) trait Reads {
    /// The rows that the statement gives.
    fn rows(
        &self,
        sql: &str,
        values: Values<'_>,
    ) -> impl Future<Output = Result<Vec<Row>, PostgresError>> + Send;
}

impl Reads for Client {
    async fn rows(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, PostgresError> {
        self.query(sql, values).await
    }
}

impl Reads for Change<'_> {
    async fn rows(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, PostgresError> {
        self.query(sql, values).await
    }
}

impl Reads for Begun<'_> {
    async fn rows(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, PostgresError> {
        self.query(sql, values).await
    }
}

impl Reads for tokio_postgres::Client {
    async fn rows(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, PostgresError> {
        Ok(self.query(sql, values).await?)
    }
}

/// Lets `sealer` seal for `app` by its newest key until `change` ends, during which there comes no newer one. False: there is
/// no such app. To be called before other rows are locked.
pub(crate) async fn hold(change: &Change<'_>, sealer: &Sealer, app: &AppId) -> Result<bool, PostgresError> {
    // In a statement of its own: what the next one sees is newer than the lock.
    let lock = "SELECT FROM faceward.apps WHERE id = $1 FOR KEY SHARE";
    if change.query(lock, &[&app.0]).await?.is_empty() {
        return Ok(false);
    }
    newest(change, sealer, app).await?;
    Ok(true)
}

/// The same for a change that has locked the app.
pub(crate) async fn newest(change: &Change<'_>, sealer: &Sealer, app: &AppId) -> Result<(), PostgresError> {
    let sql = "SELECT app, generation, wrapped FROM faceward.data_keys WHERE app = $1
               ORDER BY generation DESC LIMIT 1";
    let rows = change.query(sql, &[&app.0]).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    if sealer.seals_by(app, &stored(row)?) { Ok(()) } else { take(change, sealer, app).await }
}

/// Lets `sealer` open `sealed` of `app`, which was read already: its key is read unless it is known.
pub(crate) async fn know(
    client: &impl Reads,
    sealer: &Sealer,
    app: &AppId,
    sealed: &[u8],
) -> Result<(), PostgresError> {
    if sealer.knows_key_of(app, sealed) { Ok(()) } else { take(client, sealer, app).await }
}

/// The same for a column of rows of any apps.
pub(crate) async fn know_all(
    client: &impl Reads,
    sealer: &Sealer,
    rows: &[Row],
    column: &str,
) -> Result<(), PostgresError> {
    for row in rows {
        know(client, sealer, &app_id(row, "app")?, row.try_get(column)?).await?;
    }
    Ok(())
}

/// Takes the data keys of `app` as they are.
pub(crate) async fn take(client: &impl Reads, sealer: &Sealer, app: &AppId) -> Result<(), PostgresError> {
    let sql = "SELECT app, generation, wrapped FROM faceward.data_keys WHERE app = $1 ORDER BY generation";
    take_rows(sealer, &client.rows(sql, &[&app.0]).await?)
}

/// Takes the data keys of all apps in place of what `sealer` knows.
pub(crate) async fn take_all(
    client: &impl tokio_postgres::GenericClient,
    sealer: &Sealer,
) -> Result<(), PostgresError> {
    let sql = "SELECT app, generation, wrapped FROM faceward.data_keys ORDER BY app, generation";
    take_rows(sealer, &client.query(sql, &[]).await?)
}

/// Takes keys in the order of their apps.
fn take_rows(sealer: &Sealer, rows: &[Row]) -> Result<(), PostgresError> {
    let keys = rows.iter().map(|row| Ok((app_id(row, "app")?, stored(row)?)));
    let keys = keys.collect::<Result<Vec<_>, PostgresError>>()?;
    for of_app in keys.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((app, _)) = of_app.first() else { continue };
        let stored: Vec<WrappedKey> = of_app.iter().map(|(_, key)| key.clone()).collect();
        sealer.take_data_keys(app, &stored)?;
    }
    Ok(())
}

/// Makes a new key of `app` inside of `change`. It is not in use before that is committed.
pub(crate) async fn add(
    change: &Change<'_>,
    sealer: &Sealer,
    app: &AppId,
    created_at: Timestamp,
) -> Result<(), PostgresError> {
    let rows = change.query("SELECT nextval('faceward.key_generations')::integer AS number", &[]).await?;
    let number: i32 = rows.first().ok_or(PostgresError::Corrupt("a sequence"))?.try_get("number")?;
    let generation = u32::try_from(number).map_err(|_| GENERATION)?;
    let WrappedKey { generation: _, wrapped } = sealer.new_data_key(app, generation)?;
    let insert =
        "INSERT INTO faceward.data_keys (generation, app, wrapped, created_at) VALUES ($1, $2, $3, $4)";
    change.execute(insert, &[&number, &app.0, &wrapped, &created_at]).await?;
    Ok(())
}

/// Makes a new key of `app`, which seals from its number in the log on.
pub(crate) async fn renew(
    client: &mut Client,
    sealer: &Sealer,
    app: &AppId,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let change = Change::begin(client).await?;
    // Waits for whoever seals by the one before, and keeps others from beginning to.
    let lock = "SELECT FROM faceward.apps WHERE id = $1 FOR UPDATE";
    if change.query(lock, &[&app.0]).await?.is_empty() {
        return Err(StoreError::AppUnknown(*app));
    }
    add(&change, sealer, app, as_stored(now)?).await?;
    Ok(change.commit(&[Entry::App(*app)]).await?)
}

/// How the data key of `app` stands.
pub(crate) async fn record(client: &impl Reads, app: &AppId) -> Result<DataKeyRecord, StoreError> {
    let sql = "SELECT app.by_master, key.generation, key.created_at, count(*) OVER () - 1 AS n_older
               FROM faceward.apps AS app LEFT JOIN faceward.data_keys AS key ON key.app = app.id
               WHERE app.id = $1 ORDER BY key.generation DESC LIMIT 1";
    let rows = client.rows(sql, &[&app.0]).await?;
    let row = rows.first().ok_or(StoreError::AppUnknown(*app))?;
    Ok(read_record(row)?)
}

fn read_record(row: &Row) -> Result<DataKeyRecord, PostgresError> {
    let generation: Option<i32> = row.try_get("generation")?;
    let generation = generation.and_then(|generation| u32::try_from(generation).ok()).ok_or(GENERATION)?;
    let n_older: i64 = row.try_get("n_older")?;
    Ok(DataKeyRecord {
        generation,
        created_at: row.try_get("created_at")?,
        n_older: usize::try_from(n_older).map_err(|_| PostgresError::Corrupt("a count"))?,
        by_master: row.try_get("by_master")?,
    })
}

/// Deletes the keys before `generation`, when nothing is left that they have sealed.
pub(crate) async fn forget_older(
    change: &Change<'_>,
    app: &AppId,
    generation: u32,
) -> Result<(), PostgresError> {
    let generation = i32::try_from(generation).map_err(|_| GENERATION)?;
    let forget = "DELETE FROM faceward.data_keys WHERE app = $1 AND generation < $2";
    change.execute(forget, &[&app.0, &generation]).await?;
    change.execute("UPDATE faceward.apps SET by_master = false WHERE id = $1", &[&app.0]).await?;
    Ok(())
}

/// Makes a key for each app that has none: those of before there were any. Under the lock of the migration.
pub(crate) async fn add_missing(client: &mut Client, sealer: &Sealer) -> Result<(), PostgresError> {
    let without = "SELECT id FROM faceward.apps AS app
                   WHERE NOT EXISTS (SELECT FROM faceward.data_keys WHERE app = app.id)";
    let rows = client.query(without, &[]).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let change = Change::begin(client).await?;
    for row in &rows {
        add(&change, sealer, &app_id(row, "id")?, Timestamp::now()).await?;
    }
    change.commit_unlogged().await
}

const GENERATION: PostgresError = PostgresError::Corrupt("the generation of a data key");

fn stored(row: &Row) -> Result<WrappedKey, PostgresError> {
    let generation = u32::try_from(row.try_get::<_, i32>("generation")?).map_err(|_| GENERATION)?;
    Ok(WrappedKey { generation, wrapped: row.try_get("wrapped")? })
}
