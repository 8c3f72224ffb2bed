//! A photo that comes as base64 text: with or without a data-URI prefix, padding and line breaks.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use faceward_service::{Declared, Photo, PhotoField};

use crate::failure::Failure;

/// RFC 4648 section 4; padding may be left out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The photo in `text`, at most `photo_bytes` long.
///
/// # Errors
/// [`Failure::NotBase64`], [`Failure::PhotoTooLarge`].
pub(crate) fn decode(text: &str, field: PhotoField, photo_bytes: usize) -> Result<Photo, Failure> {
    let (declared, text) = without_prefix(text);
    let text = without_white_space(text);
    if text.len() / 4 * 3 > photo_bytes.saturating_add(3) {
        return Err(Failure::PhotoTooLarge { part: part(field), limit_bytes: photo_bytes });
    }
    let bytes = BASE64.decode(text.as_bytes()).map_err(|_| Failure::NotBase64(field))?;
    if bytes.len() > photo_bytes {
        return Err(Failure::PhotoTooLarge { part: part(field), limit_bytes: photo_bytes });
    }
    Ok(Photo::declared(Bytes::from(bytes), declared))
}

/// Takes `data:image/jpeg;base64,` off (RFC 2397), and what it declares.
fn without_prefix(text: &str) -> (Declared, &str) {
    let Some((head, content)) = text.strip_prefix("data:").and_then(|rest| rest.split_once(',')) else {
        return (Declared::Other, text);
    };
    let media_type = head.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_photo = matches!(media_type.as_str(), "image/jpeg" | "image/jpg" | "image/png");
    (if is_photo { Declared::JpegOrPng } else { Declared::Other }, content)
}

/// Encoders of mail break lines every 76 characters.
fn without_white_space(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        Cow::Owned(text.chars().filter(|c| !c.is_ascii_whitespace()).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The key that such a photo comes under.
const fn part(field: PhotoField) -> &'static str {
    match field {
        PhotoField::Only | PhotoField::Frame(_) => "image",
        PhotoField::First => "source_image",
        PhotoField::Second => "target_image",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Result<String, Failure> {
        decode(text, PhotoField::Only, 8).map(|photo| format!("{photo:?}"))
    }

    #[test]
    fn prefix_padding_and_line_breaks_make_no_difference() {
        let plain = decoded("aGVsbG8=").expect("base64");
        assert!(plain.contains("Some(5)") && plain.contains("Other"), "{plain}");
        for text in ["aGVsbG8", "aGVs\r\nbG8=\n", "data:;base64,aGVsbG8="] {
            assert_eq!(decoded(text).expect(text), plain);
        }
        for text in ["data:image/jpeg;base64,aGVsbG8=", "data:IMAGE/PNG;base64,aGVs bG8"] {
            assert_eq!(decoded(text).expect(text), plain.replace("Other", "JpegOrPng"));
        }
    }

    #[test]
    fn what_is_no_base64_or_too_long_is_refused() {
        for text in ["#", "aGVsbG8===", "data:aGVsbG8=", "aGVs-_", "ä", "a"] {
            assert!(matches!(decoded(text), Err(Failure::NotBase64(PhotoField::Only))), "{text}");
        }
        assert!(decoded("MTIzNDU2Nzg=").is_ok(), "8 bytes");
        for text in ["MTIzNDU2Nzg5", &"A".repeat(1000)] {
            assert!(matches!(decoded(text), Err(Failure::PhotoTooLarge { part: "image", .. })), "{text}");
        }
    }
}
