//! JPEG: what the markers say, and decoding.
//!
//! The marker walk costs no memory and sees what a limit needs: size, number of scans, orientation, and whether the
//! photo is complete. The decoder runs in strict mode: a lenient one fills what is missing with grey and calls it a
//! photo. Out of reach: data that end early with an end marker put behind them. Reference: ITU-T T.81 annex B.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::{Size, exif};

/// What the markers of a JPEG say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Size of the stored image, before any turning.
    pub(super) size: Size,
    /// How many scans follow; more than one in progressive images.
    pub(super) n_scans: u32,
    /// EXIF orientation, 1 to 8.
    pub(super) orientation: u8,
}

const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const APP1: u8 = 0xE1;

impl Header {
    /// Walks over the markers of `bytes`, which begin with the start-of-image marker.
    ///
    /// # Errors
    /// The file ends before its end marker, or says nothing about its size. The reason is for the operator.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut size = None;
        let mut orientation = None;
        let mut n_scans = 0;
        let mut at = 2;
        loop {
            let marker = next_marker(bytes, &mut at).ok_or("it ends before its end marker")?;
            match marker {
                EOI => break,
                0x01 | 0xD0..=0xD8 => continue,
                _ => {}
            }
            let payload = segment(bytes, &mut at).ok_or("it ends inside a segment")?;
            match marker {
                0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                    size = size.or(Some(frame_size(payload).ok_or("its frame header is damaged")?));
                }
                SOS => {
                    n_scans += 1;
                    skip_entropy_coded(bytes, &mut at);
                }
                APP1 => orientation = orientation.or_else(|| exif::orientation_of_app1(payload)),
                _ => {}
            }
        }
        let size = size.filter(|size| size.pixels() > 0).ok_or("it has no size")?;
        Ok(Self { size, n_scans, orientation: orientation.unwrap_or(1) })
    }
}

/// Decodes to RGB, 3 bytes a pixel, as stored (not turned).
///
/// # Errors
/// What the decoder stumbled over.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Vec<u8>, String> {
    let Size { width, height } = header.size;
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(width as usize)
        .set_max_height(height as usize)
        .jpeg_set_max_scans(header.n_scans as usize)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let rgb = decoder.decode().map_err(|error| error.to_string())?;
    let same_size = decoder.dimensions() == Some((width as usize, height as usize));
    if same_size { Ok(rgb) } else { Err("its frame headers disagree".to_owned()) }
}

/// The next marker code behind `at`, which is left behind it. Stray bytes before a marker are passed over.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        let ff = *at + bytes.get(*at..)?.iter().position(|byte| *byte == 0xFF)?;
        let code = ff + bytes.get(ff..)?.iter().position(|byte| *byte != 0xFF)?;
        *at = code + 1;
        let code = *bytes.get(code)?;
        if code != 0 {
            return Some(code);
        }
    }
}

/// The payload of the segment whose length field is at `at`, which is left behind the segment.
fn segment<'a>(bytes: &'a [u8], at: &mut usize) -> Option<&'a [u8]> {
    let length = usize::from(u16::from_be_bytes(bytes.get(*at..*at + 2)?.try_into().ok()?));
    let payload = bytes.get(*at + 2..*at + length)?;
    *at += length;
    Some(payload)
}

/// Width and height of a start-of-frame segment: precision, height, width, ...
fn frame_size(payload: &[u8]) -> Option<Size> {
    let side =
        |from: usize| Some(u32::from(u16::from_be_bytes(payload.get(from..from + 2)?.try_into().ok()?)));
    Some(Size { height: side(1)?, width: side(3)? })
}

/// Leaves `at` before the marker that ends entropy-coded data; stuffed zeros and restart markers belong to the data.
fn skip_entropy_coded(bytes: &[u8], at: &mut usize) {
    while let Some(ahead) = bytes.get(*at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xFF)) {
        *at += ahead;
        match bytes.get(*at + 1) {
            Some(0x00 | 0xD0..=0xD7) => *at += 2,
            Some(0xFF) => *at += 1,
            Some(_) | None => return,
        }
    }
    *at = bytes.len();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG of markers only: `width` x 2 pixels, `scans` scans of two bytes.
    fn skeleton(width: u16, scans: usize, end: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xC2, 0, 8, 8, 0, 2];
        bytes.extend(width.to_be_bytes());
        bytes.push(3);
        for _ in 0..scans {
            bytes.extend([0xFF, SOS, 0, 2, 0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56]);
        }
        bytes.extend(end);
        bytes
    }

    #[test]
    fn markers_tell_size_and_scans() {
        let header = Header::read(&skeleton(300, 4, &[0xFF, 0xFF, EOI])).expect("complete");
        assert_eq!(header, Header { size: Size { width: 300, height: 2 }, n_scans: 4, orientation: 1 });
    }

    #[test]
    fn a_file_without_its_end_is_refused() {
        for end in [&[][..], &[0xFF], &[0xFF, 0x00], &[0xFF, APP1, 0, 99, 1]] {
            assert!(Header::read(&skeleton(300, 1, end)).is_err(), "{end:?}");
        }
        assert!(Header::read(&skeleton(0, 1, &[0xFF, EOI])).is_err(), "no width");
        assert!(Header::read(&[0xFF, 0xD8, 0xFF, EOI]).is_err(), "no frame");
        assert!(Header::read(&[0xFF, 0xD8, 0xFF, APP1, 0, 1, 0xFF, EOI]).is_err(), "length below 2");
    }
}
