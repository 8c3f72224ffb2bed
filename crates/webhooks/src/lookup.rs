//! From a name to the addresses that may be called, which are the ones that are connected to.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use faceward_service::webhooks::{WebhookSettings, is_public, may_be_called};
use hyper_util::client::legacy::connect::dns::Name;
use tower::Service;
use url::Url;

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookupError {
    /// Nobody knows it.
    #[error("the host is not known")]
    Unknown(#[source] std::io::Error),
    /// It is inside.
    #[error("the host has no address of the public internet")]
    Refused,
}

/// Resolves names and lets through what may be called.
#[derive(Clone)]
pub(crate) struct Lookup(pub(crate) Arc<WebhookSettings>);

impl Lookup {
    /// Whether `url` may be called as far as it says itself: a name is looked at when it is resolved. What may be set has
    /// been checked, but settings change.
    pub(crate) fn lets_through(&self, url: &Url) -> bool {
        may_be_called(url, &self.0).is_ok()
    }
}

impl Service<Name> for Lookup {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = LookupError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, LookupError>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), LookupError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let settings = Arc::clone(&self.0);
        Box::pin(async move {
            // The connector puts the port in.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(LookupError::Unknown)?;
            let is_allowed = settings.allows(name.as_str());
            let called: Vec<_> = found.filter(|address| is_allowed || is_public(address.ip())).collect();
            if called.is_empty() { Err(LookupError::Refused) } else { Ok(called.into_iter()) }
        })
    }
}
