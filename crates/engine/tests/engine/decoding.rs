//! Every kind of JPEG and PNG shows the same picture, and what is broken is refused.

use std::path::Path;

use faceward_engine::image::{DecodeError, Limits, PhotoFormat, RgbImage, Size, decode};
use png::{BitDepth, ColorType};

use crate::encode::{self, Jpeg};

/// A soft picture without two equal quarters, sides no multiples of 8 or 16.
fn picture() -> RgbImage {
    let size = Size { width: 61, height: 45 };
    let rgb = (0..size.height)
        .flat_map(|y| (0..size.width).flat_map(move |x| [40 + 3 * x, 60 + 4 * y, 200 - x - 2 * y]))
        .map(|value| value as u8)
        .collect();
    RgbImage::new(size, rgb).expect("61 x 45")
}

fn grey_of(photo: &RgbImage) -> RgbImage {
    let rgb = encode::luma(photo).into_iter().flat_map(|grey| [grey; 3]).collect();
    RgbImage::new(photo.size(), rgb).expect("same size")
}

#[track_caller]
fn decoded(bytes: &[u8]) -> RgbImage {
    decode(bytes, &Limits::default()).expect("decodable").photo
}

/// Mean difference of values at most `tolerance`.
#[track_caller]
fn check(bytes: &[u8], expected: &RgbImage, tolerance: f32) {
    let actual = decoded(bytes);
    assert_eq!(actual.size(), expected.size());
    let sum: u32 = actual.rgb().iter().zip(expected.rgb()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    let mean = sum as f32 / expected.rgb().len() as f32;
    assert!(mean <= tolerance, "values differ by {mean} on average");
}

#[test]
fn every_kind_of_jpeg_shows_the_same_picture() {
    let picture = picture();
    for kind in [Jpeg::Plain, Jpeg::Subsampled, Jpeg::Progressive, Jpeg::Restarts, Jpeg::Cmyk, Jpeg::Ycck] {
        eprintln!("{kind:?}");
        check(&encode::jpeg(&picture, kind, None), &picture, 2.0);
    }
    check(&encode::jpeg(&picture, Jpeg::Grey, None), &grey_of(&picture), 1.5);
}

/// Files that decoders refuse or show in other colours: `tests/jpegs/make.py` says what each is. Wrong pixels are off by 40
/// and more; coarse chroma and the encoder's rounding by up to 2.
#[test]
fn rare_jpegs_show_what_libjpeg_turbo_shows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/jpegs");
    let (picture, grey) = (picture(), grey_of(&picture()));
    let mut n_files = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of rare files") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "jpg") {
            continue;
        }
        eprintln!("{}", path.display());
        let shows_grey = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("grey"));
        check(&std::fs::read(&path).expect("a file"), if shows_grey { &grey } else { &picture }, 2.5);
        n_files += 1;
    }
    assert_eq!(n_files, 47);
}

/// What both decoders would show in other colours, or no decoder here can show.
#[test]
fn jpegs_that_nobody_reads_rightly_are_refused() {
    let plain = encode::jpeg(&picture(), Jpeg::Plain, None);
    let cmyk = encode::jpeg(&picture(), Jpeg::Cmyk, None);
    let frame = |bytes: &[u8]| bytes.windows(2).position(|two| two == [0xFF, 0xC0]).expect("a frame");
    let changed = |bytes: &[u8], at: usize, value: u8| {
        let mut changed = bytes.to_vec();
        changed[at] = value;
        changed
    };
    let adobe = cmyk.windows(5).position(|five| five == b"Adobe").expect("an Adobe segment");
    let at = frame(&plain);
    for (name, bytes) in [
        ("12 bits a sample", changed(&plain, at + 4, 12)),
        ("arithmetic coding", changed(&plain, at + 1, 0xC9)),
        ("lossless coding", changed(&plain, at + 1, 0xC3)),
        ("inks with luma and chroma of three", changed(&cmyk, adobe + 11, 1)),
        // Three samples a unit for luma, two for the first chroma plane, one for the second.
        ("two thirds as fine as the finest across", changed(&changed(&plain, at + 11, 0x31), at + 14, 0x21)),
        ("no sampling at all", changed(&plain, at + 11, 0x01)),
    ] {
        let result = decode(&bytes, &Limits::default());
        assert!(matches!(result, Err(DecodeError::Corrupt { .. })), "{name}: {result:?}");
    }
}

#[test]
fn every_kind_of_png_shows_the_same_picture() {
    let picture = picture();
    let (rgb, luma) = (picture.rgb().to_vec(), encode::luma(&picture));
    let wide = |samples: &[u8]| samples.iter().flat_map(|value| [*value, *value]).collect::<Vec<u8>>();
    let opaque: Vec<u8> = rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    let grey = grey_of(&picture);
    let table: [(ColorType, BitDepth, Vec<u8>, &RgbImage); 6] = [
        (ColorType::Rgb, BitDepth::Eight, rgb.clone(), &picture),
        (ColorType::Rgb, BitDepth::Sixteen, wide(&rgb), &picture),
        (ColorType::Rgba, BitDepth::Eight, opaque, &picture),
        (ColorType::Grayscale, BitDepth::Eight, luma.clone(), &grey),
        (ColorType::Grayscale, BitDepth::Sixteen, wide(&luma), &grey),
        (ColorType::Indexed, BitDepth::Eight, luma, &grey),
    ];
    for (colour, depth, samples, expected) in table {
        eprintln!("{colour:?} {depth:?}");
        check(&encode::png(&picture, colour, depth, &samples), expected, 0.0);
    }
    check(&encode::interlaced_png(&picture), &picture, 0.0);
}

#[test]
fn transparent_pixels_show_white() {
    let dot = RgbImage::filled(Size::square(1), [0; 3]).expect("one pixel");
    let bytes = encode::png(&dot, ColorType::Rgba, BitDepth::Eight, &[10, 20, 30, 0]);
    assert_eq!(decoded(&bytes).pixel(0, 0), Some([255; 3]));
}

#[test]
fn orientation_is_applied_to_jpeg_and_png() {
    let picture = picture();
    let stored = picture.turned(faceward_core::Turn::Cw270);
    check(&encode::jpeg(&stored, Jpeg::Plain, Some(6)), &picture, 2.0);
    let plain = encode::png(&stored, ColorType::Rgb, BitDepth::Eight, stored.rgb());
    // Behind the header chunk, which ends at byte 33.
    let bytes = [&plain[..33], &encode::chunk(b"eXIf", &encode::exif(6)), &plain[33..]].concat();
    check(&bytes, &picture, 0.0);
}

#[test]
fn a_truncated_photo_is_refused_wherever_it_ends() {
    let picture = picture();
    let photos = [
        encode::jpeg(&picture, Jpeg::Plain, None),
        encode::jpeg(&picture, Jpeg::Progressive, None),
        encode::png(&picture, ColorType::Rgb, BitDepth::Eight, picture.rgb()),
        encode::interlaced_png(&picture),
    ];
    for photo in photos {
        for length in (8..photo.len()).step_by(7).chain([photo.len() - 1]) {
            let result = decode(&photo[..length], &Limits::default());
            assert!(matches!(result, Err(DecodeError::Corrupt { .. })), "{length} of {} bytes", photo.len());
        }
    }
}

#[test]
fn a_real_jpeg_cut_short_is_refused() {
    let photo = faceward_testkit::photo("biden.jpg");
    for tenths in 1..10 {
        let result = decode(&photo[..photo.len() * tenths / 10], &Limits::default());
        let corrupt = matches!(result, Err(DecodeError::Corrupt { format: PhotoFormat::Jpeg, .. }));
        assert!(corrupt, "{tenths} tenths: {result:?}");
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let picture = picture();
    let photos = [
        encode::jpeg(&picture, Jpeg::Progressive, Some(3)),
        encode::jpeg(&picture, Jpeg::Subsampled, None),
        encode::interlaced_png(&picture),
    ];
    for photo in photos {
        for at in (3..photo.len()).step_by(5) {
            let mut damaged = photo.clone();
            damaged[at] ^= 0x5A;
            if let Ok(decoded) = decode(&damaged, &Limits::default()) {
                assert!(decoded.photo.width() > 0);
            }
        }
    }
}

#[test]
fn other_bytes_are_no_photo() {
    for bytes in [&b""[..], b"GIF89a", b"\xFF\xD8", b"%PDF-1.4"] {
        assert_eq!(decode(bytes, &Limits::default()).err(), Some(DecodeError::UnknownFormat));
    }
}
