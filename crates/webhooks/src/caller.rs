//! The client: one POST, on a connection of its own, without redirects, proxies or cookies.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use faceward_service::webhooks::WebhookSettings;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use crate::attempt::{Answer, Ended};
use crate::lookup::{Lookup, LookupError};

/// Of an answer so much is read and kept, in bytes.
const ANSWER_BYTES: usize = 1024;

/// What is sent to whom.
pub(crate) struct Call<'a> {
    pub(crate) url: &'a str,
    pub(crate) id: String,
    /// Seconds since 1970.
    pub(crate) timestamp: i64,
    pub(crate) signature: String,
    pub(crate) body: String,
}

/// Calls receivers.
pub(crate) struct Caller {
    client: Client<HttpsConnector<HttpConnector<Lookup>>, Full<Bytes>>,
    lookup: Lookup,
    timeout: Duration,
}

impl Caller {
    /// One that trusts the certificates that the system does.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub(crate) fn new(settings: &Arc<WebhookSettings>) -> Result<Self, rustls::Error> {
        let lookup = Lookup(Arc::clone(settings));
        let mut connector = HttpConnector::new_with_resolver(lookup.clone());
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls()?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        // Attempts are seconds apart at least: no connection is kept.
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
        Ok(Self { client, lookup, timeout: settings.timeout })
    }

    /// Calls once, and says how it ended. Never longer than the settings say.
    pub(crate) async fn call(&self, call: Call<'_>, now: Timestamp) -> Answer {
        match tokio::time::timeout(self.timeout, self.exchange(call, now)).await {
            Ok(answer) => answer,
            Err(_elapsed) => Answer::without(Ended::TimedOut),
        }
    }

    async fn exchange(&self, call: Call<'_>, now: Timestamp) -> Answer {
        let Ok(url) = Url::parse(call.url) else { return Answer::without(Ended::NoAddress) };
        // Addresses are not resolved, so nobody else would look at them.
        if !self.lookup.lets_through(&url) {
            return Answer::without(Ended::AddressRefused);
        }
        let Some(request) = request(&url, call) else { return Answer::without(Ended::NoAddress) };
        match self.client.request(request).await {
            Ok(response) => answered(response, now).await,
            Err(error) => {
                tracing::debug!(error = &error as &dyn Error, "a webhook was not delivered");
                Answer::without(why(&error))
            }
        }
    }
}

fn tls() -> Result<ClientConfig, rustls::Error> {
    let found = rustls_native_certs::load_native_certs();
    let mut trusted = RootCertStore::empty();
    let (n_added, _unreadable) = trusted.add_parsable_certificates(found.certs);
    if n_added == 0 {
        tracing::warn!(
            "the system trusts no certificates: webhooks over https will fail (Debian: apt-get install ca-certificates)"
        );
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(trusted).with_no_client_auth())
}

fn request(url: &Url, call: Call<'_>) -> Option<Request<Full<Bytes>>> {
    let Call { url: _, id, timestamp, signature, body } = call;
    let uri: Uri = url.as_str().parse().ok()?;
    Request::post(uri)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("Faceward/", env!("CARGO_PKG_VERSION")))
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body(Full::from(body))
        .ok()
}

async fn answered(response: Response<Incoming>, now: Timestamp) -> Answer {
    let (head, body) = response.into_parts();
    let ended = match head.status.as_u16() {
        200..=299 => Ended::Delivered,
        300..=399 => Ended::Redirected,
        _other => Ended::Status,
    };
    let asked = head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    Answer {
        ended,
        status: Some(head.status.as_u16()),
        text: beginning(body).await,
        retry_after: asked.and_then(|text| crate::schedule::retry_after(text, now)),
    }
}

/// The beginning of a body, and no more of it: the rest is not waited for.
async fn beginning(mut body: Incoming) -> String {
    let mut bytes = Vec::new();
    // One that breaks says as much as it said: the status was there.
    while let Some(Ok(frame)) = body.frame().await {
        bytes.extend_from_slice(frame.data_ref().map_or(&[][..], Bytes::as_ref));
        if bytes.len() >= ANSWER_BYTES {
            break;
        }
    }
    bytes.truncate(ANSWER_BYTES);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn why(error: &hyper_util::client::legacy::Error) -> Ended {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(lookup) = error.downcast_ref::<LookupError>() {
            return match lookup {
                LookupError::Unknown(_) => Ended::NotResolved,
                LookupError::Refused => Ended::AddressRefused,
            };
        }
        if is_of_tls(error) {
            return Ended::NotEncrypted;
        }
        cause = error.source();
    }
    if error.is_connect() { Ended::NotConnected } else { Ended::Broken }
}

/// TLS fails inside of errors of input and output, which do not call it their source.
fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || inner.is_some_and(|inner| is_of_tls(inner))
}
