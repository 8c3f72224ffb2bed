//! Entries for `fuzz/`: what reads the bytes of strangers, without a server around it.

use crate::extract::base64_photo;
use crate::vendors::riset;

/// A body of the Riset.ai API, read as every one of its calls.
pub fn riset_call(body: &[u8]) {
    riset::read_as_every_call(body);
}

/// The inside of a JSON string as a photo of at most `most_bytes`.
///
/// # Panics
/// Read as a whole and in pieces it is not the same.
pub fn base64_in_json(json: &str, most_bytes: usize) {
    base64_photo::assert_both_ways_agree(json, most_bytes);
}

/// A header `Accesstoken`; what is read of it has no blanks around it.
///
/// # Panics
/// It has.
#[must_use]
pub fn token_in_header(value: &[u8]) -> Option<String> {
    let mut headers = axum::http::HeaderMap::new();
    headers.insert(crate::middleware::token::ACCESS_TOKEN, axum::http::HeaderValue::from_bytes(value).ok()?);
    let token = crate::middleware::token::token_of(&headers);
    assert_eq!(token, token.trim());
    Some(token.to_owned())
}
