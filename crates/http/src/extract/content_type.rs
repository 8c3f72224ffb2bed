//! What a request's Content-Type says about its body.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;

use super::header_value::HeaderParts;
use crate::failure::Failure;

/// What kind of body is announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ContentType {
    /// Parts between lines with this boundary. `multipart/form-data`, or another multipart: its parts have names or not.
    Multipart(Vec<u8>),
    /// `name=value` pairs.
    UrlEncoded,
    /// JSON.
    Json,
    /// Anything else, or nothing.
    Other,
}

impl ContentType {
    /// That of a request with `headers`.
    ///
    /// # Errors
    /// [`Failure::MalformedBody`]: the header cannot be read in one way only, or a multipart type has no boundary. Such a
    /// request meant something; to take it for one without a body would blame the wrong thing.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Failure> {
        let unreadable = || Failure::MalformedBody("the Content-Type cannot be read".to_owned());
        let mut values = headers.get_all(CONTENT_TYPE).iter().map(axum::http::HeaderValue::as_bytes);
        let Some(value) = values.next() else { return Ok(Self::Other) };
        if values.any(|other| other != value) {
            return Err(unreadable());
        }
        if value.trim_ascii().is_empty() {
            return Ok(Self::Other);
        }
        let parts = HeaderParts::parse(value).map_err(|_| unreadable())?;
        let (main, sub) = parts.kind.split_once('/').ok_or_else(unreadable)?;
        if main == "multipart" {
            let boundary = parts.parameter("boundary").map_err(|_| unreadable())?.unwrap_or_default();
            if boundary.is_empty() {
                return Err(Failure::MalformedBody("a multipart body without a boundary".to_owned()));
            }
            return Ok(Self::Multipart(boundary.to_vec()));
        }
        Ok(match (main, sub) {
            ("application", "x-www-form-urlencoded") => Self::UrlEncoded,
            (_, sub) if sub == "json" || sub.ends_with("+json") => Self::Json,
            (_, _) => Self::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Option<ContentType> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, value.parse().expect("a header"));
        ContentType::of(&headers).ok()
    }

    #[test]
    fn a_boundary_is_read_as_clients_write_it() {
        for (value, boundary) in [
            ("multipart/form-data; boundary=abc", "abc"),
            ("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"", "a b"),
            ("multipart/form-data; boundary=----WebKitFormBoundary7MA; x=y", "----WebKitFormBoundary7MA"),
            ("multipart/form-data; boundary===_Part_1:2=", "==_Part_1:2="),
            ("multipart/form-data;\tboundary=abc\t", "abc"),
            ("multipart/form-data; boundary=\"=_a;b\"", "=_a;b"),
            ("multipart/form-data; boundary = abc", "abc"),
            ("multipart/mixed; boundary=abc", "abc"),
            ("multipart/form-data; boundary=abc; boundary=abc", "abc"),
        ] {
            assert_eq!(of(value), Some(ContentType::Multipart(boundary.into())), "{value}");
        }
    }

    #[test]
    fn what_is_no_multipart_is_told_apart() {
        for (value, expected) in [
            ("", ContentType::Other),
            ("text/plain; charset=utf-8", ContentType::Other),
            ("image/jpeg", ContentType::Other),
            ("application/json", ContentType::Json),
            ("Application/Problem+JSON; x=\"y\"", ContentType::Json),
            ("application/x-www-form-urlencoded; charset=UTF-8", ContentType::UrlEncoded),
        ] {
            assert_eq!(of(value), Some(expected), "{value}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_malformed_and_not_absent() {
        for value in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"",
            "multipart/form-data; boundary=a; boundary=b",
            "multipart/form-data; boundary=\"a\"b",
            "form",
        ] {
            assert_eq!(of(value), None, "{value}");
        }
        let mut headers = HeaderMap::new();
        for boundary in ["a", "b"] {
            headers.append(
                CONTENT_TYPE,
                format!("multipart/form-data; boundary={boundary}").parse().expect("a header"),
            );
        }
        assert!(ContentType::of(&headers).is_err(), "two headers");
    }
}
