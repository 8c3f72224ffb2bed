//! The handle to a database. What can be asked of it is in `traits`.

use std::sync::Arc;

use faceward_core::{AppId, Projection};
use faceward_index::Index;
use faceward_sealing::KeySources;
use faceward_store::{Living, Pending, Rows, SearchIndex, Searching, StoreError};
use tokio::runtime::Runtime;
use tracing::Instrument as _;

use crate::asked::Asked;
use crate::connect::{Address, Pool};
use crate::memory::Memory;
use crate::searching::keep_filled;
use crate::sql::deletion;
use crate::sql::inside::n_to_turn;
use crate::sql::reads::Reader;
use crate::{Extent, PostgresError, PostgresSettings, SearchIn, SeenVectors, schema};

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
        let asked = Arc::new(opening.await.map_err(PostgresError::TaskDied)??);
        if asked.inside.is_some() && extent == Extent::Everything {
            threads.spawn(keep_filled(Arc::downgrade(&asked)))?;
        }
        Ok(Self { asked, threads })
    }

    /// Makes what a search in the database needs and is not there: of templates that were enrolled without it. Tells how many are done,
    /// and how many there are. Where it is stopped, it goes on the next time.
    ///
    /// # Errors
    /// The database cannot be reached; a template was altered.
    pub async fn catch_up(&self, tell: &(dyn Fn(usize, usize) + Sync)) -> Result<(), StoreError> {
        if self.asked.inside.is_none() || self.asked.extent == Extent::Directory {
            return Ok(());
        }
        let n_all = self.ask(|asked| async move { Ok(n_to_turn(&asked.client().await?, usize::MAX).await?) });
        let (n_all, mut n_done) = (n_all.await?, 0);
        while let Some(n_filled) = self.ask(|asked| async move { asked.fill_some().await }).await? {
            n_done += n_filled;
            tell(n_done, n_all.max(n_done));
        }
        Ok(())
    }

    /// Whether no galleries, subjects and templates are in memory: the database answers about them, and searches.
    pub(crate) fn keeps_no_faces(&self) -> bool {
        self.asked.inside.is_some() || self.asked.outside.is_some()
    }

    /// Who searches, and by what.
    pub(crate) fn searching(&self) -> Searching {
        self.asked.settings.searching()
    }

    /// Asks the database where [`Postgres::keeps_no_faces`].
    pub(crate) fn ask_database<T, F>(&self, ask: impl FnOnce(Reader) -> F + Send + 'static) -> Pending<'_, T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        self.ask(move |asked| async move {
            let (sealer, compared) = (Arc::clone(&asked.sealer), Arc::clone(&asked.compared));
            let (client, memory) = (asked.client().await?, Arc::clone(&asked.memory));
            ask(Reader { client, sealer, compared, memory }).await
        })
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

    /// The same about the templates of an app, with those that count.
    pub(crate) fn ask_living<T: Send + 'static>(
        &self,
        app: AppId,
        ask: impl FnOnce(&Index, Living) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<'_, T> {
        let asked = Arc::clone(&self.asked);
        self.ask_memory(move |index| {
            let living = asked.living(&app)?;
            ask(index, living)
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

/// Makes the tables of a database or takes them to the newest version, which it gives. To be awaited inside a tokio runtime.
///
/// # Errors
/// The database cannot be reached, is of a newer version, or does not let this role.
pub async fn migrate(
    address: &Address,
    settings: &PostgresSettings,
    projection: Option<&Projection>,
) -> Result<i32, PostgresError> {
    let mut client = Pool::new(address, settings)?.client().await?;
    schema::migrate(&mut client).await?;
    if settings.search == SearchIn::Sql {
        let schema = schema::make_inside(&mut client).await?;
        if let Some(projection) = projection.filter(|_| settings.search_index == SearchIndex::Hnsw) {
            schema::make_graph(&mut client, &schema, projection.length()).await?;
        }
    }
    if settings.milvus.is_some() {
        schema::make_outside(&mut client).await?;
    }
    schema::unlock(&client).await?;
    Ok(schema::NEWEST)
}

/// The rows of `extent` in a database, for which no key is needed: no vector is opened. To be awaited inside a tokio runtime.
///
/// # Errors
/// The database cannot be reached, is of another version, or does not let this role read.
pub async fn held_rows(
    address: &Address,
    settings: &PostgresSettings,
    (app, extent): (&AppId, &faceward_store::Extent),
) -> Result<Rows, PostgresError> {
    let client = Pool::new(address, settings)?.client().await?;
    match schema::version(&client).await? {
        found if found > schema::NEWEST => Err(PostgresError::SchemaTooNew { found, known: schema::NEWEST }),
        found if found < schema::NEWEST => Err(PostgresError::SchemaTooOld { found, needed: schema::NEWEST }),
        _same => deletion::held(&client, app, extent).await,
    }
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
    /// What is there of that which a search in the database needs.
    pub vectors: SeenVectors,
}

/// Looks at a database and changes nothing. To be awaited inside a tokio runtime.
///
/// # Errors
/// The database cannot be reached, or does not let this role.
pub async fn look(address: &Address, settings: &PostgresSettings) -> Result<Seen, PostgresError> {
    let client = Pool::new(address, settings)?.client().await?;
    let server = client.query_one("SHOW server_version", &[]).await?.try_get(0)?;
    let vectors = schema::look_at_vectors(&client).await?;
    Ok(Seen { server, tables: schema::version(&client).await?, needed: schema::NEWEST, vectors })
}
