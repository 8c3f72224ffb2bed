//! The cookie of a browser that has opened a session: one for each session, so that two links in one browser stay apart.

use axum::http::{HeaderMap, HeaderValue};
use uuid::Uuid;

use crate::extract::cookie::{named, setting};

/// Over TLS the prefix keeps pages without TLS from setting it.
fn name(session: &Uuid, secure: bool) -> String {
    let prefix = if secure { "__Secure-" } else { "" };
    format!("{prefix}faceward-link-{}", session.simple())
}

/// What the browser shows for `session`.
pub(super) fn of<'a>(headers: &'a HeaderMap, session: &Uuid, secure: bool) -> Option<&'a str> {
    named(headers, &name(session, secure))
}

/// Gives a browser the secret of `session`, for so many seconds. Out of reach for scripts, and sent by no page of another site.
pub(super) fn set(session: &Uuid, secret: &str, secure: bool, seconds: i64) -> Option<HeaderValue> {
    let flag = if secure { "; Secure" } else { "" };
    let name = name(session, secure);
    setting(format!("{name}={secret}; Path=/s; Max-Age={seconds}; HttpOnly; SameSite=Strict{flag}"))
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    #[test]
    fn each_session_has_a_cookie_of_its_own() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let text = |secure| set(&one, "abc", secure, 9).expect("a header").to_str().expect("text").to_owned();
        let name = "faceward-link-00000000000000000000000000000001";
        assert_eq!(text(false), format!("{name}=abc; Path=/s; Max-Age=9; HttpOnly; SameSite=Strict"));
        assert_eq!(
            text(true),
            format!("__Secure-{name}=abc; Path=/s; Max-Age=9; HttpOnly; SameSite=Strict; Secure")
        );
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::try_from(format!("x=y; {name}=abc")).expect("a header"));
        assert_eq!((of(&headers, &one, false), of(&headers, &other, false)), (Some("abc"), None));
        assert_eq!(of(&headers, &one, true), None);
    }
}
