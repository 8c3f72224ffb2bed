//! Photos back to bytes: for measurements that need photos of known defects. The service never does.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::RgbImage;

/// Why a photo cannot be encoded.
#[derive(Debug, thiserror::Error)]
#[error("the photo cannot be encoded: {0}")]
pub struct EncodeError(String);

impl RgbImage {
    /// The photo as a JPEG of `quality`, 1 to 100, colours at half of the resolution as cameras store them.
    ///
    /// # Errors
    /// A side is longer than a JPEG can hold (65,535 pixels).
    pub fn to_jpeg(&self, quality: u8) -> Result<Vec<u8>, EncodeError> {
        let side = |pixels: u32| u16::try_from(pixels).map_err(|error| EncodeError(error.to_string()));
        let (width, height) = (side(self.width())?, side(self.height())?);
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, quality.clamp(1, 100));
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder
            .encode(self.rgb(), width, height, ColorType::Rgb)
            .map_err(|error| EncodeError(error.to_string()))?;
        Ok(bytes)
    }

    /// The photo as a PNG, which keeps every pixel.
    ///
    /// # Errors
    /// The encoder fails.
    pub fn to_png(&self) -> Result<Vec<u8>, EncodeError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width(), self.height());
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let failed = |error: png::EncodingError| EncodeError(error.to_string());
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(self.rgb()).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, Size, decode};
    use super::*;

    #[test]
    fn a_png_keeps_every_pixel_and_a_jpeg_nearly() {
        let rgb = (0..48 * 32).flat_map(|i| [i as u8, (i / 48 * 5) as u8, 90]).collect();
        let photo = RgbImage::new(Size { width: 48, height: 32 }, rgb).expect("48 x 32");
        let back = decode(&photo.to_png().expect("encodable"), &Limits::default()).expect("a photo").photo;
        assert_eq!(back, photo);
        let size = |quality| photo.to_jpeg(quality).expect("encodable").len();
        assert!(size(20) < size(95));
        let back = decode(&photo.to_jpeg(95).expect("encodable"), &Limits::default()).expect("a photo").photo;
        assert_eq!(back.size(), photo.size());
    }
}
