//! What questions need: connections, keys, the memory.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use faceward_core::{AppId, Projection};
use faceward_milvus::Milvus;
use faceward_sealing::{KeySources, Sealer, unlock};
use faceward_store::{Living, SearchIndex, StoreError};
use uuid::Uuid;

use crate::connect::{Address, Client, Pool};
use crate::follower::{Follower, Progress};
use crate::memory::Memory;
use crate::outside::{self, Outside};
use crate::sql::compared::Compared;
use crate::sql::data_keys;
use crate::sql::inside::{self, FILLED_AT_ONCE, FILLED_BY_A_SEARCH, Inside};
use crate::sql::reseal::Walk;
use crate::{Consistency, Extent, PostgresError, PostgresSettings, SearchIn, schema};

/// How old the memory is, in seconds.
const LAG: &str = "faceward_store_lag_seconds";
/// How often that is told.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// What questions need, on the threads of the store.
pub(crate) struct Asked {
    pub(crate) pool: Arc<Pool>,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) progress: Arc<Progress>,
    /// How far sealing anew is on this server, by app.
    pub(crate) walks: tokio::sync::Mutex<HashMap<AppId, Walk>>,
    pub(crate) settings: PostgresSettings,
    pub(crate) extent: Extent,
    /// How vectors are compared that are read from the database.
    pub(crate) compared: Arc<Compared>,
    /// Where the database searches.
    pub(crate) inside: Option<Arc<Inside>>,
    /// Where Milvus searches.
    pub(crate) outside: Option<Arc<Outside>>,
}

impl Asked {
    /// As [`crate::Postgres::open`], inside a runtime.
    pub(crate) async fn open(
        address: &Address,
        sources: &KeySources,
        settings: PostgresSettings,
        (extent, projection): (Extent, Option<Arc<Projection>>),
    ) -> Result<Self, PostgresError> {
        let pool = Arc::new(Pool::new(address, &settings)?);
        let compared = Arc::new(Compared::by(projection.clone()));
        let Prepared { sealer, inside, outside } =
            prepared(&pool, sources, &settings, (extent, &compared)).await?;
        let (sealer, inside) = (Arc::new(sealer), inside.map(Arc::new));
        let kept = (Arc::clone(&pool), Arc::clone(&sealer));
        let outside = outside.map(|(milvus, installation)| {
            let compared = (Arc::clone(&compared), settings.search_index);
            Arc::new(Outside::new(milvus, kept, compared, (installation, settings.timeout)))
        });
        let (memory, progress) = (Arc::new(Memory::comparing(projection)), Arc::<Progress>::default());
        let follower = Follower {
            pool: Arc::clone(&pool),
            sealer: Arc::clone(&sealer),
            memory: Arc::clone(&memory),
            progress: Arc::clone(&progress),
            timeout: settings.timeout,
            extent: if inside.is_some() || outside.is_some() { Extent::Directory } else { extent },
        };
        follower.start().await?;
        tokio::spawn(tell_lag(Arc::clone(&progress)));
        if let Some(outside) = &outside {
            tokio::spawn(outside::keep(Arc::clone(outside)));
        }
        let walks = tokio::sync::Mutex::default();
        Ok(Self { pool, sealer, memory, progress, walks, settings, extent, compared, inside, outside })
    }

    /// Which templates of an app count now, by the settings that this server knows.
    pub(crate) fn living(&self, app: &AppId) -> Result<Living, StoreError> {
        self.memory.members.read().living(app)
    }

    /// A connection.
    pub(crate) async fn client(&self) -> Result<Client, PostgresError> {
        self.pool.client().await
    }

    /// Waits until the change of this number, which this server has made, is in its memory. The change is made in any case:
    /// should the log not be followed at the moment, there are no answers from memory either.
    pub(crate) async fn seen(&self, sequence: i64) {
        if let Err(error) = self.progress.seen(sequence, self.settings.timeout).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, sequence, "a change is made that is not in memory yet");
        }
    }

    /// Waits until the memory may answer about galleries, subjects and templates.
    pub(crate) async fn current(&self) -> Result<(), PostgresError> {
        let patience = self.settings.timeout;
        match self.settings.consistency {
            Consistency::Eventual => self.progress.fresh(patience).await,
            Consistency::Strict => {
                let client = self.client().await?;
                let newest = client.query_one("SELECT last FROM faceward.log_head", &[]).await?;
                let newest: i64 = newest.try_get("last")?;
                self.progress.seen(newest, patience).await
            }
        }
    }

    /// Whether the database answers, its log is followed, and a search need not make much ready first.
    pub(crate) async fn reach(&self) -> Result<(), PostgresError> {
        let client = self.client().await?;
        match &self.inside {
            Some(_) => {
                let n_most = FILLED_AT_ONCE * FILLED_BY_A_SEARCH;
                if inside::n_to_turn(&client, n_most + 1).await? > n_most {
                    return Err(PostgresError::Filling);
                }
            }
            None => drop(client.execute("SELECT", &[]).await?),
        }
        drop(client);
        if let Some(outside) = &self.outside {
            outside.reach().await?;
        }
        self.progress.fresh(self.settings.timeout).await
    }
}

/// What is ready once the tables are.
struct Prepared {
    sealer: Sealer,
    inside: Option<Inside>,
    /// With the number of this database.
    outside: Option<(Milvus, Uuid)>,
}

/// The tables as this program needs them, and the sealer with the right key. Of several servers that start, one at a time.
async fn prepared(
    pool: &Pool,
    sources: &KeySources,
    settings: &PostgresSettings,
    (extent, compared): (Extent, &Arc<Compared>),
) -> Result<Prepared, PostgresError> {
    let mut client = pool.client().await?;
    schema::migrate(&mut client).await?;
    let proof = client.query_opt("SELECT value FROM faceward.facts WHERE name = 'key_proof'", &[]).await?;
    let proof: Option<Vec<u8>> = proof.map(|row| row.try_get("value")).transpose()?;
    let unlocked = unlock(sources, proof.as_deref())?;
    if let Some(proof) = &unlocked.new_proof {
        let insert = "INSERT INTO faceward.facts (name, value) VALUES ('key_proof', $1)";
        client.execute(insert, &[proof]).await?;
    }
    data_keys::add_missing(&mut client, &unlocked.sealer).await?;
    let outside = match &settings.milvus {
        Some(address) => {
            let installation = schema::make_outside(&mut client).await?;
            if extent == Extent::Everything {
                outside::pin(&mut client, compared.id(), settings.search_index).await?;
                tracing::info!(%address, index = settings.search_index.as_str(), "Milvus searches");
                Some((Milvus::new(address, settings.timeout)?, installation))
            } else {
                None
            }
        }
        None => None,
    };
    let inside = match settings.search {
        SearchIn::Sql if settings.milvus.is_none() => {
            let schema = schema::make_inside(&mut client).await?;
            let by_graph = compared.length().filter(|_| settings.search_index == SearchIndex::Hnsw);
            if let Some(n_values) = by_graph {
                schema::make_graph(&mut client, &schema, n_values).await?;
            }
            let inside = Inside::new(&schema, Arc::clone(compared), by_graph);
            if extent == Extent::Everything {
                inside::pin(&mut client, &inside).await?;
                tracing::info!(index = settings.search_index.as_str(), "the database searches");
            }
            Some(inside)
        }
        SearchIn::Memory | SearchIn::Sql => None,
    };
    schema::unlock(&client).await?;
    Ok(Prepared { sealer: unlocked.sealer, inside, outside })
}

/// Tells how old the memory is, for ever: also while nobody can bring it up to date.
async fn tell_lag(progress: Arc<Progress>) {
    loop {
        if let Some(lag) = progress.lag() {
            metrics::gauge!(LAG).set(lag.as_secs_f64());
        }
        tokio::time::sleep(TOLD_EVERY).await;
    }
}
