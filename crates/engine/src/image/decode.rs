//! Bytes of a JPEG or PNG to an upright RGB photo.
//!
//! Limits are held against the header before anything is allocated. EXIF orientation is applied. Colour profiles are
//! ignored: the networks were trained on photos decoded that way. Transparency is laid over white.

use super::{Limits, PhotoFormat, RgbImage, Size, jpeg, png, sniff};

/// A decoded photo.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// What the bytes were.
    pub format: PhotoFormat,
    /// The photo, turned upright by its EXIF orientation.
    pub photo: RgbImage,
}

/// Why bytes are no photo.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Neither JPEG nor PNG.
    #[error("the bytes are neither JPEG nor PNG")]
    UnknownFormat,
    /// More bytes than [`Limits::bytes`].
    #[error("the photo has {actual} bytes, the limit is {limit}")]
    TooManyBytes {
        /// Bytes of the photo.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// More pixels than [`Limits::pixels`], or a longer side than [`Limits::side`].
    #[error("the photo is {width} x {height} pixels, the limits are {pixels} in all and {side} a side")]
    TooManyPixels {
        /// Columns, from the header.
        width: u32,
        /// Rows, from the header.
        height: u32,
        /// Pixels allowed.
        pixels: u64,
        /// Pixels allowed along a side.
        side: u32,
    },
    /// More scans than [`Limits::jpeg_scans`].
    #[error("the JPEG has more than {limit} scans")]
    TooManyScans {
        /// Scans allowed.
        limit: u32,
    },
    /// Truncated, damaged, or of a kind that no decoder here knows.
    #[error("the {format:?} is truncated or damaged: {reason}")]
    Corrupt {
        /// What the first bytes promise.
        format: PhotoFormat,
        /// What the decoder stumbled over.
        reason: String,
    },
}

/// Decodes `bytes` within `limits`.
///
/// # Errors
/// See [`DecodeError`]; all of them are the photo's fault.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    let format = sniff(bytes).ok_or(DecodeError::UnknownFormat)?;
    if bytes.len() > limits.bytes {
        return Err(DecodeError::TooManyBytes { actual: bytes.len(), limit: limits.bytes });
    }
    let corrupt = |reason| DecodeError::Corrupt { format, reason };
    let (size, rgb, orientation) = match format {
        PhotoFormat::Jpeg => {
            let header = jpeg::Header::read(bytes).map_err(corrupt)?;
            check_size(header.size, limits)?;
            if header.n_scans > limits.jpeg_scans {
                return Err(DecodeError::TooManyScans { limit: limits.jpeg_scans });
            }
            (header.size, jpeg::decode(bytes, &header).map_err(corrupt)?, header.orientation)
        }
        PhotoFormat::Png => {
            let size = png::size(bytes).map_err(corrupt)?;
            check_size(size, limits)?;
            let decoded = png::decode(bytes).map_err(corrupt)?;
            (size, decoded.rgb, decoded.orientation)
        }
    };
    let stored = RgbImage::new(size, rgb).ok_or_else(|| corrupt("its pixels do not fill it".to_owned()))?;
    Ok(Decoded { format, photo: stored.oriented(orientation) })
}

/// Refuses a size beyond `limits`, before anything is allocated for it.
fn check_size(size: Size, limits: &Limits) -> Result<(), DecodeError> {
    let Size { width, height } = size;
    if size.pixels() > limits.pixels || width.max(height) > limits.side {
        return Err(DecodeError::TooManyPixels { width, height, pixels: limits.pixels, side: limits.side });
    }
    Ok(())
}
