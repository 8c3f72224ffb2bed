//! Cookies that a request shows (RFC 6265 section 5.4), and that an answer sets.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

/// The value of the first one called `name`.
pub(crate) fn named<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The header that sets the cookie `text`, which has a secret in it: no log shows it.
pub(crate) fn setting(text: String) -> Option<HeaderValue> {
    let mut header = HeaderValue::try_from(text).ok()?;
    header.set_sensitive(true);
    Some(header)
}
