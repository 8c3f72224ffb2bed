//! The authenticated app, or operator, behind a request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use faceward_core::AppId;
use faceward_service::operators::Actor;

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

/// The operator who acts; put there by the guard of the administration.
#[derive(Clone, Debug)]
pub(crate) struct Acting(pub(crate) Actor);

impl<S: Sync> FromRequestParts<S> for Acting {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        parts.extensions.get().cloned().ok_or(Failure::Panicked)
    }
}
