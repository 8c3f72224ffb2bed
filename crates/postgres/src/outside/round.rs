//! A round: what is to go goes out of Milvus, what waits is put in, and then the database is told.
//!
//! One server at a time, under a lock of the database that ends with the transaction of the round, whatever becomes of the server.

use std::sync::atomic::Ordering;

use faceward_milvus::{LARGEST_ANSWER, Moment};
use faceward_store::SearchIndex;

use super::rows::Waiting;
use super::{Outside, Rounds};
use crate::PostgresError;
use crate::connect::{Begun, Client};

/// "placed" as a number: whoever holds this lock of the database writes to Milvus.
const LOCK: i64 = 0x0070_6c61_6365_6421;
/// Vectors that go out of Milvus at once. What is left of them is asked for, so it has to be in one answer.
const GONE_AT_ONCE: i64 = LARGEST_ANSWER as i64 / 2;

/// The lock, and what the database says about Milvus.
pub(super) struct Held<'c> {
    pub(super) round: Begun<'c>,
    pub(super) moment: Moment,
    pub(super) whole: bool,
    /// Whether what waits may be in Milvus already: a round was given up.
    doubtful: bool,
    /// Of its collections.
    pub(super) widths: Vec<usize>,
    /// Of those that were made.
    pub(super) made: Vec<usize>,
    /// Of those that can be searched by the index that they are to have.
    indexed: Vec<usize>,
}

impl<'c> Held<'c> {
    /// Waits for its turn.
    pub(super) async fn take(outside: &Outside, client: &'c mut Client) -> Result<Self, PostgresError> {
        let round = Begun::on(client).await?;
        // While Milvus is asked the connection is idle.
        round.query("SELECT set_config('idle_in_transaction_session_timeout', '120000', true)", &[]).await?;
        round.query("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
        let sql = "SELECT compared, index, moment, whole, doubtful,
                       ARRAY (SELECT width FROM faceward.placed_in) AS widths,
                       ARRAY (SELECT width FROM faceward.placed_in WHERE made) AS made,
                       ARRAY (SELECT width FROM faceward.placed_in WHERE index = state.index) AS indexed
                   FROM faceward.placing AS state";
        let rows = round.query(sql, &[]).await?;
        let row = rows.first().ok_or(PostgresError::Corrupt("the state of Milvus"))?;
        if row.try_get::<_, &str>("compared")? != outside.compared.id() {
            return Err(PostgresError::ComparedOtherwise);
        }
        outside.check_index(row.try_get("index")?)?;
        let (moment, whole) = (Moment(row.try_get("moment")?), row.try_get("whole")?);
        let indexed = widths(row.try_get("indexed")?);
        let (widths, made) = (widths(row.try_get("widths")?), widths(row.try_get("made")?));
        let doubtful = row.try_get("doubtful")?;
        Ok(Self { round, moment, whole, doubtful, widths, made, indexed })
    }

    /// Writes down what Milvus has by now.
    pub(super) async fn end(self, moment: Moment) -> Result<(), PostgresError> {
        let sql = "UPDATE faceward.placing SET moment = greatest(moment, $1), n_rounds = n_rounds + 1";
        self.round.execute(sql, &[&moment.0]).await?;
        self.round.commit().await
    }
}

impl Outside {
    /// Runs rounds until nothing is to be done that was when this was asked.
    pub(super) async fn run_rounds(&self) -> Result<(), PostgresError> {
        let mut rounds = self.rounds.lock().await;
        if self.shaken.swap(false, Ordering::Relaxed) {
            *rounds = Rounds::default();
        }
        loop {
            let ran = self.run_round(&mut rounds).await;
            match ran {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => {
                    *rounds = Rounds::default();
                    return Err(error);
                }
            }
        }
    }

    /// True: there is more to be done.
    async fn run_round(&self, rounds: &mut Rounds) -> Result<bool, PostgresError> {
        let client = &mut self.pool.client().await?;
        let held = Held::take(self, client).await?;
        if !held.whole {
            self.put_anew(held).await?;
            return Ok(true);
        }
        if !self.has_all(rounds, &held).await? {
            tracing::error!("Milvus has lost a collection: every vector is put into it anew");
            held.round.execute("UPDATE faceward.placing SET whole = false", &[]).await?;
            let moment = held.moment;
            held.end(moment).await?;
            return Ok(true);
        }
        let gone = self.take_out(&held).await?;
        let waiting = Waiting::read(&held.round, (&self.sealer, &self.compared)).await?;
        if gone.is_empty() && waiting.ids.is_empty() {
            held.round.commit().await?;
            return Ok(false);
        }
        if let Some(new) = waiting.rows.keys().find(|width| !held.widths.contains(width)) {
            // Written down before it is there.
            let width = i32::try_from(*new).map_err(|_| PostgresError::Corrupt("the length of a vector"))?;
            held.round.execute("INSERT INTO faceward.placed_in (width) VALUES ($1)", &[&width]).await?;
            let moment = held.moment;
            held.end(moment).await?;
            return Ok(true);
        }
        let moment = self.put(&held, &waiting).await?.max(held.moment);
        let more = waiting.more || gone.len() as i64 == GONE_AT_ONCE;
        held.round.execute("DELETE FROM faceward.placed WHERE id = ANY($1)", &[&gone]).await?;
        // A row that somebody is changing is passed by: it is done again, or goes. Nobody waits for anybody in a circle.
        let there = "UPDATE faceward.placed SET state = 'there' WHERE id IN (SELECT id FROM faceward.placed
                     WHERE id = ANY($1) AND state = 'pending' ORDER BY id FOR UPDATE SKIP LOCKED)";
        let n_there = held.round.execute(there, &[&waiting.ids]).await?;
        let doubtful = "UPDATE faceward.placing SET doubtful = $1 WHERE doubtful <> $1";
        held.round.execute(doubtful, &[&(n_there < waiting.ids.len() as u64)]).await?;
        held.end(moment).await?;
        Ok(more)
    }

    /// Takes out of Milvus what is to go: these.
    async fn take_out(&self, held: &Held<'_>) -> Result<Vec<i64>, PostgresError> {
        let sql = "SELECT id FROM faceward.placed WHERE state = 'going' ORDER BY id LIMIT $1";
        let rows = held.round.query(sql, &[&GONE_AT_ONCE]).await?;
        let ids = rows.iter().map(|row| row.try_get("id")).collect::<Result<Vec<i64>, _>>()?;
        if !ids.is_empty() {
            // Which of them it is in was never written down, and there are few.
            for width in &held.widths {
                self.collection(*width).delete(&ids).await?;
            }
        }
        Ok(ids)
    }

    /// Puts what waits into Milvus. That this has begun is written down before: whoever does it again takes it out first, so that
    /// nothing is there twice, which would take the place of others in an answer.
    async fn put(&self, held: &Held<'_>, waiting: &Waiting) -> Result<Moment, PostgresError> {
        let mut moment = Moment::default();
        if !held.doubtful && !waiting.ids.is_empty() {
            let doubtful = "UPDATE faceward.placing SET doubtful = true";
            self.pool.client().await?.execute(doubtful, &[]).await?;
        }
        for (width, rows) in &waiting.rows {
            let collection = self.collection(*width);
            if held.doubtful {
                let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
                collection.forget(&ids).await?;
            }
            moment = moment.max(collection.put(rows).await?);
        }
        Ok(moment)
    }

    /// Makes the collections ready, by the index that they are to have. False: one of them was made, and is not there.
    async fn has_all(&self, rounds: &mut Rounds, held: &Held<'_>) -> Result<bool, PostgresError> {
        for width in &held.widths {
            let indexed = held.indexed.contains(width);
            if indexed && rounds.prepared.contains(width) {
                continue;
            }
            let (collection, made) = (self.collection(*width), held.made.contains(width));
            if made && !collection.exists().await? {
                return Ok(false);
            }
            if made && !indexed {
                tracing::warn!(
                    index = self.index.as_str(),
                    "Milvus is given another index: nobody is searched meanwhile"
                );
            }
            collection.prepare(PATIENCE).await?;
            if !made || !indexed {
                let width = i32::try_from(*width).unwrap_or_default();
                let sql = "UPDATE faceward.placed_in SET made = true, index = $2 WHERE width = $1";
                held.round.execute(sql, &[&width, &self.index.as_str()]).await?;
            }
            rounds.prepared.insert(*width);
        }
        Ok(true)
    }

    /// Makes what Milvus has lost, and lets every vector wait that was said to be there. Nobody searches before.
    async fn put_anew(&self, held: Held<'_>) -> Result<(), PostgresError> {
        for width in &held.widths {
            self.collection(*width).prepare(PATIENCE).await?;
        }
        held.round.patiently("UPDATE faceward.placed SET state = 'pending' WHERE state = 'there'").await?;
        held.round.execute("UPDATE faceward.placing SET whole = true", &[]).await?;
        let moment = held.moment;
        held.end(moment).await
    }
}

fn widths(stored: Vec<i32>) -> Vec<usize> {
    stored.into_iter().map(|width| usize::try_from(width).unwrap_or_default()).collect()
}

/// How long Milvus may take to load a collection.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Makes `compared` the way in which vectors in Milvus are compared, under the lock of the migration. Where it was another, every
/// vector is put anew: those of the two say nothing about each other.
/// The same with the index by which is to be searched: servers with another one are refused from then on, and the first round gives
/// it to Milvus.
pub(crate) async fn pin(
    client: &mut Client,
    compared: &str,
    index: SearchIndex,
) -> Result<(), PostgresError> {
    let transaction = client.patient()?.transaction().await?;
    let indexed = "UPDATE faceward.placing SET index = $1, n_rounds = n_rounds + 1 WHERE index <> $1";
    transaction.execute(indexed, &[&index.as_str()]).await?;
    let pinned = "UPDATE faceward.placing SET compared = $1, n_rounds = n_rounds + 1 WHERE compared <> $1";
    if transaction.execute(pinned, &[&compared]).await? > 0 {
        transaction
            .batch_execute(
                "LOCK TABLE faceward.templates IN SHARE ROW EXCLUSIVE MODE;
                 UPDATE faceward.placed SET state = 'going' WHERE state = 'there';
                 INSERT INTO faceward.placed (app, template, gallery)
                 SELECT app, id, gallery FROM faceward.templates AS t WHERE NOT EXISTS (SELECT FROM faceward.placed AS p
                    WHERE p.app = t.app AND p.template = t.id AND p.state = 'pending')",
            )
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}
