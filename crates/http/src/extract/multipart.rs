//! `multipart/form-data` (RFC 7578) over a body that is already in memory and within its limits.
//!
//! `multer` parses; here are the bounds and what counts as a part.

use std::convert::Infallible;

use axum::http::header::CONTENT_TYPE;
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use multer::{Field, Multipart};

/// Most parts of one body. No endpoint has more than a handful; the rest is for clients that send extra fields.
pub const MAX_PARTS: usize = 32;

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// Media type as the client wrote it; absent if it wrote none that is text.
    pub content_type: Option<String>,
    /// The content.
    pub bytes: Bytes,
}

/// Why a body is no form.
#[derive(Debug, thiserror::Error)]
pub enum MultipartError {
    /// Not the syntax of RFC 7578, or no boundary to take it apart by.
    #[error("{0}")]
    Malformed(#[from] multer::Error),
    /// A part that no field name leads to.
    #[error("a part has no name")]
    Unnamed,
    /// Too many parts.
    #[error("more than {MAX_PARTS} parts")]
    TooManyParts,
}

/// The boundary in a Content-Type of `multipart/form-data`; `None` if it is another type.
///
/// # Errors
/// The type is right and the boundary is missing.
pub fn boundary(content_type: &str) -> Option<Result<String, MultipartError>> {
    match multer::parse_boundary(content_type) {
        Ok(boundary) if boundary.is_empty() => Some(Err(multer::Error::NoBoundary.into())),
        Ok(boundary) => Some(Ok(boundary)),
        Err(multer::Error::NoMultipart | multer::Error::DecodeContentType(_)) => None,
        Err(error) => Some(Err(error.into())),
    }
}

/// The parts of `body`, in their order.
///
/// # Errors
/// See [`MultipartError`].
pub async fn parse(body: Bytes, boundary: &str) -> Result<Vec<Part>, MultipartError> {
    let whole = stream::iter([Ok::<_, Infallible>(body)]);
    let mut form = Multipart::new(whole, boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await? {
        if parts.len() == MAX_PARTS {
            return Err(MultipartError::TooManyParts);
        }
        let name = field.name().ok_or(MultipartError::Unnamed)?.to_owned();
        let content_type = field.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        parts.push(Part { name, content_type, bytes: content(field).await? });
    }
    Ok(parts)
}

/// The content of `field`. It comes in one piece when the whole body is there, and is not copied then.
async fn content(mut field: Field<'_>) -> Result<Bytes, multer::Error> {
    let first = field.chunk().await?.unwrap_or_default();
    let Some(second) = field.chunk().await? else { return Ok(first) };
    let mut whole = BytesMut::from(first);
    whole.extend_from_slice(&second);
    while let Some(chunk) = field.chunk().await? {
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

#[cfg(test)]
#[path = "multipart_tests.rs"]
mod tests;
