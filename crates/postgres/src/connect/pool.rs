//! The connections that questions share.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, PoolError, RecyclingMethod, Runtime};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_postgres::{AsyncMessage, Config, NoTls};

use super::address::Address;
use super::client::{Client, within};
use super::encryption::encrypting;
use crate::{PostgresError, PostgresSettings};

/// How much longer than the database a question waits for it: it ends its statements itself, and says so.
const GRACE: Duration = Duration::from_millis(250);

/// The pool, and how to make connections outside of it.
pub(crate) struct Pool {
    pool: deadpool_postgres::Pool,
    address: Address,
    config: Config,
    patience: Duration,
}

impl Pool {
    /// Connects to nothing yet.
    pub(crate) fn new(address: &Address, settings: &PostgresSettings) -> Result<Self, PostgresError> {
        let config = bounded(address.config().clone(), settings.timeout);
        // A connection that was closed meanwhile is noticed without asking the server.
        let method = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match address.encryption() {
            Some(roots) => Manager::from_config(config.clone(), encrypting(roots)?, method),
            None => Manager::from_config(config.clone(), NoTls, method),
        };
        let timeout = Some(settings.timeout);
        let pool = deadpool_postgres::Pool::builder(manager)
            // A round of Milvus needs another one besides its own.
            .max_size(settings.connections.max(if settings.milvus.is_some() { 2 } else { 1 }))
            .wait_timeout(timeout)
            .create_timeout(timeout)
            .recycle_timeout(timeout)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| PostgresError::Address(error.to_string()))?;
        Ok(Self { pool, address: address.clone(), config, patience: settings.timeout })
    }

    /// A connection.
    pub(crate) async fn client(&self) -> Result<Client, PostgresError> {
        let object = self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => unreachable(error),
            PoolError::Timeout(_) => PostgresError::TimedOut,
            PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                PostgresError::Unreachable(error.into())
            }
        })?;
        Ok(Client::new(object, self.patience.saturating_add(GRACE)))
    }

    /// A connection of one's own, and what rings when the database notifies it.
    pub(crate) async fn listener(&self) -> Result<Listening, PostgresError> {
        let connecting = async {
            match self.address.encryption() {
                Some(roots) => {
                    let (client, connection) =
                        self.config.connect(encrypting(roots)?).await.map_err(unreachable)?;
                    Ok::<_, PostgresError>(Listening::on(client, connection))
                }
                None => {
                    let (client, connection) = self.config.connect(NoTls).await.map_err(unreachable)?;
                    Ok(Listening::on(client, connection))
                }
            }
        };
        within(self.patience, connecting).await
    }
}

/// A connection of one's own that listens. It ends with this, even where the other end is silent.
pub(crate) struct Listening {
    pub(crate) client: tokio_postgres::Client,
    pub(crate) bell: mpsc::Receiver<()>,
    _driving: JoinSet<()>,
}

/// Whatever a connection is refused for, the operator can mend it while the server runs.
fn unreachable(error: tokio_postgres::Error) -> PostgresError {
    PostgresError::Unreachable(error.into())
}

/// Limits on the side of the database and of the network, so that nobody waits for ever for a machine that is gone.
fn bounded(mut config: Config, timeout: Duration) -> Config {
    let milliseconds = timeout.as_millis();
    let options = config.get_options().unwrap_or_default();
    let options = format!(
        "{options} -c statement_timeout={milliseconds} -c lock_timeout={milliseconds} \
         -c idle_in_transaction_session_timeout={milliseconds}"
    );
    config.options(options.trim());
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(timeout);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(timeout);
    }
    config.keepalives_idle(timeout);
    config
}

impl Listening {
    /// Drives `connection` until it ends. Notifications become at most one ring that nobody has heard yet.
    fn on<S, T>(client: tokio_postgres::Client, mut connection: tokio_postgres::Connection<S, T>) -> Self
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
        T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let (ring, bell) = mpsc::channel(1);
        let mut driving = JoinSet::new();
        driving.spawn(async move {
            while let Some(message) = std::future::poll_fn(|context| connection.poll_message(context)).await {
                match message {
                    // Full: somebody will look anyway.
                    Ok(AsyncMessage::Notification(_)) => drop(ring.try_send(())),
                    Ok(_notice) => {}
                    Err(_ended) => return,
                }
            }
        });
        Self { client, bell, _driving: driving }
    }
}
