//! Whether a request was sent by a page of ours, and by no page of another site that made the browser send it.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName};

use crate::failure::Failure;

/// What a browser says about who made it send the request.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what a page of another site made a browser send. `ours` is a header that only scripts of our own pages can send: a
/// form cannot, and other sites would have to ask first.
pub(crate) fn own_site(headers: &HeaderMap, ours: &HeaderName) -> Result<(), Failure> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let site_fits = text(&FETCH_SITE).is_none_or(|site| site == "same-origin");
    let host = text(&HOST).unwrap_or_default();
    let origin_fits = text(&ORIGIN).is_none_or(|origin| {
        origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
    });
    let is_ours = headers.contains_key(ours);
    if is_ours && site_fits && origin_fits { Ok(()) } else { Err(Failure::CrossSite) }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_our_own_pages_are_let_through() {
        let check = |rows: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in rows {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            own_site(&headers, &HeaderName::from_static("x-faceward-console")).is_ok()
        };
        let ours = [("x-faceward-console", "1"), ("host", "a.example:8080")];
        assert!(check(&ours));
        assert!(check(&[&ours[..], &[("sec-fetch-site", "same-origin")]].concat()));
        assert!(check(&[&ours[..], &[("origin", "https://a.example:8080")]].concat()));
        assert!(!check(&ours[1..]), "a form");
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!check(&[&ours[..], &[("sec-fetch-site", site)]].concat()), "{site}");
        }
        for origin in ["https://b.example", "https://a.example", "null", "https://a.example:8080.b.example"] {
            assert!(!check(&[&ours[..], &[("origin", origin)]].concat()), "{origin}");
        }
    }
}
