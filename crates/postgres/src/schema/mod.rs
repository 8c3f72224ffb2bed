//! The tables, and how they come to be. One server migrates, the others wait for it.

mod inside;
mod outside;

use crate::PostgresError;
use crate::connect::Client;

pub use inside::SeenVectors;
pub(crate) use inside::{look as look_at_vectors, make as make_inside, make_graph};
pub(crate) use outside::make as make_outside;

/// Entry `n` takes the tables from version `n` to `n + 1`. Never edit an entry.
const STEPS: &[&str] = &[
    include_str!("001.sql"),
    include_str!("002.sql"),
    include_str!("003.sql"),
    include_str!("004.sql"),
    include_str!("005.sql"),
    include_str!("006.sql"),
    include_str!("007.sql"),
    include_str!("008.sql"),
];

/// The version that this program needs.
pub(crate) const NEWEST: i32 = STEPS.len() as i32;

/// What makes the role that servers use, for whoever owns the tables.
pub const ROLES: &str = include_str!("roles.sql");

/// "faceward" as a number: whoever holds this lock of the database migrates it or unlocks its key.
const LOCK: i64 = 0x6661_6365_7761_7264;

/// Takes the tables to the newest version if they are not, a step a transaction, and holds the lock until [`unlock`].
///
/// Where there is nothing to do, no right is needed but to read.
pub(crate) async fn migrate(client: &mut Client) -> Result<(), PostgresError> {
    let encoding: String = client.query_one("SHOW server_encoding", &[]).await?.try_get(0)?;
    if encoding != "UTF8" {
        return Err(PostgresError::Encoding(encoding));
    }
    // No limit on the wait: another server may be filling a new column of a large table.
    client.execute("SET lock_timeout = 0", &[]).await?;
    client.execute("SET statement_timeout = 0", &[]).await?;
    client.patient()?.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await?;
    let found = version(client).await?;
    if found > NEWEST {
        return Err(PostgresError::SchemaTooNew { found, known: NEWEST });
    }
    for (number, step) in (1_i32..).zip(STEPS).skip(usize::try_from(found).unwrap_or_default()) {
        make(client, number, step).await.map_err(|error| too_old(error, number - 1))?;
    }
    Ok(())
}

/// Lets the next server migrate.
pub(crate) async fn unlock(client: &Client) -> Result<(), PostgresError> {
    client.execute("SELECT pg_advisory_unlock($1)", &[&LOCK]).await?;
    client.execute("RESET lock_timeout", &[]).await?;
    client.execute("RESET statement_timeout", &[]).await?;
    Ok(())
}

async fn make(client: &mut Client, number: i32, step: &str) -> Result<(), PostgresError> {
    let transaction = client.patient()?.transaction().await?;
    if number == 1 {
        let tables = "CREATE SCHEMA IF NOT EXISTS faceward; CREATE TABLE faceward.versions (number integer PRIMARY KEY)";
        transaction.batch_execute(tables).await?;
    }
    transaction.batch_execute(step).await?;
    transaction.execute("INSERT INTO faceward.versions (number) VALUES ($1)", &[&number]).await?;
    transaction.commit().await?;
    tracing::info!(version = number, "made the tables of the database");
    Ok(())
}

/// The version of the tables; 0: there are none.
pub(crate) async fn version(client: &Client) -> Result<i32, PostgresError> {
    let there = client.query_one("SELECT to_regclass('faceward.versions') IS NOT NULL", &[]).await?;
    if !there.try_get::<_, bool>(0)? {
        return Ok(0);
    }
    let newest = "SELECT coalesce(max(number), 0) FROM faceward.versions";
    Ok(client.query_one(newest, &[]).await?.try_get(0)?)
}

/// Whoever may not make the tables is told who may.
fn too_old(error: PostgresError, found: i32) -> PostgresError {
    if let PostgresError::Database(told) = &error
        && is_about_rights(told)
    {
        return PostgresError::SchemaTooOld { found, needed: NEWEST };
    }
    error
}

fn is_about_rights(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&tokio_postgres::error::SqlState::INSUFFICIENT_PRIVILEGE)
}
