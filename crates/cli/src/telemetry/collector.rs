//! The collector, as the exporter's client sees it: one request on a connection of its own, on the exporter's thread.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::HOST;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use opentelemetry_http::{HttpClient, HttpError};
use parking_lot::Mutex;
use tokio::runtime::Runtime;
use tokio_rustls::TlsConnector;

use crate::executor::executor;
use crate::exit::Failure;
use crate::remote::{Target, encryption};

/// Where a collector takes traces, below its address.
const PATH: &str = "/v1/traces";
/// How long one delivery may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Most of an answer that is read.
const ANSWER_BYTES: usize = 1 << 16;

/// A collector of traces.
pub(super) struct Collector {
    url: String,
    target: Target,
    encryption: Option<TlsConnector>,
    runtime: Runtime,
    /// Whether the last delivery failed: only changes are worth a line of the log.
    failing: Mutex<bool>,
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Collector {
    /// The one at `url`, `http://host:port` or `https://host:port`.
    pub(super) fn at(url: &str) -> Result<Self, Failure> {
        let target = Target::parse("telemetry.otlp", url)?;
        let encryption = target.is_encrypted().then(|| encryption(None)).transpose()?;
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { url, target, encryption, runtime: executor()?, failing: Mutex::new(false) })
    }

    /// Where it takes traces.
    pub(super) fn endpoint(&self) -> String {
        format!("{}{PATH}", self.url)
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (mut head, body) = request.into_parts();
        head.uri = PATH.parse()?;
        head.headers.insert(HOST, self.target.host().parse()?);
        let stream = self.target.connect(self.encryption.as_ref()).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // It ends with the sender.
        tokio::spawn(connection);
        let answer = sender.send_request(Request::from_parts(head, Full::new(body))).await?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, ANSWER_BYTES).collect().await?.to_bytes();
        Ok(Response::from_parts(head, body))
    }

    /// Says when deliveries begin to fail and when they work again.
    fn note(&self, result: &Result<Response<Bytes>, HttpError>) {
        let failed = match result {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(answer.status().to_string()),
            Err(error) => Some(error.to_string()),
        };
        let mut failing = self.failing.lock();
        match (*failing, &failed) {
            (false, Some(error)) => tracing::warn!(error, url = self.url, "traces cannot be delivered"),
            (true, None) => tracing::info!(url = self.url, "traces are delivered again"),
            (true, Some(_)) | (false, None) => {}
        }
        *failing = failed.is_some();
    }
}

#[async_trait]
impl HttpClient for Collector {
    /// Blocks: the exporter has a thread of its own, which no runtime drives.
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let result = self.runtime.block_on(async {
            match tokio::time::timeout(TIMEOUT, self.exchange(request)).await {
                Ok(result) => result,
                Err(elapsed) => Err(elapsed.into()),
            }
        });
        self.note(&result);
        result
    }
}
