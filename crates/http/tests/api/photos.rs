//! Photos of the test kit, and some that are made of them.

use std::io::Cursor;

use image::imageops::{FilterType, overlay, resize};
use image::{ImageFormat, Rgb, RgbImage};

pub(crate) fn obama() -> Vec<u8> {
    faceward_testkit::photo("obama.jpg")
}

pub(crate) fn obama_again() -> Vec<u8> {
    faceward_testkit::photo("obama2.jpg")
}

pub(crate) fn biden() -> Vec<u8> {
    faceward_testkit::photo("biden.jpg")
}

/// A wall with each of `faces` as (photo, width in pixels, left edge).
pub(crate) fn wall(faces: &[(&[u8], u32, i64)]) -> Vec<u8> {
    let mut wall = RgbImage::from_pixel(1000, 700, Rgb([120, 120, 120]));
    for (photo, width, left) in faces {
        let photo = image::load_from_memory(photo).expect("a photo").to_rgb8();
        let height = photo.height() * width / photo.width();
        overlay(&mut wall, &resize(&photo, *width, height, FilterType::Triangle), *left, 20);
    }
    let mut bytes = Cursor::new(Vec::new());
    wall.write_to(&mut bytes, ImageFormat::Png).expect("a PNG");
    bytes.into_inner()
}
