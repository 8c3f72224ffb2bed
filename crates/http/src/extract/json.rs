//! A JSON body, whatever its declared type: several official clients declare none.

use axum::extract::Request;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::body;
use crate::failure::Failure;
use crate::settings::HttpSettings;

/// Largest JSON body without photos: a handful of ids.
const MAX_JSON_BYTES: usize = 64 * 1024;

/// The body of `request` as `T`, or the default of `T` where there is none.
pub(crate) async fn receive_or_default<T: DeserializeOwned + Default>(
    request: Request,
    settings: &HttpSettings,
) -> Result<T, Failure> {
    let body = body::receive(request, MAX_JSON_BYTES, settings).await?;
    if without_mark(&body).trim_ascii().is_empty() { Ok(T::default()) } else { parse(&body) }
}

/// The body of `request` as `T`.
///
/// # Errors
/// [`Failure::MalformedBody`], and whatever keeps a body from arriving.
pub(crate) async fn receive<T: DeserializeOwned>(
    request: Request,
    settings: &HttpSettings,
) -> Result<T, Failure> {
    parse(&body::receive(request, MAX_JSON_BYTES, settings).await?)
}

/// `body`, an object, as `T`. A list is refused: its values would be taken for those of the fields in the order in which these happen
/// to be declared.
///
/// # Errors
/// [`Failure::MalformedBody`].
pub(crate) fn parse<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, Failure> {
    if !is_object(body) {
        return Err(Failure::MalformedBody("not the expected JSON: it is no object".to_owned()));
    }
    serde_json::from_slice(without_mark(body))
        .map_err(|error| Failure::MalformedBody(format!("not the expected JSON: {error}")))
}

/// `body` without the byte order mark that some editors and serialisers write before it (RFC 8259 section 8.1).
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// Whether `body` begins as a JSON object does.
pub(crate) fn is_object(body: &[u8]) -> bool {
    without_mark(body).trim_ascii_start().first() == Some(&b'{')
}
