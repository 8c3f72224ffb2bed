//! One connection: protocol settings, and how it ends when nothing happens on it.
//!
//! A connection may be without a request for `header_read_timeout`, whatever the protocol and however it began; an answer
//! has [`ANSWER_TIMEOUT`] to be read. Then, and when the server stops, the client is told (`Connection: close`, GOAWAY), and
//! has [`GOODBYE`] to hear it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tower::ServiceExt;

use super::activity::{Activity, Answering, Quiet};
use crate::client::Client;
use crate::settings::{LEAST_HEADER_BYTES, ServerLimits};

/// An HTTP/2 client is asked for a sign of life so often while it has requests under way.
const HTTP2_PING_INTERVAL: Duration = Duration::from_secs(20);
/// One that does not give it for so long is gone.
const HTTP2_PING_TIMEOUT: Duration = Duration::from_secs(20);
/// Bytes that one HTTP/2 stream may send ahead of being read. They are held before anybody has asked for a key: larger
/// windows would let strangers fill the memory.
const HTTP2_STREAM_WINDOW: u32 = 128 * 1024;
/// The same for all streams of a connection.
const HTTP2_CONNECTION_WINDOW: u32 = 256 * 1024;
/// Time to read an answer that is ready. A client that never does would keep its connection for ever.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// Time for a client without a request under way to hear that the connection ends.
const GOODBYE: Duration = Duration::from_secs(1);

/// What all connections share.
pub(super) struct Connections {
    router: Router,
    protocol: auto::Builder<TokioExecutor>,
    idle_timeout: Duration,
    trusted_proxies: Arc<[IpAddr]>,
}

impl Connections {
    pub(super) fn new(router: Router, limits: &ServerLimits) -> Self {
        let proxies = limits.trusted_proxies.iter().filter_map(|text| text.parse::<IpAddr>().ok());
        let trusted_proxies = proxies.map(|address| address.to_canonical()).collect();
        let idle_timeout = limits.header_read_timeout;
        Self { router, protocol: protocol(limits), idle_timeout, trusted_proxies }
    }

    /// Serves `stream` until either side ends it, nothing happens on it for too long, or `stopping` becomes true and
    /// nothing is under way.
    pub(super) fn serve<S>(
        &self,
        stream: S,
        client: Client,
        mut stopping: watch::Receiver<bool>,
    ) -> impl Future<Output = ()> + use<S>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Arc::new(Activity::default());
        let service = {
            let (router, activity) = (self.router.clone(), Arc::clone(&activity));
            let trusted = Arc::clone(&self.trusted_proxies);
            service_fn(move |mut request: Request<Incoming>| {
                let client = client.behind(&trusted, request.headers());
                request.extensions_mut().insert(client);
                answer(router.clone(), Arc::clone(&activity), request)
            })
        };
        let connection = self.protocol.serve_connection(TokioIo::new(stream), service).into_owned();
        let idle_timeout = self.idle_timeout;
        async move {
            let mut connection = std::pin::pin!(connection);
            let end = tokio::select! {
                ended = connection.as_mut() => return log_broken(ended),
                quiet = activity.quiet_for(idle_timeout, ANSWER_TIMEOUT) => Some(quiet),
                _ = stopping.wait_for(|stopping| *stopping) => None,
            };
            connection.as_mut().graceful_shutdown();
            // An answer that nobody reads gets no time to be read.
            let goodbye = if end == Some(Quiet::AnswerUnread) { Duration::ZERO } else { GOODBYE };
            tokio::select! {
                ended = connection.as_mut() => log_broken(ended),
                _ = activity.quiet_for(goodbye, ANSWER_TIMEOUT) => {
                    tracing::debug!(?end, "closed a connection on which nothing happened");
                }
            }
        }
    }
}

/// The router's answer, counted as under way until its last byte has been taken.
async fn answer(
    router: Router,
    activity: Arc<Activity>,
    request: Request<Incoming>,
) -> Result<Response<Answering>, std::convert::Infallible> {
    let under_way = activity.begin();
    let response = router.oneshot(request).await?;
    Ok(response.map(|body: Body| under_way.answering(body)))
}

fn log_broken(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(error, "a connection broke");
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
        .keep_alive_interval(HTTP2_PING_INTERVAL)
        .keep_alive_timeout(HTTP2_PING_TIMEOUT);
    builder
}
