//! What bytes are, told by their first few: no header is parsed here.

/// Photo formats that we decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PhotoFormat {
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// PNG (ISO/IEC 15948).
    Png,
}

/// Formats that we recognise and do not decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OtherFormat {
    /// GIF 87a or 89a.
    Gif,
    /// `WebP`.
    WebP,
    /// Windows bitmap.
    Bmp,
    /// TIFF, either byte order.
    Tiff,
    /// HEIC, HEIF or AVIF.
    Heif,
    /// JPEG 2000.
    Jpeg2000,
    /// JPEG XL.
    JpegXl,
    /// PDF.
    Pdf,
    /// SVG or other XML.
    Xml,
    /// A web page: what a proxy says instead of handing over a photo.
    Html,
    /// A zip archive or a document in one.
    Zip,
    /// MP4 or `QuickTime` video.
    Video,
}

/// JPEG or PNG by magic, whatever a client declares. Says nothing about whether the rest can be decoded.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<PhotoFormat> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(PhotoFormat::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(PhotoFormat::Png)
    } else {
        None
    }
}

/// A known format that is neither JPEG nor PNG.
#[must_use]
pub fn sniff_other(bytes: &[u8]) -> Option<OtherFormat> {
    let starts: [(&[u8], OtherFormat); 10] = [
        (b"GIF87a", OtherFormat::Gif),
        (b"GIF89a", OtherFormat::Gif),
        (b"II*\0", OtherFormat::Tiff),
        (b"MM\0*", OtherFormat::Tiff),
        (b"%PDF-", OtherFormat::Pdf),
        (b"PK\x03\x04", OtherFormat::Zip),
        (b"\xFF\x0A", OtherFormat::JpegXl),
        (b"\0\0\0\x0CJXL \r\n\x87\n", OtherFormat::JpegXl),
        (b"\0\0\0\x0CjP  \r\n\x87\n", OtherFormat::Jpeg2000),
        (b"\xFF\x4F\xFF\x51", OtherFormat::Jpeg2000),
    ];
    let by_start = starts.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, format)| *format);
    by_start.or_else(|| sniff_container(bytes)).or_else(|| sniff_markup(bytes))
}

/// Texts between tags, which may begin with blanks and a byte order mark, and in either case.
fn sniff_markup(bytes: &[u8]) -> Option<OtherFormat> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let starts: [(&[u8], OtherFormat); 6] = [
        (b"<?xml", OtherFormat::Xml),
        (b"<svg", OtherFormat::Xml),
        (b"<!doctype html", OtherFormat::Html),
        (b"<html", OtherFormat::Html),
        (b"<head", OtherFormat::Html),
        (b"<body", OtherFormat::Html),
    ];
    let begins = |tag: &[u8]| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    starts.iter().find(|(tag, _)| begins(tag)).map(|(_, format)| *format)
}

/// Formats whose mark stands behind a length field.
fn sniff_container(bytes: &[u8]) -> Option<OtherFormat> {
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(OtherFormat::WebP);
    }
    // "BM" alone is too weak a mark: the four reserved bytes of the header are 0 in every bitmap in the wild.
    if bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]) {
        return Some(OtherFormat::Bmp);
    }
    if bytes.get(4..8) != Some(b"ftyp") {
        return None;
    }
    match bytes.get(8..12)? {
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"mif1" | b"msf1" | b"avif" | b"avis" => {
            Some(OtherFormat::Heif)
        }
        _ => Some(OtherFormat::Video),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide_what_a_photo_is() {
        assert_eq!(sniff(&[0xFF, 0xD8, 0xFF, 0xE0]), Some(PhotoFormat::Jpeg));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n\0\0"), Some(PhotoFormat::Png));
        for other in [&b""[..], b"\xFF\xD8", b"\x89PNG", b"GIF89a", b"hello"] {
            assert_eq!(sniff(other), None, "{other:?}");
        }
    }

    #[test]
    fn other_formats_are_named() {
        let cases: [(&[u8], Option<OtherFormat>); 15] = [
            (b"GIF89a\x01\0", Some(OtherFormat::Gif)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(OtherFormat::WebP)),
            (b"BM\x36\0\0\0\0\0\0\0\x36\0", Some(OtherFormat::Bmp)),
            (b"BM is how this text begins", None),
            (b"MM\0*\0\0", Some(OtherFormat::Tiff)),
            (b"\0\0\0\x18ftypheic", Some(OtherFormat::Heif)),
            (b"\0\0\0\x18ftypisom", Some(OtherFormat::Video)),
            (b"%PDF-1.7", Some(OtherFormat::Pdf)),
            (b"<?xml version='1.0'?>", Some(OtherFormat::Xml)),
            (b"\xEF\xBB\xBF<SVG xmlns=", Some(OtherFormat::Xml)),
            (b"<!DOCTYPE html>", Some(OtherFormat::Html)),
            (b"\r\n  <html lang=en>", Some(OtherFormat::Html)),
            (b"<b", None),
            (b"plain text", None),
            (b"", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(sniff_other(bytes), expected, "{bytes:?}");
        }
    }
}
