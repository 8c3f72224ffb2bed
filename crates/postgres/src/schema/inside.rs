//! What a search in the database needs beside the other tables: the extension, and tables of its own.

use tokio_postgres::error::SqlState;

use crate::PostgresError;
use crate::connect::Client;

const TURNED: &str = include_str!("turned.sql");

/// What is there of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenVectors {
    /// The version of pgvector in the database; `None`: it is not in it.
    pub installed: Option<String>,
    /// Whether this server has pgvector to be put in.
    pub available: bool,
    /// Whether the tables are there.
    pub tables: bool,
}

/// Looks, and changes nothing.
pub(crate) async fn look(client: &Client) -> Result<SeenVectors, PostgresError> {
    let sql = "SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS installed,
                   EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') AS available,
                   to_regclass('faceward.turned') IS NOT NULL AS tables";
    let row = client.query_one(sql, &[]).await?;
    Ok(SeenVectors {
        installed: row.try_get("installed")?,
        available: row.try_get("available")?,
        tables: row.try_get("tables")?,
    })
}

/// Makes what is missing, under the lock of the migration, and gives the schema of the extension as it is written in SQL.
pub(crate) async fn make(client: &mut Client) -> Result<String, PostgresError> {
    let seen = look(client).await?;
    if seen.installed.is_none() {
        if !seen.available {
            return Err(PostgresError::NoVectors);
        }
        // Two transactions: what is made once stays, whatever becomes of the other.
        client.execute("CREATE EXTENSION IF NOT EXISTS vector", &[]).await.map_err(refused)?;
    }
    let sql = "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace
               WHERE extname = 'vector'";
    let schema: String = client.query_one(sql, &[]).await?.try_get(0)?;
    if !seen.tables {
        let transaction = client.patient()?.transaction().await?;
        let tables = TURNED.replace("{vector}", &format!("{schema}.vector"));
        transaction.batch_execute(&tables).await.map_err(|error| refused(error.into()))?;
        transaction.commit().await?;
        tracing::info!("made the tables of the search in the database");
    }
    let sql = "SELECT has_table_privilege('faceward.turned', 'INSERT')
               AND has_table_privilege('faceward.to_turn', 'DELETE')
               AND has_table_privilege('faceward.turning', 'UPDATE')";
    match client.query_one(sql, &[]).await?.try_get(0)? {
        true => Ok(schema),
        false => Err(PostgresError::VectorsRefused),
    }
}

/// Makes the index over vectors of `n_values` values, unless it is there. Writes wait until it is made.
pub(crate) async fn make_graph(
    client: &mut Client,
    schema: &str,
    n_values: usize,
) -> Result<(), PostgresError> {
    let name = format!("turned_nearest_{n_values}");
    let there = client.query_one("SELECT to_regclass('faceward.' || $1) IS NOT NULL", &[&name]).await?;
    if there.try_get(0)? {
        return Ok(());
    }
    let sql = format!(
        "CREATE INDEX {name} ON faceward.turned
         USING hnsw ((vector::{schema}.vector({n_values})) {schema}.vector_ip_ops)
         WHERE {schema}.vector_dims(vector) = {n_values}"
    );
    tracing::info!("making the index of the search in the database");
    client.patient()?.batch_execute(&sql).await.map_err(|error| refused(error.into()))
}

/// Whoever may not make it is told who may.
fn refused(error: PostgresError) -> PostgresError {
    if let PostgresError::Database(told) = &error
        && told.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE)
    {
        return PostgresError::VectorsRefused;
    }
    error
}
