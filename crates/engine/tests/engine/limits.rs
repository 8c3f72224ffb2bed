//! Photos that cost too much are refused by their header, before anything is allocated for them.

use faceward_engine::AnalyzeError;
use faceward_engine::image::{DecodeError, Limits, RgbImage, Size, decode};

use crate::encode::{self, Jpeg};
use crate::setup::try_analyze;

/// A PNG that is a header and nothing else.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 6, 0, 0, 0]);
    [b"\x89PNG\r\n\x1a\n".to_vec(), encode::chunk(b"IHDR", &header)].concat()
}

/// A JPEG of markers only.
fn jpeg_header(width: u16, height: u16, scans: usize) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xC2, 0, 8, 8];
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.push(3);
    bytes.extend([0xFF, 0xDA, 0, 2, 0x11].repeat(scans));
    bytes.extend([0xFF, 0xD9]);
    bytes
}

#[track_caller]
fn check(bytes: &[u8], limits: &Limits, expected: &DecodeError) {
    assert_eq!(decode(bytes, limits).err().as_ref(), Some(expected));
}

#[test]
fn too_many_pixels_are_refused_by_the_header_alone() {
    let limits = Limits::default();
    let too_many = |width, height| DecodeError::TooManyPixels {
        width,
        height,
        pixels: limits.pixels,
        side: limits.side,
    };
    check(&png_header(30_000, 30_000), &limits, &too_many(30_000, 30_000));
    check(&png_header(u32::MAX, u32::MAX), &limits, &too_many(u32::MAX, u32::MAX));
    check(&png_header(1_000_000, 1), &limits, &too_many(1_000_000, 1));
    check(&jpeg_header(65_500, 65_500, 1), &limits, &too_many(65_500, 65_500));
    check(&jpeg_header(65_500, 1, 1), &limits, &too_many(65_500, 1));
}

#[test]
fn too_many_scans_are_refused() {
    let limits = Limits::default();
    check(&jpeg_header(4000, 4000, 101), &limits, &DecodeError::TooManyScans { limit: 100 });
}

#[test]
fn too_many_bytes_are_refused() {
    let limits = Limits { bytes: 100, ..Limits::default() };
    let photo = RgbImage::filled(Size::square(64), [7; 3]).expect("not empty");
    let bytes = encode::jpeg(&photo, Jpeg::Plain, None);
    check(&bytes, &limits, &DecodeError::TooManyBytes { actual: bytes.len(), limit: 100 });
}

#[test]
fn a_photo_at_the_limit_is_accepted() {
    let photo = RgbImage::filled(Size { width: 40, height: 25 }, [7; 3]).expect("not empty");
    let limits = Limits { pixels: 1000, side: 40, ..Limits::default() };
    let bytes = encode::jpeg(&photo, Jpeg::Plain, None);
    assert_eq!(decode(&bytes, &limits).expect("within limits").photo.size(), photo.size());
    assert!(decode(&bytes, &Limits { pixels: 999, ..limits }).is_err());
    assert!(decode(&bytes, &Limits { side: 39, ..limits }).is_err());
}

#[test]
fn an_engine_says_which_bytes_are_no_photo() {
    let error = try_analyze(&png_header(30_000, 30_000), &faceward_engine::Request::default());
    assert!(matches!(error, Err(AnalyzeError::Decode(DecodeError::TooManyPixels { .. }))));
}
