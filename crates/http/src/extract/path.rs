//! The variable pieces of a path.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use faceward_core::InvalidId;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// The piece as exact text. One that is no UTF-8 is no id, and is told in the words of the surface that was called.
pub(crate) struct PathPiece(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for PathPiece {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        PathPieces::from_request_parts(parts, state).await.map(|PathPieces(text)| Self(text))
    }
}

/// Several pieces, as a tuple of texts in their order.
pub(crate) struct PathPieces<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathPieces<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(texts)) => Ok(Self(texts)),
            Err(PathRejection::FailedToDeserializePathParams(_)) => Err(InvalidId.into()),
            // The route has no such piece: a bug of ours.
            Err(_) => Err(Failure::Panicked),
        }
    }
}
