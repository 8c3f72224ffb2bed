//! Photos: limits first, decode, turn upright, crop, warp, resample, hand to networks.
//!
//! The only module that names a codec. Everything it gives out is 8-bit RGB, interleaved, rows top to bottom, and all
//! coordinates are pixels with the origin at the top-left corner of the top-left pixel: pixel (0, 0) covers [0, 1) and
//! has its centre at (0.5, 0.5).

mod affine;
mod decode;
mod encode;
mod exif;
mod format;
mod jpeg;
mod limits;
mod orientation;
mod png;
mod resample;
mod rgb;
mod tensor;

pub use affine::Affine;
pub use decode::{DecodeError, Decoded, decode};
pub use encode::EncodeError;
pub use format::{OtherFormat, PhotoFormat, sniff, sniff_other};
pub use limits::Limits;
pub use resample::{Border, ResampleError, Resampling};
pub use rgb::{RgbImage, Size};
pub use tensor::{ChannelOrder, PixelScale};
