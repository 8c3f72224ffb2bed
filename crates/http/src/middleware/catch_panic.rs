//! A panic in a handler fails its own request and no other.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::failure::Failure;

#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer asks for")]
pub(crate) fn respond(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!(panic = message, "a handler panicked");
    Failure::Panicked.into_response()
}
