//! A JSON body, whatever its declared type: several official clients declare none.

use axum::extract::Request;
use serde::de::DeserializeOwned;

use super::body;
use crate::failure::Failure;
use crate::settings::HttpSettings;

/// Largest JSON body: every one that we read is a handful of ids.
const MAX_JSON_BYTES: usize = 64 * 1024;

/// The body of `request` as `T`.
pub(crate) async fn receive<T: DeserializeOwned>(
    request: Request,
    settings: &HttpSettings,
) -> Result<T, Failure> {
    let body = body::receive(request.into_body(), MAX_JSON_BYTES, settings).await?;
    serde_json::from_slice(&body)
        .map_err(|error| Failure::MalformedBody(format!("not the expected JSON: {error}")))
}
