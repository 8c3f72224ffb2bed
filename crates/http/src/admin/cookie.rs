//! The cookie of a session: out of reach for scripts, and sent by no page of another site (RFC 6265bis).

use axum::http::{HeaderMap, HeaderValue};

use crate::extract::cookie::{named, setting};

/// Over TLS. The prefix lets nobody but this host set it.
const SECURE_NAME: &str = "__Host-faceward";
/// Without TLS browsers refuse that prefix.
const PLAIN_NAME: &str = "faceward";

fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The session that the request shows.
pub(super) fn of(headers: &HeaderMap, secure: bool) -> Option<&str> {
    named(headers, name(secure))
}

/// Gives a browser the session `secret`; without one, takes it away.
pub(super) fn set(secret: Option<&str>, secure: bool) -> Option<HeaderValue> {
    let (value, age) = match secret {
        // A browser that is closed forgets it; the server ends it in any case.
        Some(secret) => (secret, ""),
        None => ("", "; Max-Age=0"),
    };
    let flag = if secure { "; Secure" } else { "" };
    setting(format!("{}={value}; Path=/; HttpOnly; SameSite=Strict{flag}{age}", name(secure)))
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    #[test]
    fn a_cookie_is_strict_and_out_of_reach_for_scripts() {
        let text = |secret, secure| set(secret, secure).expect("a header").to_str().expect("text").to_owned();
        assert_eq!(text(Some("abc"), false), "faceward=abc; Path=/; HttpOnly; SameSite=Strict");
        assert_eq!(text(Some("abc"), true), "__Host-faceward=abc; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert!(text(None, false).ends_with("; Max-Age=0"));
    }

    #[test]
    fn the_session_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("theme=dark; faceward=abc;x=y"));
        assert_eq!((of(&headers, false), of(&headers, true)), (Some("abc"), None));
    }
}
