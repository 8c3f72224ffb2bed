//! The header `X-Faceward-Turned`: which photos stood upright only after a turn, and by how many degrees clockwise.
//!
//! Box, points and roll of such a photo stay in the frame of the photo as it was sent (EXIF applied).

use std::fmt::Write;

use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponseParts, ResponseParts};
use faceward_core::Turn;

/// The header; absent where every photo was upright.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-faceward-turned");

/// `part=degrees` of each photo that had to be turned, joined by `, `.
#[derive(Debug, Default)]
pub(crate) struct Turned(String);

impl Turned {
    /// Adds the photo in `part`.
    pub(crate) fn and(mut self, part: &str, turn: Turn) -> Self {
        if turn != Turn::None {
            let separator = if self.0.is_empty() { "" } else { ", " };
            // Writing to a string cannot fail.
            let _written = write!(self.0, "{separator}{part}={}", turn.degrees());
        }
        self
    }
}

impl IntoResponseParts for Turned {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        if let Some(value) = HeaderValue::try_from(self.0).ok().filter(|value| !value.is_empty()) {
            parts.headers_mut().insert(HEADER, value);
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_turned_photos_are_named() {
        let turned = Turned::default().and("first_photo", Turn::None).and("second_photo", Turn::Cw90);
        assert_eq!(turned.0, "second_photo=90");
        assert_eq!(turned.and("third", Turn::Cw270).0, "second_photo=90, third=270");
        assert_eq!(Turned::default().and("photo", Turn::None).0, "");
    }
}
