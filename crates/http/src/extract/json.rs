//! A JSON body, whatever its declared type: several official clients declare none.

use axum::extract::Request;
use serde::de::DeserializeOwned;

use super::body;
use crate::failure::Failure;
use crate::settings::HttpSettings;

/// Largest JSON body: every one that we read is a handful of ids.
const MAX_JSON_BYTES: usize = 64 * 1024;

/// The body of `request` as `T`, or the default of `T` where there is none.
pub(crate) async fn receive_or_default<T: DeserializeOwned + Default>(
    request: Request,
    settings: &HttpSettings,
) -> Result<T, Failure> {
    let body = body::receive(request.into_body(), MAX_JSON_BYTES, settings).await?;
    if body.trim_ascii().is_empty() { Ok(T::default()) } else { parse(&body) }
}

/// The body of `request` as `T`.
pub(crate) async fn receive<T: DeserializeOwned>(
    request: Request,
    settings: &HttpSettings,
) -> Result<T, Failure> {
    let body = body::receive(request.into_body(), MAX_JSON_BYTES, settings).await?;
    parse(&body)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body)
        .map_err(|error| Failure::MalformedBody(format!("not the expected JSON: {error}")))
}
