//! The authenticated app behind a request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use faceward_core::AppId;

use crate::failure::Failure;

/// Put there by the auth layer; a route without that layer cannot take it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller(pub(crate) AppId);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        parts.extensions.get().copied().ok_or(Failure::Panicked)
    }
}
