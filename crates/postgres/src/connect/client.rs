//! A connection that is lent: every question on it ends in time, whatever became of the other end.
//!
//! The database ends a statement by itself (`statement_timeout`). Where nothing comes back at all (a machine, a pooler or a
//! network that is gone without a word), the question ends here, and the connection with it: what it still had to say would
//! be taken for the answer to the next one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool_postgres::{Object, Transaction};
use tokio_postgres::types::ToSql;
use tokio_postgres::{IsolationLevel, Row};

use crate::PostgresError;

/// What a statement is given.
pub(crate) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection that is lent, with its prepared statements.
pub(crate) struct Client {
    /// Always there until it is given back.
    object: Option<Object>,
    bound: Bound,
}

/// How long the other end may be silent, and whether it was for longer.
struct Bound {
    patience: Duration,
    silent: AtomicBool,
}

impl Bound {
    async fn ask<T>(
        &self,
        question: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, PostgresError> {
        let answer = within(self.patience, question).await;
        if matches!(answer, Err(PostgresError::TimedOut)) {
            self.silent.store(true, Ordering::Relaxed);
        }
        answer
    }
}

impl Client {
    pub(super) const fn new(object: Object, patience: Duration) -> Self {
        Self { object: Some(object), bound: Bound { patience, silent: AtomicBool::new(false) } }
    }

    /// How many rows the statement touched.
    pub(crate) async fn execute(&self, sql: &str, values: Values<'_>) -> Result<u64, PostgresError> {
        let object = self.object()?;
        self.bound.ask(async { object.execute(&object.prepare_cached(sql).await?, values).await }).await
    }

    /// The rows that the statement gives.
    pub(crate) async fn query(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, PostgresError> {
        let object = self.object()?;
        self.bound.ask(async { object.query(&object.prepare_cached(sql).await?, values).await }).await
    }

    /// The one row that the statement gives, if it gives one.
    pub(crate) async fn query_opt(
        &self,
        sql: &str,
        values: Values<'_>,
    ) -> Result<Option<Row>, PostgresError> {
        let object = self.object()?;
        self.bound.ask(async { object.query_opt(&object.prepare_cached(sql).await?, values).await }).await
    }

    /// The one row that the statement gives.
    pub(crate) async fn query_one(&self, sql: &str, values: Values<'_>) -> Result<Row, PostgresError> {
        self.query_opt(sql, values).await?.ok_or(PostgresError::Corrupt("a statement that gives one row"))
    }

    /// Begins a transaction that reads, all of it at one moment.
    pub(super) async fn begin_reading(&mut self) -> Result<Begun<'_>, PostgresError> {
        let Self { object, bound } = self;
        let object = object.as_mut().ok_or(RETURNED)?;
        let reading =
            object.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        Ok(Begun { transaction: bound.ask(reading.start()).await?, bound })
    }

    /// Begins a transaction.
    pub(super) async fn begin(&mut self) -> Result<Begun<'_>, PostgresError> {
        let Self { object, bound } = self;
        let object = object.as_mut().ok_or(RETURNED)?;
        Ok(Begun { transaction: bound.ask(object.transaction()).await?, bound })
    }

    /// The connection without bounds, for what may have to wait for another server.
    pub(crate) fn patient(&mut self) -> Result<&mut tokio_postgres::Client, PostgresError> {
        Ok(self.object.as_mut().ok_or(RETURNED)?)
    }

    fn object(&self) -> Result<&Object, PostgresError> {
        self.object.as_ref().ok_or(RETURNED)
    }
}

const RETURNED: PostgresError = PostgresError::Corrupt("a connection that was given back");

impl Drop for Client {
    fn drop(&mut self) {
        if *self.bound.silent.get_mut()
            && let Some(object) = self.object.take()
        {
            // Out of the pool, and closed.
            drop(Object::take(object));
        }
    }
}

/// A transaction that has begun. It is undone unless it is committed.
pub(crate) struct Begun<'c> {
    transaction: Transaction<'c>,
    bound: &'c Bound,
}

impl<'c> Begun<'c> {
    /// Begins one.
    pub(crate) async fn on(client: &'c mut Client) -> Result<Self, PostgresError> {
        client.begin().await
    }

    /// Begins one that reads, all of it at one moment.
    pub(crate) async fn reading(client: &'c mut Client) -> Result<Self, PostgresError> {
        client.begin_reading().await
    }

    /// As [`Client::execute`].
    pub(crate) async fn execute(&self, sql: &str, values: Values<'_>) -> Result<u64, PostgresError> {
        let on = &self.transaction;
        self.bound.ask(async { on.execute(&on.prepare_cached(sql).await?, values).await }).await
    }

    /// As [`Client::query`].
    pub(crate) async fn query(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, PostgresError> {
        let on = &self.transaction;
        self.bound.ask(async { on.query(&on.prepare_cached(sql).await?, values).await }).await
    }

    /// As [`Begun::execute`], without bounds: for what touches every row.
    pub(crate) async fn patiently(&self, sql: &str) -> Result<u64, PostgresError> {
        self.transaction.batch_execute("SET LOCAL statement_timeout = 0").await?;
        Ok(self.transaction.execute(sql, &[]).await?)
    }

    /// Commits.
    ///
    /// # Errors
    /// [`PostgresError::Undecided`]: nobody knows what became of a commit whose answer did not come.
    pub(crate) async fn commit(self) -> Result<(), PostgresError> {
        let Self { transaction, bound } = self;
        bound.ask(transaction.commit()).await.map_err(undecided)
    }
}

fn undecided(error: PostgresError) -> PostgresError {
    if matches!(error, PostgresError::TimedOut) {
        return PostgresError::Undecided("no answer in time".into());
    }
    if let PostgresError::Unreachable(cause) = error { PostgresError::Undecided(cause) } else { error }
}

/// The answer, if it comes within `patience`.
pub(crate) async fn within<T, E>(
    patience: Duration,
    question: impl Future<Output = Result<T, E>>,
) -> Result<T, PostgresError>
where
    PostgresError: From<E>,
{
    let answer =
        tokio::time::timeout(patience, question).await.map_err(|_elapsed| PostgresError::TimedOut)?;
    Ok(answer?)
}
