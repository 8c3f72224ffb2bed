//! PNG: header and decoding.
//!
//! All kinds of the standard: 1 to 16 bit, grey, palette, transparency, interlaced; the first image of an animation.
//! Transparent pixels are laid over white, which is what a viewer shows. Reference: ISO/IEC 15948.

use std::io::Cursor;

use png::{ColorType, Decoder, Transformations};

use super::{Size, exif};

/// What decoding may allocate beside the pixels: rows in work, decompressed side chunks.
const SIDE_BYTES: usize = 64 << 20;

/// Decoded pixels as stored, and how to turn them.
pub(super) struct Decoded {
    /// RGB, 3 bytes a pixel.
    pub(super) rgb: Vec<u8>,
    /// EXIF orientation, 1 to 8.
    pub(super) orientation: u8,
}

/// Size from the header chunk, which must be the first one.
///
/// # Errors
/// There is no header chunk, or it states no size.
pub(super) fn size(bytes: &[u8]) -> Result<Size, String> {
    let header = bytes.get(8..24).ok_or("it ends inside its header")?;
    let (mark, sides) = header.split_at(8);
    if mark != b"\0\0\0\x0DIHDR" {
        return Err("it does not begin with a header".to_owned());
    }
    let side = |four: &[u8]| four.iter().fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
    let size = Size { width: side(&sides[..4]), height: side(&sides[4..]) };
    if size.pixels() > 0 { Ok(size) } else { Err("it has no size".to_owned()) }
}

/// Decodes a photo whose size has been found acceptable.
///
/// # Errors
/// What the decoder stumbled over, or that the end is missing.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    if !ends_properly(bytes) {
        return Err("it ends before its end chunk".to_owned());
    }
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: SIDE_BYTES });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let length = reader.output_buffer_size().ok_or("it is too large for this machine")?;
    let mut pixels = vec![0; length];
    reader.next_frame(&mut pixels).map_err(|error| error.to_string())?;
    let rgb = match reader.output_color_type().0 {
        ColorType::Rgb => pixels,
        ColorType::Grayscale => pixels.iter().flat_map(|grey| [*grey; 3]).collect(),
        ColorType::GrayscaleAlpha => {
            pixels.chunks_exact(2).flat_map(|pixel| [over_white(pixel[0], pixel[1]); 3]).collect()
        }
        ColorType::Rgba => pixels
            .chunks_exact(4)
            .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]].map(|value| over_white(value, pixel[3])))
            .collect(),
        ColorType::Indexed => return Err("its palette is missing".to_owned()),
    };
    let orientation = reader.info().exif_metadata.as_ref().and_then(|tiff| exif::orientation_of_tiff(tiff));
    Ok(Decoded { rgb, orientation: orientation.unwrap_or(1) })
}

/// `value` with opacity `alpha` in front of white, rounded.
fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Whether the chain of chunks leads to the end chunk.
fn ends_properly(bytes: &[u8]) -> bool {
    let mut at = 8_usize;
    while let Some(header) = bytes.get(at..at.saturating_add(8)) {
        let length = header[..4].iter().fold(0_usize, |value, byte| value << 8 | usize::from(*byte));
        let Some(next) = at.checked_add(12).and_then(|next| next.checked_add(length)) else { return false };
        if &header[4..] == b"IEND" {
            return next <= bytes.len();
        }
        at = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparency_is_laid_over_white() {
        assert_eq!(over_white(10, 255), 10);
        assert_eq!(over_white(10, 0), 255);
        assert_eq!(over_white(0, 128), 127);
    }

    #[test]
    fn the_size_comes_from_the_header_chunk() {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR\0\0\x01\x02\0\0\0\x07".to_vec();
        assert_eq!(size(&bytes), Ok(Size { width: 258, height: 7 }));
        bytes.truncate(23);
        assert!(size(&bytes).is_err());
        assert!(size(b"\x89PNG\r\n\x1a\n\0\0\0\x0DIDAT\0\0\x01\x02\0\0\0\x07").is_err());
    }
}
