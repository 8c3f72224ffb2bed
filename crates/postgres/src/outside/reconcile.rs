//! Reconciliation: what Milvus has is compared with what the database says that it has, a piece at a time.
//!
//! Rounds leave nothing to be reconciled, whatever crashes. This is for a Milvus, or a database, that came back from a backup, or
//! lost something.

use std::collections::HashSet;
use std::time::Duration;

use faceward_milvus::LARGEST_ANSWER;

use super::Outside;
use super::round::Held;
use crate::PostgresError;

/// Numbers that are compared at once: as many ids fit into one answer.
const AT_ONCE: i64 = LARGEST_ANSWER as i64 / 2;
/// How long after the last reconciliation, whichever server made it, the next one begins.
const PERIOD_SECONDS: f64 = 3600.0;

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reconciled {
    /// Vectors that were not in Milvus although they should have been, and are put there again.
    pub(crate) n_missing: usize,
    /// Vectors in Milvus of which the database knows nothing, and which are no longer there.
    pub(crate) n_unknown: usize,
}

impl Outside {
    /// Whether an hour has gone by since somebody has reconciled.
    pub(super) async fn is_due(&self) -> Result<bool, PostgresError> {
        let sql = "SELECT coalesce(now() - reconciled_at > make_interval(secs => $1), true) AS due FROM faceward.placing";
        Ok(self.pool.client().await?.query_one(sql, &[&PERIOD_SECONDS]).await?.try_get("due")?)
    }

    /// Makes Milvus have what the database says, and nothing else.
    pub(crate) async fn reconcile(&self) -> Result<Reconciled, PostgresError> {
        self.run_rounds().await?;
        let mut found = Reconciled::default();
        found.n_unknown += self.remove_unknown_collections().await?;
        let mut after = 0;
        while let Some(last) = self.reconcile_piece(after, &mut found).await? {
            after = last;
            // Rounds and other servers come in between.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let sql = "UPDATE faceward.placing SET reconciled_at = now()";
        self.pool.client().await?.execute(sql, &[]).await?;
        if found == Reconciled::default() {
            tracing::info!("Milvus has what the database says");
        } else {
            let Reconciled { n_missing, n_unknown } = found;
            tracing::warn!(n_missing, n_unknown, "Milvus did not have what the database says: it is mended");
        }
        self.run_rounds().await?;
        Ok(found)
    }

    /// Compares some ids after `after`, and gives the last of them; `None`: there are no more.
    async fn reconcile_piece(
        &self,
        after: i64,
        found: &mut Reconciled,
    ) -> Result<Option<i64>, PostgresError> {
        let client = &mut self.pool.client().await?;
        let held = Held::take(self, client).await?;
        let sql = "SELECT max(id) AS newest FROM faceward.placed";
        let rows = held.round.query(sql, &[]).await?;
        let newest: Option<i64> = rows.first().ok_or(PostgresError::Corrupt("one row"))?.try_get("newest")?;
        let at_end = newest.is_none_or(|newest| after >= newest);
        // After the newest id of the database: whatever Milvus has there came from a history that is lost.
        let last = if at_end { i64::MAX } else { after + AT_ONCE };
        let sql = "SELECT id, state FROM faceward.placed WHERE id > $1 AND id <= $2";
        let (mut known, mut missing) = (HashSet::new(), HashSet::new());
        for row in &held.round.query(sql, &[&after, &last]).await? {
            let id: i64 = row.try_get("id")?;
            known.insert(id);
            if row.try_get::<_, &str>("state")? == "there" {
                missing.insert(id);
            }
        }
        let mut n_unknown = 0;
        for width in &held.made {
            let collection = self.collection(*width);
            let there = collection.ids(after, last, held.moment).await?;
            let unknown: Vec<i64> = there.iter().filter(|id| !known.contains(id)).copied().collect();
            missing.retain(|id| there.binary_search(id).is_err());
            if !unknown.is_empty() {
                collection.delete(&unknown).await?;
                n_unknown += unknown.len();
            }
        }
        let missing: Vec<i64> = missing.into_iter().collect();
        if missing.is_empty() {
            held.round.commit().await?;
        } else {
            let sql = "UPDATE faceward.placed SET state = 'pending' WHERE id = ANY($1) AND state = 'there'";
            held.round.execute(sql, &[&missing]).await?;
            let moment = held.moment;
            held.end(moment).await?;
        }
        found.n_missing += missing.len();
        found.n_unknown += n_unknown;
        // There may be more than one answer of those that nobody knows.
        Ok(if !at_end {
            Some(last)
        } else if n_unknown > 0 {
            Some(after)
        } else {
            None
        })
    }

    /// Removes collections of this database of which it knows nothing.
    async fn remove_unknown_collections(&self) -> Result<usize, PostgresError> {
        let client = &mut self.pool.client().await?;
        let held = Held::take(self, client).await?;
        let mut n_removed = 0;
        for name in self.milvus.names(&self.prefix()).await? {
            let width: Option<usize> = name.strip_prefix(&self.prefix()).and_then(|width| width.parse().ok());
            if !width.is_some_and(|width| held.widths.contains(&width)) {
                self.milvus.collection(&name, 0).remove().await?;
                n_removed += 1;
            }
        }
        held.round.commit().await?;
        Ok(n_removed)
    }
}
