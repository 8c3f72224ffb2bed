//! A whole server in this process, over an empty data folder, with an app that asks.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use faceward_embedded::Embedded;
use faceward_engine::Engine;
use faceward_http::{AppState, Metrics};
use faceward_models::calibration::projection::projection;
use faceward_service::Service;
use faceward_service::apps::NewApp;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::client::Credentials;
use crate::config::Config;
use crate::exit::{Exit, Failure};

/// A server that listens.
pub(super) struct Server {
    address: SocketAddr,
    credentials: Credentials,
    executor: Runtime,
    service: Service,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Server {
    /// Starts it, as configured but for the number of `workers`.
    ///
    /// # Errors
    /// Whatever of it does not start.
    pub(super) fn start(
        config: &Config,
        metrics: &Metrics,
        engine: Engine,
        workers: NonZeroUsize,
    ) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::new(Exit::Failed, error);
        let folder = tempfile::tempdir().map_err(failed)?;
        let embedded = Embedded::open_comparing(folder.path(), Some(Arc::clone(projection())), &|_| {})
            .map_err(|error| Failure::new(Exit::DataRefused, error))?;
        let mut settings = config.service.clone();
        settings.compute.workers = workers;
        let executor = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(failed)?;
        let service = Service::start(engine, embedded, settings)?;
        let new_app = NewApp { name: "bench".to_owned(), ..NewApp::default() };
        let app = executor.block_on(service.apps().create(new_app))?;
        let credentials = Credentials { id: app.id.to_string(), key: app.key.reveal().to_owned() };
        let listener = executor.block_on(TcpListener::bind("127.0.0.1:0")).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let state = AppState::new(service.clone(), config.http.clone(), metrics.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving =
            faceward_http::serve(listener, faceward_http::router(state), config.server.clone(), async {
                // Dropped or sent: either way it is over.
                drop(stopped.await);
            });
        let serving = executor.spawn(serving);
        Ok(Self { address, credentials, executor, service, stop, serving, _folder: folder })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Those of its app.
    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Answers what was accepted and ends.
    pub(super) fn stop(self) {
        drop(self.stop);
        self.executor.block_on(async {
            drop(self.serving.await);
            self.service.shutdown().await;
        });
    }
}
