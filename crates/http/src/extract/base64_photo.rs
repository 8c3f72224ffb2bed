//! A photo that comes as base64 text in JSON: with or without a data-URI prefix, padding and line breaks.
//!
//! The text is read where it lies, with the escapes that JSON has put into it: nothing is held beside the body and the
//! photo.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use faceward_service::{Declared, Photo, PhotoField};

use crate::failure::Failure;

/// RFC 4648 section 4; padding may be left out, wholly or in part.
const WHOLE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The same for pieces, whose padding is counted here.
const PIECE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// Characters that are decoded at once; a multiple of four.
const CHUNK_CHARS: usize = 4096;
/// Longest head of a data URI.
const MAX_PREFIX_BYTES: usize = 256;
/// Stands for every character that base64 cannot have.
const ALIEN: u8 = 0;

/// The photo in `json`, the inside of a JSON string as it was written, at most `photo_bytes` long.
///
/// # Errors
/// [`Failure::NotBase64`], [`Failure::PhotoTooLarge`].
pub(crate) fn decode(json: &str, field: PhotoField, photo_bytes: usize) -> Result<Photo, Failure> {
    let (declared, content) = without_prefix(json);
    match decoded(content, photo_bytes) {
        Ok(bytes) => Ok(Photo::declared(Bytes::from(bytes), declared)),
        Err(Bad::NotBase64) => Err(Failure::NotBase64(field)),
        Err(Bad::TooLong) => Err(Failure::PhotoTooLarge { part: part(field), limit_bytes: photo_bytes }),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bad {
    NotBase64,
    TooLong,
}

fn decoded(json: &str, most_bytes: usize) -> Result<Vec<u8>, Bad> {
    // Without a short cut this loop is vectorised: most texts are plain, and all of them are long.
    let is_plain = json.bytes().fold(true, |plain, byte| plain & (byte > b' ') & (byte != b'\\'));
    if !is_plain {
        return decoded_by_pieces(json, most_bytes);
    }
    if json.len() / 4 * 3 > most_bytes.saturating_add(3) {
        return Err(Bad::TooLong);
    }
    let bytes = WHOLE.decode(json).map_err(|_| Bad::NotBase64)?;
    if bytes.len() > most_bytes { Err(Bad::TooLong) } else { Ok(bytes) }
}

/// The same of a text with blanks, line breaks and escapes in it.
fn decoded_by_pieces(json: &str, most_bytes: usize) -> Result<Vec<u8>, Bad> {
    // What the longest allowed photo can take, and no more than this text can give.
    let capacity = json.len().div_ceil(4).saturating_mul(3).min(most_bytes.saturating_add(3));
    let mut bytes = Vec::with_capacity(capacity);
    let mut chunk = Vec::with_capacity(CHUNK_CHARS);
    let (mut n_chars, mut n_padding) = (0_usize, 0_usize);
    for byte in Unescaped(json.as_bytes()).filter(|byte| !byte.is_ascii_whitespace()) {
        if byte == b'=' {
            n_padding += 1;
            continue;
        }
        if n_padding > 0 {
            return Err(Bad::NotBase64);
        }
        chunk.push(byte);
        n_chars += 1;
        if chunk.len() == CHUNK_CHARS {
            append(&mut chunk, &mut bytes, most_bytes)?;
        }
    }
    append(&mut chunk, &mut bytes, most_bytes)?;
    if n_padding > (4 - n_chars % 4) % 4 { Err(Bad::NotBase64) } else { Ok(bytes) }
}

fn append(chunk: &mut Vec<u8>, bytes: &mut Vec<u8>, most_bytes: usize) -> Result<(), Bad> {
    if bytes.len() + chunk.len() / 4 * 3 > most_bytes.saturating_add(2) {
        return Err(Bad::TooLong);
    }
    let mut decoded = [0; CHUNK_CHARS / 4 * 3];
    let n_bytes = PIECE.decode_slice(&*chunk, &mut decoded).map_err(|_| Bad::NotBase64)?;
    if bytes.len() + n_bytes > most_bytes {
        return Err(Bad::TooLong);
    }
    bytes.extend_from_slice(&decoded[..n_bytes]);
    chunk.clear();
    Ok(())
}

/// For `fuzz/`: the two ways of reading a text give one result.
#[cfg(fuzzing)]
pub(crate) fn assert_both_ways_agree(json: &str, most_bytes: usize) {
    assert_eq!(decoded(json, most_bytes).ok(), decoded_by_pieces(json, most_bytes).ok());
}

/// The characters of a JSON string, one byte each; those that are no ASCII as [`ALIEN`].
struct Unescaped<'a>(&'a [u8]);

impl Iterator for Unescaped<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        if first != b'\\' {
            return Some(if first.is_ascii() { first } else { ALIEN });
        }
        let (&escaped, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(match escaped {
            b'n' | b'r' | b't' | b'f' => b' ',
            b'u' => self.code_unit(),
            // `\/`, which PHP writes, and what base64 cannot have.
            other => other,
        })
    }
}

impl Unescaped<'_> {
    fn code_unit(&mut self) -> u8 {
        let Some((digits, rest)) = self.0.split_at_checked(4) else { return ALIEN };
        self.0 = rest;
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        u8::from_str_radix(digits, 16).ok().filter(u8::is_ascii).unwrap_or(ALIEN)
    }
}

/// Takes `data:image/jpeg;base64,` off (RFC 2397), and what it declares.
fn without_prefix(json: &str) -> (Declared, &str) {
    let content = json.trim_start();
    let found =
        content.starts_with("data:").then(|| content.bytes().take(MAX_PREFIX_BYTES).position(|b| b == b','));
    let Some(comma) = found.flatten() else { return (Declared::Other, json) };
    let head = content["data:".len()..comma].replace("\\/", "/");
    let media_type = head.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_photo = matches!(media_type.as_str(), "image/jpeg" | "image/jpg" | "image/png");
    (if is_photo { Declared::JpegOrPng } else { Declared::Other }, &content[comma + 1..])
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
    use base64::engine::general_purpose::STANDARD as REFERENCE;
    use proptest::prelude::*;

    use super::*;

    fn photo(text: &str) -> Result<String, Failure> {
        decode(text, PhotoField::Only, 8).map(|photo| format!("{photo:?}"))
    }

    #[test]
    fn prefix_padding_and_line_breaks_make_no_difference() {
        let plain = photo("aGVsbG8=").expect("base64");
        assert!(plain.contains("Some(5)") && plain.contains("Other"), "{plain}");
        for text in
            ["aGVsbG8", "aGVs\r\nbG8=\n", r"aGVs\r\nbG8=\n", "data:;base64,aGVsbG8=", r"aGVsbG8\u003d"]
        {
            assert_eq!(photo(text).expect(text), plain);
        }
        for text in
            ["data:image/jpeg;base64,aGVsbG8=", "data:IMAGE/PNG;base64,aGVs bG8", r"data:image\/jpg,aGVsbG8="]
        {
            assert_eq!(photo(text).expect(text), plain.replace("Other", "JpegOrPng"));
        }
    }

    #[test]
    fn what_is_no_base64_or_too_long_is_refused() {
        for text in [
            "#",
            "aGVsbG8===",
            "aGVs=",
            "aG=Vs",
            "data:aGVsbG8=",
            "aGVs-_",
            "\u{e4}",
            "a",
            r"aGVs\u00e4",
            r#"aGVs\""#,
            "aGVs\\u12",
        ] {
            assert!(matches!(photo(text), Err(Failure::NotBase64(PhotoField::Only))), "{text}");
        }
        assert!(photo("MTIzNDU2Nzg=").is_ok(), "8 bytes");
        for text in ["MTIzNDU2Nzg5", &"A".repeat(1000), &"A".repeat(10_000)] {
            assert!(matches!(photo(text), Err(Failure::PhotoTooLarge { part: "image", .. })), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back_however_it_was_broken(
            bytes in prop::collection::vec(any::<u8>(), 0..9000),
            line in 1_usize..200,
            escapes in any::<bool>(),
        ) {
            let text = REFERENCE.encode(&bytes);
            let lines: Vec<&str> = text.as_bytes().chunks(line).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
            let text = if escapes { lines.join(r"\r\n").replace('/', r"\/") } else { lines.join("\n") };
            prop_assert_eq!(decoded(&text, 9000), Ok(bytes));
        }

        #[test]
        fn in_pieces_and_as_a_whole_are_one(text in "[A-Za-z0-9+/=#]{0,12}", most_bytes in 0_usize..10) {
            let (whole, pieces) = (decoded(&text, most_bytes), decoded_by_pieces(&text, most_bytes));
            // Of a text with two faults either may be found first.
            prop_assert_eq!(whole.ok(), pieces.ok(), "{}", text);
        }
    }
}
