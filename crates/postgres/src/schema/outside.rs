//! What a search in Milvus needs beside the other tables.

use tokio_postgres::error::SqlState;
use uuid::Uuid;

use crate::PostgresError;
use crate::connect::Client;

const OUTSIDE: &str = include_str!("outside.sql");

/// Makes what is missing, under the lock of the migration, and gives the number of this database that is a part of the names in
/// Milvus.
pub(crate) async fn make(client: &mut Client) -> Result<Uuid, PostgresError> {
    let there = client.query_one("SELECT to_regclass('faceward.placing') IS NOT NULL", &[]).await?;
    if !there.try_get::<_, bool>(0)? {
        let transaction = client.patient()?.transaction().await?;
        transaction.batch_execute(OUTSIDE).await.map_err(|error| refused(error.into()))?;
        transaction.commit().await?;
        tracing::info!("made the tables of the search in Milvus");
    }
    let sql = "SELECT has_table_privilege('faceward.placed', 'UPDATE')
               AND has_table_privilege('faceward.placed', 'DELETE')
               AND has_table_privilege('faceward.placed_in', 'INSERT')
               AND has_table_privilege('faceward.placing', 'UPDATE')";
    if !client.query_one(sql, &[]).await?.try_get::<_, bool>(0)? {
        return Err(PostgresError::OutsideRefused);
    }
    Ok(client.query_one("SELECT installation FROM faceward.placing", &[]).await?.try_get(0)?)
}

/// Whoever may not make it is told who may.
fn refused(error: PostgresError) -> PostgresError {
    if let PostgresError::Database(told) = &error
        && told.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE)
    {
        return PostgresError::OutsideRefused;
    }
    error
}
