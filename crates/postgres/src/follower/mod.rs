//! Keeps this server's memory as the database is.
//!
//! One task has a connection of its own. It reads everything once, then whatever the log has after the last entry that it
//! knows: when the bell rings, when somebody asks for it, and four times a second anyway.

mod apply;
mod entries;
mod load;
mod progress;

use std::sync::Arc;
use std::time::{Duration, Instant};

use faceward_sealing::Sealer;

pub use progress::FRESH;
pub(crate) use progress::Progress;

use crate::connect::{Listening, Pool, within};
use crate::memory::Memory;
use crate::sql::change::LISTEN;
use crate::{Extent, PostgresError};
use entries::{Place, Read};

/// How often the log is looked at without a bell.
const PERIOD: Duration = Duration::from_millis(250);
/// How long it rests after a connection that could not be made.
const REST: Duration = Duration::from_millis(250);

/// What following needs.
pub(crate) struct Follower {
    pub(crate) pool: Arc<Pool>,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) progress: Arc<Progress>,
    /// How long one question may take.
    pub(crate) timeout: Duration,
    /// What is read.
    pub(crate) extent: Extent,
}

impl Follower {
    /// Reads everything, then follows for ever in a task of its own.
    pub(crate) async fn start(self) -> Result<(), PostgresError> {
        let mut listening = self.listen().await?;
        let begun = Instant::now();
        let mut place = self.read_anew(&mut listening.client).await?;
        self.progress.caught_up(place.sequence(), begun);
        tokio::spawn(async move {
            loop {
                let ended = self.follow(listening, &mut place).await;
                listening = self.again(&ended).await;
            }
        });
        Ok(())
    }

    /// Follows until the connection ends, or something is in the database that cannot be.
    async fn follow(&self, mut listening: Listening, place: &mut Place) -> PostgresError {
        loop {
            if let Err(error) = self.catch_up(&mut listening.client, place).await {
                return error;
            }
            tokio::select! {
                rung = listening.bell.recv() => if rung.is_none() {
                    return PostgresError::Unreachable("the connection that listens has ended".into());
                },
                () = self.progress.asked_for() => {}
                () = tokio::time::sleep(PERIOD) => {}
            }
        }
    }

    /// Brings the memory to where the log is.
    async fn catch_up(
        &self,
        client: &mut tokio_postgres::Client,
        place: &mut Place,
    ) -> Result<(), PostgresError> {
        loop {
            let begun = Instant::now();
            match within(self.timeout, entries::after(client, place, (&self.sealer, self.extent))).await? {
                Read::Steps { steps, upto, more } => {
                    if !steps.is_empty() {
                        self.apply(steps).await?;
                    }
                    *place = upto;
                    if more {
                        self.progress.applied(place.sequence());
                        continue;
                    }
                }
                Read::Elsewhere => {
                    tracing::warn!(
                        "the log of the database does not go on where this server stands: everything is read anew"
                    );
                    *place = self.read_anew(client).await?;
                }
            }
            self.progress.caught_up(place.sequence(), begun);
            return Ok(());
        }
    }

    async fn read_anew(&self, client: &mut tokio_postgres::Client) -> Result<Place, PostgresError> {
        load::everything(client, &self.sealer, &self.memory, self.extent).await
    }

    /// Off the async threads: a search in the same app may have to end first.
    async fn apply(&self, steps: Vec<apply::Step>) -> Result<(), PostgresError> {
        let memory = Arc::clone(&self.memory);
        let applied = tokio::task::spawn_blocking(move || apply::all(&memory, steps));
        applied.await.map_err(PostgresError::TaskDied)
    }

    async fn listen(&self) -> Result<Listening, PostgresError> {
        let listening = self.pool.listener().await?;
        within(self.timeout, listening.client.batch_execute(LISTEN)).await?;
        Ok(listening)
    }

    /// A new connection, however long it takes.
    async fn again(&self, ended: &PostgresError) -> Listening {
        tell_of(ended);
        loop {
            match self.listen().await {
                Ok(listening) => {
                    tracing::info!("connected to the database again");
                    return listening;
                }
                Err(_still) => {
                    self.progress.lost();
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }
}

/// The log says once why.
fn tell_of(ended: &PostgresError) {
    let error = ended as &dyn std::error::Error;
    tracing::warn!(error, "the log of the database is not followed; connecting again");
}
