//! One connection: protocol settings and the time until its first request.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::settings::{LEAST_HEADER_BYTES, ServerLimits};

/// An HTTP/2 client that answers no ping for so long is gone.
const HTTP2_PING_INTERVAL: Duration = Duration::from_secs(20);
/// Bytes that one HTTP/2 stream may send ahead of being read. They are held before anybody has asked for a key: larger
/// windows would let strangers fill the memory.
const HTTP2_STREAM_WINDOW: u32 = 128 * 1024;
/// The same for all streams of a connection.
const HTTP2_CONNECTION_WINDOW: u32 = 256 * 1024;

/// What all connections share.
pub(super) struct Connections {
    router: Router,
    protocol: auto::Builder<TokioExecutor>,
    first_request_timeout: Duration,
}

impl Connections {
    pub(super) fn new(router: Router, limits: &ServerLimits) -> Self {
        Self { router, protocol: protocol(limits), first_request_timeout: limits.header_read_timeout }
    }

    /// Serves `stream` until either side ends it, or `watcher` asks for a graceful end.
    pub(super) fn serve(&self, stream: TcpStream, watcher: Watcher) -> impl Future<Output = ()> + use<> {
        if let Err(error) = stream.set_nodelay(true) {
            // Slower, not wrong: the answer's last packet may wait for an acknowledgement.
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        let began = Arc::new(Notify::new());
        let service = {
            let (router, began) = (self.router.clone(), Arc::clone(&began));
            service_fn(move |request: Request<Incoming>| {
                began.notify_one();
                router.clone().oneshot(request)
            })
        };
        let connection = self.protocol.serve_connection(TokioIo::new(stream), service).into_owned();
        let served = watcher.watch(connection);
        let timeout = self.first_request_timeout;
        async move {
            tokio::select! {
                ended = served => if let Err(error) = ended {
                    tracing::debug!(error, "a connection broke");
                },
                // Hyper's own timeout starts only when the protocol is known; a client that sends a part of the
                // HTTP/2 preface, or nothing at all, would hold its connection for ever.
                () = silence(&began, timeout) => tracing::debug!("closed a connection without a request"),
            }
        }
    }
}

/// Resolves if no request begins in time; never otherwise.
async fn silence(began: &Notify, timeout: Duration) {
    if tokio::time::timeout(timeout, began.notified()).await.is_ok() {
        std::future::pending::<()>().await;
    }
}

fn protocol(limits: &ServerLimits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_read_timeout)
        // Heads must fit the read buffer: a larger one is answered 431.
        .max_buf_size(limits.header_bytes.max(LEAST_HEADER_BYTES))
        .keep_alive(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .max_concurrent_streams(limits.http2_streams)
        .initial_stream_window_size(HTTP2_STREAM_WINDOW)
        .initial_connection_window_size(HTTP2_CONNECTION_WINDOW)
        .keep_alive_interval(HTTP2_PING_INTERVAL);
    builder
}
