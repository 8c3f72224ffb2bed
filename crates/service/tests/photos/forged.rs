//! Photos that no camera takes, made from real ones: two faces side by side, tiny faces, none, broken files.

use std::io::Cursor;

use bytes::Bytes;
use faceward_service::Photo;
use image::imageops::{FilterType, blur, overlay, resize};
use image::{ImageFormat, Rgb, RgbImage};

fn decoded(name: &str) -> RgbImage {
    image::load_from_memory(&faceward_testkit::photo(name)).expect("a photo").to_rgb8()
}

fn encoded(pixels: &RgbImage) -> Photo {
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, ImageFormat::Png).expect("a PNG");
    Photo::from(Bytes::from(bytes.into_inner()))
}

/// A grey wall.
pub(crate) fn without_face() -> Photo {
    encoded(&RgbImage::from_pixel(640, 480, Rgb([128, 128, 128])))
}

/// `left` and `right` next to each other; `right` is `share` as wide as `left`.
pub(crate) fn side_by_side(left: &str, right: &str, share: f32) -> Photo {
    let left = resize(&decoded(left), 600, 750, FilterType::Triangle);
    let (width, height) = ((600.0 * share) as u32, (750.0 * share) as u32);
    let right = resize(&decoded(right), width, height, FilterType::Triangle);
    let mut both = RgbImage::from_pixel(1300, 800, Rgb([128, 128, 128]));
    overlay(&mut both, &left, 0, 0);
    overlay(&mut both, &right, 650, 0);
    encoded(&both)
}

/// `name` in `n_columns` x `n_rows` copies of 100 x 125 pixels each.
pub(crate) fn crowd(name: &str, n_columns: u32, n_rows: u32) -> Photo {
    let small = resize(&decoded(name), 100, 125, FilterType::Triangle);
    let mut wall = RgbImage::from_pixel(120 * n_columns, 150 * n_rows, Rgb([128, 128, 128]));
    for (column, row) in (0..n_rows).flat_map(|row| (0..n_columns).map(move |column| (column, row))) {
        overlay(&mut wall, &small, i64::from(120 * column + 10), i64::from(150 * row + 10));
    }
    encoded(&wall)
}

/// `name` shrunk to `width` pixels, on a grey wall.
pub(crate) fn far_away(name: &str, width: u32) -> Photo {
    let small = resize(&decoded(name), width, width * 5 / 4, FilterType::Triangle);
    let mut wall = RgbImage::from_pixel(400, 400, Rgb([128, 128, 128]));
    overlay(&mut wall, &small, 100, 100);
    encoded(&wall)
}

/// `name` blurred by 6 % of the face's width.
pub(crate) fn blurred(name: &str) -> Photo {
    encoded(&blur(&resize(&decoded(name), 400, 500, FilterType::Triangle), 7.0))
}

/// Middle, radii and colour of each ellipse of a drawn face, from the back to the front.
const ELLIPSES: [([f32; 4], [u8; 3]); 12] = [
    ([128.0, 120.0, 76.0, 92.0], [60, 40, 30]),
    ([128.0, 138.0, 60.0, 78.0], [240, 200, 170]),
    ([104.0, 124.0, 13.0, 8.0], [255, 255, 255]),
    ([152.0, 124.0, 13.0, 8.0], [255, 255, 255]),
    ([104.0, 124.0, 6.0, 6.0], [80, 60, 40]),
    ([152.0, 124.0, 6.0, 6.0], [80, 60, 40]),
    ([104.0, 124.0, 3.0, 3.0], [10, 10, 10]),
    ([152.0, 124.0, 3.0, 3.0], [10, 10, 10]),
    ([104.0, 106.0, 15.0, 3.0], [60, 40, 30]),
    ([152.0, 106.0, 15.0, 3.0], [60, 40, 30]),
    ([128.0, 150.0, 6.0, 10.0], [220, 170, 140]),
    ([128.0, 178.0, 22.0, 7.0], [190, 60, 70]),
];

/// A face that nobody has.
pub(crate) fn drawn() -> Photo {
    let pixels = RgbImage::from_fn(256, 256, |x, y| {
        let inside = |[cx, cy, rx, ry]: [f32; 4]| {
            ((x as f32 - cx) / rx).powi(2) + ((y as f32 - cy) / ry).powi(2) <= 1.0
        };
        let front = ELLIPSES.iter().rev().find(|(ellipse, _)| inside(*ellipse));
        Rgb(front.map_or([200, 220, 240], |(_, colour)| *colour))
    });
    encoded(&pixels)
}

/// `name` without its second half.
pub(crate) fn truncated(name: &str) -> Photo {
    let mut bytes = faceward_testkit::photo(name);
    bytes.truncate(bytes.len() / 2);
    Photo::from(Bytes::from(bytes))
}

/// `name`, padded to 21 MiB.
pub(crate) fn heavy(name: &str) -> Photo {
    let mut bytes = faceward_testkit::photo(name);
    bytes.resize(21 << 20, 0);
    Photo::from(Bytes::from(bytes))
}

/// A PNG of a few bytes whose header promises 100,000 x 100,000 pixels.
pub(crate) fn bomb() -> Photo {
    let mut header = b"IHDR".to_vec();
    header.extend(100_000_u32.to_be_bytes());
    header.extend(100_000_u32.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    bytes.extend(&header);
    bytes.extend(crc32(&header).to_be_bytes());
    bytes.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
    Photo::from(Bytes::from(bytes))
}

/// The checksum of a PNG chunk (ISO/IEC 15948, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[test]
fn the_checksum_is_that_of_png() {
    assert_eq!(crc32(b"IEND"), 0xAE42_6082);
}
