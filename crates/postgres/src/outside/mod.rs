//! Searching in Milvus: vectors lie sealed in the database, which is the truth, and turned by the secret rotation of their app in
//! Milvus, which follows.
//!
//! The database writes down by itself which vectors are to be in Milvus and which are to go (`schema/outside.sql`), in the
//! transaction of the template. Whoever has the lock of a round brings Milvus there, and only then writes down that it is. So
//! what a crash leaves between the two is done again.
//! - `round` brings Milvus to where the database is; `rows` makes what goes there.
//! - `search` looks in Milvus, and at what is not there yet in the database; what is found is compared with the sealed vectors.
//! - `keeper` runs rounds, notices when Milvus is away, and reconciles (`reconcile`).

mod keeper;
mod place;
mod reconcile;
mod round;
mod rows;
mod search;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use faceward_core::AppId;
use faceward_milvus::{Collection, Index, Milvus, MilvusError};
use faceward_sealing::Sealer;
use faceward_store::{SearchIndex, Traces};
use parking_lot::RwLock;
use tokio::sync::{Mutex, Notify};
use uuid::Uuid;

use crate::PostgresError;
use crate::connect::Pool;
use crate::sql::compared::Compared;
use place::width_of;

pub(crate) use keeper::keep;
pub(crate) use round::pin;

/// Vectors of an app that may wait for their way to Milvus, at which a search looks in the database. Who adds more waits.
const MOST_PENDING: usize = 1000;
/// How often it is looked whether others have put some there.
const LOOKED_EVERY: Duration = Duration::from_millis(50);
/// Vectors that may wait in all before this server says that it is not ready.
const READY_BELOW: usize = 20_000;

/// Milvus, and what has to do with it.
pub(crate) struct Outside {
    pub(crate) milvus: Milvus,
    pub(crate) pool: Arc<Pool>,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) compared: Arc<Compared>,
    /// By what Milvus is to search.
    index: SearchIndex,
    installation: Uuid,
    /// How long a question may take.
    patience: Duration,
    /// One round at a time on this server.
    rounds: Mutex<Rounds>,
    /// Rung when there is something to be done.
    bell: Notify,
    /// Why Milvus could not be used the last time, if it could not.
    away: RwLock<Option<String>>,
    /// Set when what is known from earlier rounds may no longer hold.
    shaken: AtomicBool,
}

/// What is known from earlier rounds.
#[derive(Default)]
struct Rounds {
    /// Collections that are there and loaded, as far as anybody knows.
    prepared: HashSet<usize>,
}

impl Outside {
    pub(crate) fn new(
        milvus: Milvus,
        (pool, sealer): (Arc<Pool>, Arc<Sealer>),
        (compared, index): (Arc<Compared>, SearchIndex),
        (installation, patience): (Uuid, Duration),
    ) -> Self {
        let rounds = Mutex::default();
        let (bell, away, shaken) = (Notify::new(), RwLock::default(), AtomicBool::new(false));
        Self { milvus, pool, sealer, compared, index, installation, patience, rounds, bell, away, shaken }
    }

    /// The collection of vectors of `n_values` values, or some zeros less.
    fn collection(&self, n_values: usize) -> Collection<'_> {
        let width = width_of(n_values);
        let index = match self.index {
            SearchIndex::Exact => Index::Flat,
            SearchIndex::Hnsw => Index::Hnsw,
        };
        self.milvus.collection(&format!("{}{width}", self.prefix()), width).searched_by(index)
    }

    /// How the names of all collections of this database begin.
    fn prefix(&self) -> String {
        format!("faceward_{}_", self.installation.simple())
    }

    /// At once an error if Milvus is known to be away.
    pub(crate) fn present(&self) -> Result<(), PostgresError> {
        match &*self.away.read() {
            Some(why) => Err(PostgresError::Milvus(MilvusError::Unreachable(why.clone().into()))),
            None => Ok(()),
        }
    }

    /// Whether a template of `app` may be added: Milvus is there, and not too many wait.
    pub(crate) async fn admit(&self, app: &AppId) -> Result<(), PostgresError> {
        self.present()?;
        if self.n_pending(Some(app), MOST_PENDING / 2).await? < MOST_PENDING / 2 {
            return Ok(());
        }
        let catching_up = async {
            loop {
                self.run_rounds().await?;
                if self.n_pending(Some(app), MOST_PENDING / 2).await? < MOST_PENDING / 2 {
                    return Ok(());
                }
            }
        };
        tokio::time::timeout(self.patience, catching_up).await.unwrap_or(Err(PostgresError::Filling))
    }

    /// Milvus failed somebody: the next round looks whether everything is ready.
    fn shake(&self) {
        self.shaken.store(true, Ordering::Relaxed);
        self.ring();
    }

    /// Something is to be done.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Takes out of Milvus what is to go, and says what is left of it.
    pub(crate) async fn settled(&self) -> Traces {
        let settling = tokio::time::timeout(self.patience, self.run_rounds()).await;
        match settling.unwrap_or(Err(PostgresError::TimedOut)) {
            Ok(()) => Traces::Fading,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    error,
                    "deleted vectors are still in Milvus; they are taken out as soon as it lets"
                );
                self.ring();
                Traces::Left
            }
        }
    }

    /// Whether Milvus answers, and has what it is to have.
    pub(crate) async fn reach(&self) -> Result<(), PostgresError> {
        self.present()?;
        self.milvus.version().await.inspect_err(|cause| self.miss(cause))?;
        self.can_be_searched().await?;
        if self.n_pending(None, READY_BELOW).await? < READY_BELOW {
            Ok(())
        } else {
            Err(PostgresError::Filling)
        }
    }

    /// Whether Milvus is to be searched, and can be, by the index of this server.
    async fn can_be_searched(&self) -> Result<(), PostgresError> {
        let sql = "SELECT index, EXISTS (SELECT FROM faceward.placed_in AS made WHERE made.index <> state.index) AS changing
                   FROM faceward.placing AS state";
        let row = self.pool.client().await?.query_one(sql, &[]).await?;
        self.check_index(row.try_get("index")?)?;
        if row.try_get("changing")? { Err(PostgresError::Filling) } else { Ok(()) }
    }

    /// Whether `pinned` is the index of this server.
    fn check_index(&self, pinned: &str) -> Result<(), PostgresError> {
        if pinned == self.index.as_str() { Ok(()) } else { Err(PostgresError::IndexedOtherwise) }
    }

    /// How many vectors wait, of one app or of all: `limit` says at least so many.
    async fn n_pending(&self, app: Option<&AppId>, limit: usize) -> Result<usize, PostgresError> {
        n_pending(&self.pool, app, limit).await
    }
}

/// Waits while many of `app` wait for their way to Milvus: for a command that puts nothing there itself.
pub(crate) async fn wait_for_others(
    pool: &Pool,
    app: &AppId,
    patience: Duration,
) -> Result<(), PostgresError> {
    let waiting = async {
        while n_pending(pool, Some(app), MOST_PENDING / 2).await? >= MOST_PENDING / 2 {
            tokio::time::sleep(LOOKED_EVERY).await;
        }
        Ok(())
    };
    tokio::time::timeout(patience, waiting).await.unwrap_or(Err(PostgresError::Filling))
}

async fn n_pending(pool: &Pool, app: Option<&AppId>, limit: usize) -> Result<usize, PostgresError> {
    let sql = "SELECT count(*) AS n FROM (SELECT FROM faceward.placed
                   WHERE state = 'pending' AND app = $1 LIMIT $2) AS pending";
    let of_all = "SELECT count(*) AS n FROM (SELECT FROM faceward.placed
                      WHERE state = 'pending' AND $1::uuid IS NULL LIMIT $2) AS pending";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let client = pool.client().await?;
    let sql = if app.is_some() { sql } else { of_all };
    let n: i64 = client.query_one(sql, &[&app.map(|app| app.0), &limit]).await?.try_get("n")?;
    Ok(usize::try_from(n).unwrap_or_default())
}
