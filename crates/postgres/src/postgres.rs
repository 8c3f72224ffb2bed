//! The handle to a database. What can be asked of it is in `traits`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use faceward_core::{AppId, Projection};
use faceward_index::Index;
use faceward_sealing::{KeySources, Sealer, unlock};
use faceward_store::{Pending, StoreError};
use tokio::runtime::Runtime;
use tracing::Instrument as _;

use crate::connect::{Address, Client, Pool};
use crate::follower::{Follower, Progress};
use crate::memory::Memory;
use crate::sql::data_keys;
use crate::sql::reseal::Walk;
use crate::{Consistency, Extent, PostgresError, PostgresSettings, schema};

/// How old the memory is, in seconds.
const LAG: &str = "faceward_store_lag_seconds";
/// How often that is told.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// Everything in one database. Cheap to clone; all clones are one store. Its methods are those of the traits of
/// `faceward-store`, awaited in whatever runtime.
#[derive(Clone)]
pub struct Postgres {
    asked: Arc<Asked>,
    threads: Arc<Threads>,
}

/// The runtime that drives the connections.
struct Threads(Option<Runtime>);

/// Nobody waits for what the connections still do: it is committed or it is not.
impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// What questions need.
pub(crate) struct Asked {
    pool: Arc<Pool>,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) memory: Arc<Memory>,
    progress: Arc<Progress>,
    /// How far sealing anew is on this server, by app.
    pub(crate) walks: tokio::sync::Mutex<HashMap<AppId, Walk>>,
    settings: PostgresSettings,
    extent: Extent,
}

impl Postgres {
    /// Connects, makes the tables or takes them to the newest version, proves the key of `sources` (makes one for a database
    /// that has none yet), and reads what `extent` says into memory. What `projection` makes of the vectors is compared.
    ///
    /// # Errors
    /// The database cannot be reached, or is of a newer version; the key file is missing, exposed or the wrong one; a
    /// template was altered.
    pub async fn open(
        address: &Address,
        sources: &KeySources,
        settings: PostgresSettings,
        (extent, projection): (Extent, Option<Arc<Projection>>),
    ) -> Result<Self, PostgresError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("postgres")
            .enable_all()
            .build()?;
        let threads = Arc::new(Threads(Some(runtime)));
        let (address, sources) = (address.clone(), sources.clone());
        let opening = threads
            .spawn(async move { Asked::open(&address, &sources, settings, (extent, projection)).await })?;
        let asked = opening.await.map_err(PostgresError::TaskDied)??;
        Ok(Self { asked: Arc::new(asked), threads })
    }

    /// Asks on the store's own threads. What has begun runs to its end, whoever stops waiting; without an answer in time
    /// there is an error.
    pub(crate) fn ask<T, F>(&self, ask: impl FnOnce(Arc<Asked>) -> F + Send + 'static) -> Pending<'_, T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let asked = Arc::clone(&self.asked);
        let span = tracing::debug_span!("store", db.system.name = "postgresql");
        let asking = async move { self.threads.spawn(ask(asked))?.await.map_err(PostgresError::TaskDied)? };
        Box::pin(asking.instrument(span))
    }

    /// Asks the memory, which is fresh, off the async threads: it may have to wait for a change.
    pub(crate) fn ask_memory<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Index) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<'_, T> {
        self.ask(move |asked| async move {
            if asked.extent == Extent::Directory {
                return Err(PostgresError::NotRead.into());
            }
            asked.current().await?;
            let index = asked.memory.index();
            tokio::task::spawn_blocking(move || ask(&index)).await.map_err(PostgresError::TaskDied)?
        })
    }

    /// Whether the memory is fresh, without leaving the caller's thread where it is.
    pub(crate) async fn fresh(&self) -> Result<&Memory, StoreError> {
        self.asked.progress.fresh(self.asked.settings.timeout).await?;
        Ok(&self.asked.memory)
    }
}

impl Threads {
    fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<tokio::task::JoinHandle<T>, PostgresError> {
        let runtime = self.0.as_ref().ok_or(PostgresError::Corrupt("a store that is closed"))?;
        Ok(runtime.spawn(task))
    }
}

impl Asked {
    async fn open(
        address: &Address,
        sources: &KeySources,
        settings: PostgresSettings,
        (extent, projection): (Extent, Option<Arc<Projection>>),
    ) -> Result<Self, PostgresError> {
        let pool = Arc::new(Pool::new(address, &settings)?);
        let sealer = Arc::new(prepared(&pool, sources).await?);
        let (memory, progress) = (Arc::new(Memory::comparing(projection)), Arc::<Progress>::default());
        let follower = Follower {
            pool: Arc::clone(&pool),
            sealer: Arc::clone(&sealer),
            memory: Arc::clone(&memory),
            progress: Arc::clone(&progress),
            timeout: settings.timeout,
            extent,
        };
        follower.start().await?;
        tokio::spawn(tell_lag(Arc::clone(&progress)));
        let walks = tokio::sync::Mutex::default();
        Ok(Self { pool, sealer, memory, progress, walks, settings, extent })
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
    async fn current(&self) -> Result<(), PostgresError> {
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

    /// Whether the database answers and its log is followed.
    pub(crate) async fn reach(&self) -> Result<(), PostgresError> {
        self.client().await?.execute("SELECT", &[]).await?;
        self.progress.fresh(self.settings.timeout).await
    }
}

/// Makes the tables of a database or takes them to the newest version, which it gives. To be awaited inside a tokio runtime.
///
/// # Errors
/// The database cannot be reached, is of a newer version, or does not let this role.
pub async fn migrate(address: &Address, settings: &PostgresSettings) -> Result<i32, PostgresError> {
    let mut client = Pool::new(address, settings)?.client().await?;
    schema::migrate(&mut client).await?;
    schema::unlock(&client).await?;
    Ok(schema::NEWEST)
}

/// What a look at a database finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The version of PostgreSQL, in its own words.
    pub server: String,
    /// The version of the tables; 0: there are none.
    pub tables: i32,
    /// The version of the tables that this program needs.
    pub needed: i32,
}

/// Looks at a database and changes nothing. To be awaited inside a tokio runtime.
///
/// # Errors
/// The database cannot be reached, or does not let this role.
pub async fn look(address: &Address, settings: &PostgresSettings) -> Result<Seen, PostgresError> {
    let client = Pool::new(address, settings)?.client().await?;
    let server = client.query_one("SHOW server_version", &[]).await?.try_get(0)?;
    Ok(Seen { server, tables: schema::version(&client).await?, needed: schema::NEWEST })
}

/// The tables as this program needs them, and the sealer with the right key. Of several servers that start, one at a time.
async fn prepared(pool: &Pool, sources: &KeySources) -> Result<Sealer, PostgresError> {
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
    schema::unlock(&client).await?;
    Ok(unlocked.sealer)
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
