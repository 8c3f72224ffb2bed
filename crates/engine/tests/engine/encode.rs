//! Photos in every kind of JPEG and PNG.

use std::io::Write;

use faceward_engine::image::RgbImage;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// How a JPEG is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Jpeg {
    Plain,
    Subsampled,
    Progressive,
    Restarts,
    Grey,
    Cmyk,
    Ycck,
}

/// `photo` as a JPEG of good quality, with EXIF `orientation` if one is given.
pub(crate) fn jpeg(photo: &RgbImage, kind: Jpeg, orientation: Option<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 95);
    let sampling = if kind == Jpeg::Subsampled { SamplingFactor::F_2_2 } else { SamplingFactor::F_1_1 };
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(kind == Jpeg::Progressive);
    if kind == Jpeg::Restarts {
        encoder.set_restart_interval(3);
    }
    if let Some(orientation) = orientation {
        encoder.add_app_segment(1, [b"Exif\0\0", exif(orientation).as_slice()].concat()).expect("short");
    }
    let (colour, data) = match kind {
        Jpeg::Plain | Jpeg::Subsampled | Jpeg::Progressive | Jpeg::Restarts => {
            (ColorType::Rgb, photo.rgb().to_vec())
        }
        Jpeg::Grey => (ColorType::Luma, luma(photo)),
        Jpeg::Cmyk => (ColorType::Cmyk, cmyk(photo)),
        Jpeg::Ycck => (ColorType::CmykAsYcck, cmyk(photo)),
    };
    encoder.encode(&data, photo.width() as u16, photo.height() as u16, colour).expect("encodable");
    bytes
}

/// A TIFF structure that holds one field: orientation.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    [b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[orientation], &[0; 6]].concat()
}

/// A PNG of 8 or 16 bit samples. `samples`: big-endian, as many channels as `colour` says.
pub(crate) fn png(photo: &RgbImage, colour: png::ColorType, depth: png::BitDepth, samples: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, photo.width(), photo.height());
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == png::ColorType::Indexed {
        encoder.set_palette((0..=255).flat_map(|grey| [grey; 3]).collect::<Vec<u8>>());
    }
    encoder.write_header().expect("header").write_image_data(samples).expect("data");
    bytes
}

/// A PNG in which the pixels come in the seven passes of Adam7.
pub(crate) fn interlaced_png(photo: &RgbImage) -> Vec<u8> {
    let passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::fast());
    for (left, top, dx, dy) in passes {
        for y in (top..photo.height()).step_by(dy) {
            let line: Vec<u8> =
                (left..photo.width()).step_by(dx).filter_map(|x| photo.pixel(x, y)).flatten().collect();
            if !line.is_empty() {
                rows.write_all(&[0]).expect("memory");
                rows.write_all(&line).expect("memory");
            }
        }
    }
    let mut header = [photo.width().to_be_bytes(), photo.height().to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 1]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend(chunk(b"IHDR", &header));
    bytes.extend(chunk(b"IDAT", &rows.finish().expect("memory")));
    bytes.extend(chunk(b"IEND", &[]));
    bytes
}

/// A PNG chunk with its checksum.
pub(crate) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(data);
    [&(data.len() as u32).to_be_bytes(), kind.as_slice(), data, &sum.sum().to_be_bytes()].concat()
}

/// Rec. 601 luma, rounded.
pub(crate) fn luma(photo: &RgbImage) -> Vec<u8> {
    photo.luma().iter().map(|value| value.round() as u8).collect()
}

fn cmyk(photo: &RgbImage) -> Vec<u8> {
    photo.rgb().chunks_exact(3).flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 0]).collect()
}
