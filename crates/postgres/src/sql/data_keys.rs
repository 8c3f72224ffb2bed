//! The data keys of apps, wrapped by the master key. Each server keeps those that it has met.
//!
//! Whoever seals holds the row of the app against whoever makes a new key: what is sealed by an older key is in the database
//! before the new one is, so that whoever looks for it then finds all of it.

use faceward_core::AppId;
use faceward_sealing::{Sealer, WrappedKey};
use jiff::Timestamp;
use tokio_postgres::Row;

use super::change::Change;
use super::rows::app_id;
use crate::PostgresError;
use crate::connect::{Client, Values};

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

async fn take(client: &impl Reads, sealer: &Sealer, app: &AppId) -> Result<(), PostgresError> {
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
) -> Result<u32, PostgresError> {
    let rows = change.query("SELECT nextval('faceward.key_generations')::integer AS number", &[]).await?;
    let number: i32 = rows.first().ok_or(PostgresError::Corrupt("a sequence"))?.try_get("number")?;
    let generation = u32::try_from(number).map_err(|_| GENERATION)?;
    let WrappedKey { generation, wrapped } = sealer.new_data_key(app, generation)?;
    let insert =
        "INSERT INTO faceward.data_keys (generation, app, wrapped, created_at) VALUES ($1, $2, $3, $4)";
    change.execute(insert, &[&number, &app.0, &wrapped, &created_at]).await?;
    Ok(generation)
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
