//! The server: accepts connections, serves HTTP/1.1 and HTTP/2 on them, stops gracefully.
//!
//! Hyper does the protocol. Here is what surrounds it: how many connections, how long they may dawdle, how they end.

mod activity;
mod connection;
mod listener;
mod tls;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::settings::ServerLimits;
use connection::Connections;
use listener::Accepted;

pub use listener::Listener;
pub use tls::{Certificates, TlsError};

/// Pause after a failed accept: out of file descriptors, most likely, which only time can mend.
const ACCEPT_RETRY: Duration = Duration::from_millis(200);

/// Serves `router` on `listener` until `shutdown` resolves; then takes no more connections, lets accepted requests
/// finish within `limits.shutdown_deadline`, and returns. Connections without a request end at once.
pub async fn serve(
    listener: impl Into<Listener>,
    router: Router,
    limits: ServerLimits,
    shutdown: impl Future<Output = ()>,
) {
    let listener = listener.into();
    let connections = Arc::new(Connections::new(router, &limits));
    let (stop, stopping) = watch::channel(false);
    let slots = Arc::new(Semaphore::new(limits.connections.max(1)));
    let mut tasks = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let (accepted, slot) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        while tasks.try_join_next().is_some() {}
        let (connections, stopping) = (Arc::clone(&connections), stopping.clone());
        tasks.spawn(async move {
            accepted.served_by(&connections, stopping).await;
            drop(slot);
        });
    }
    // The socket closes here: a client that comes now is refused by the kernel and can go elsewhere.
    drop(listener);
    stop.send_replace(true);
    let ended = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.shutdown_deadline, ended).await.is_err() {
        tracing::warn!(
            n_connections = tasks.len(),
            "the shutdown deadline passed: closing what is still open"
        );
    }
    tasks.shutdown().await;
}

/// The next connection, once there is a slot for it.
async fn accept(listener: &Listener, slots: &Arc<Semaphore>) -> (Accepted, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed: without a permit nothing would be lost but the count.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok(accepted) => return (accepted, slot),
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

/// Whether the connection broke before it was accepted, which is nobody's fault here.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
