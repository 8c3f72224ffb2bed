//! Successful answers in the original's envelope, and the gateway's around it where the operator wants that.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::wire::Answer;
use crate::settings::HttpSettings;

/// `result` with status 200.
pub(super) fn success<T: Serialize>(result: T, settings: &HttpSettings) -> Response {
    with_message("Success", result, settings)
}

/// The same with a text of its own.
pub(super) fn with_message<T: Serialize>(
    status_message: &'static str,
    result: T,
    settings: &HttpSettings,
) -> Response {
    Json(wrapped(Answer { status: "200", status_message, result }, settings)).into_response()
}

/// Clients of a reseller's gateway expect every body inside `{"risetai": ...}`.
pub(super) fn wrapped<T: Serialize>(body: T, settings: &HttpSettings) -> Envelope<T> {
    if settings.riset.gateway_envelope { Envelope::Gateway { risetai: body } } else { Envelope::Plain(body) }
}

/// A body as it is, or inside the gateway's object.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Envelope<T> {
    /// As it is.
    Plain(T),
    /// Inside.
    Gateway {
        /// The body.
        risetai: T,
    },
}
