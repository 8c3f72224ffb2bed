//! The id of one request: in its answer, in every log line about it, in the header `X-Request-Id`.

use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use uuid::Uuid;

use crate::failure::Failure;

/// A random UUID (version 4), made by us: an id that a client sends is never taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TransactionId(pub(crate) Uuid);

impl TransactionId {
    /// A new one.
    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<S: Sync> FromRequestParts<S> for TransactionId {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        parts.extensions.get().copied().ok_or(Failure::Panicked)
    }
}
