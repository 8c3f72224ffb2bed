//! Which of two decoders reads a JPEG, and both of them.
//!
//! The fast one reads what cameras, phones and common programs write. It reads other kinds wrongly without saying so:
//! several scans of a sequential image, chroma that is finer than luma, colour markers that contradict each other. Those
//! go to a slower one, and what that one does not read either is refused: the wrong colours are worse than none.
//! Measured on 2,630 files against libjpeg-turbo: docs/decisions/0011.

use jpeg_decoder::{ColorTransform, PixelFormat};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::header::Header;
use super::layout::{Coding, Colour, Layout};
use crate::image::Size;

/// Who decodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decoder {
    /// zune-jpeg.
    Fast,
    /// jpeg-decoder.
    Thorough,
}

impl Decoder {
    /// The one that reads an image of this kind rightly.
    ///
    /// # Errors
    /// Neither does.
    pub(super) fn choose(header: &Header<'_>, layout: &Layout) -> Result<Self, String> {
        if layout.is_common() && header.colours_are_common(layout) && header.scans_are_common(layout) {
            return Ok(Self::Fast);
        }
        // Each scan of a sequential image brings all of a component: more would only be decoded again and again.
        if layout.coding != Coding::Progressive && header.n_scans as usize > layout.components.len() {
            return Err("it has more scans than components".to_owned());
        }
        if layout.is_thorough() { Ok(Self::Thorough) } else { Err("its sampling is not read".to_owned()) }
    }

    /// Decodes `bytes`, which have `header` and `layout`, to RGB.
    ///
    /// # Errors
    /// What the decoder stumbled over.
    pub(super) fn decode(
        self,
        bytes: &[u8],
        header: &Header<'_>,
        layout: &Layout,
    ) -> Result<Vec<u8>, String> {
        match self {
            Self::Fast => fast(bytes, header),
            Self::Thorough => thorough(bytes, header.size, layout.colour),
        }
    }
}

impl Header<'_> {
    /// Whether both decoders and libjpeg take the same colours from the markers.
    fn colours_are_common(&self, layout: &Layout) -> bool {
        let named_rgb = layout.ids() == *b"RGB";
        match layout.colour {
            Colour::Grey => self.n_adobe == 0,
            Colour::YCbCr => !named_rgb && matches!((self.n_adobe, self.adobe), (0, None) | (1, Some(1))),
            Colour::Rgb => matches!((self.n_adobe, self.adobe), (0, None) | (1, Some(0))),
            Colour::Cmyk => matches!((self.n_adobe, self.adobe), (0, None) | (1, Some(0))),
            Colour::Ycck => matches!((self.n_adobe, self.adobe), (1, Some(2))),
        }
    }

    /// Whether the scans are a progressive image's, or one with all components.
    fn scans_are_common(&self, layout: &Layout) -> bool {
        let all_in_one = self.n_scans == 1 && usize::from(self.n_in_first_scan) == layout.components.len();
        all_in_one || layout.coding == Coding::Progressive
    }
}

impl Layout {
    /// Whether luma is the finest plane and the others are half, a quarter or as fine.
    fn is_common(&self) -> bool {
        let (across, down) = self.most();
        let luma_is_finest = self.components.first().is_some_and(|c| (c.across, c.down) == (across, down));
        luma_is_finest && [1, 2, 4].contains(&across) && [1, 2, 4].contains(&down)
    }

    /// Whether each plane is as fine as the finest or has one sample for each of its units.
    fn is_thorough(&self) -> bool {
        let (across, down) = self.most();
        let fits = |factor: u8, most: u8| factor == 1 || factor == most;
        self.components.iter().all(|c| fits(c.across, across) && fits(c.down, down))
    }
}

/// By zune-jpeg. Strict: a lenient decoder fills what is missing with grey and calls it a photo.
fn fast(bytes: &[u8], header: &Header<'_>) -> Result<Vec<u8>, String> {
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

/// By jpeg-decoder, told what the components stand for.
fn thorough(bytes: &[u8], size: Size, colour: Colour) -> Result<Vec<u8>, String> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_color_transform(match colour {
        Colour::Grey => ColorTransform::Grayscale,
        Colour::Rgb => ColorTransform::RGB,
        Colour::YCbCr => ColorTransform::YCbCr,
        Colour::Cmyk => ColorTransform::CMYK,
        Colour::Ycck => ColorTransform::YCCK,
    });
    let samples = decoder.decode().map_err(|error| error.to_string())?;
    let info = decoder.info().ok_or("its size is not known")?;
    if (u32::from(info.width), u32::from(info.height)) != (size.width, size.height) {
        return Err("its frame headers disagree".to_owned());
    }
    match info.pixel_format {
        PixelFormat::RGB24 => Ok(samples),
        PixelFormat::L8 => Ok(samples.into_iter().flat_map(|grey| [grey; 3]).collect()),
        PixelFormat::CMYK32 => Ok(samples.chunks_exact(4).flat_map(rgb_of_inks).collect()),
        PixelFormat::L16 => Err("samples of 16 bits are not read".to_owned()),
    }
}

/// What light remains after cyan, magenta, yellow and black, each 0 for none to 255.
fn rgb_of_inks(inks: &[u8]) -> [u8; 3] {
    let light = |idx: usize| 255 - u32::from(inks[idx]);
    [0, 1, 2].map(|idx| ((light(idx) * light(3) + 127) / 255) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::jpeg::layout::Component;

    fn layout(coding: Coding, sampling: &[(u8, u8)]) -> Layout {
        let components = sampling.iter().zip(1..).map(|((across, down), id)| Component {
            id,
            across: *across,
            down: *down,
        });
        Layout { coding, colour: Colour::YCbCr, components: components.collect() }
    }

    /// A header of `n_scans` scans, the first with `n_in_first` components.
    fn header(n_scans: u8, n_in_first: u8) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xC0, 0, 8, 8, 0, 2, 0, 2, 3];
        for _ in 0..n_scans {
            bytes.extend([0xFF, 0xDA, 0, 3, n_in_first]);
        }
        bytes.extend([0xFF, 0xD9]);
        bytes
    }

    #[test]
    fn only_common_kinds_go_to_the_fast_decoder() {
        use Coding::{Progressive, Sequential};
        let (fast, thorough) = (Some(Decoder::Fast), Some(Decoder::Thorough));
        type Row<'a> = (Coding, &'a [(u8, u8)], u8, u8, Option<Decoder>);
        let table: [Row<'_>; 14] = [
            (Sequential, &[(2, 2), (1, 1), (1, 1)], 1, 3, fast),
            (Sequential, &[(1, 1), (1, 1), (1, 1)], 1, 3, fast),
            (Sequential, &[(4, 1), (2, 1), (1, 1)], 1, 3, fast),
            (Sequential, &[(1, 1)], 1, 1, fast),
            (Progressive, &[(2, 2), (1, 1), (1, 1)], 10, 3, fast),
            (Sequential, &[(2, 2), (1, 1), (1, 1)], 3, 1, thorough),
            (Sequential, &[(1, 1), (1, 1), (1, 1)], 3, 1, thorough),
            (Sequential, &[(2, 2), (1, 1), (1, 1)], 1, 1, thorough),
            (Sequential, &[(2, 2), (1, 1), (1, 1)], 4, 1, None),
            (Sequential, &[(1, 1), (2, 2), (2, 2)], 1, 3, thorough),
            (Progressive, &[(1, 2), (2, 1), (1, 1)], 10, 3, thorough),
            (Sequential, &[(3, 2), (1, 1), (1, 1)], 1, 3, thorough),
            (Sequential, &[(4, 1), (2, 1), (1, 1)], 3, 1, None),
            (Sequential, &[(3, 1), (2, 1), (1, 1)], 1, 3, None),
        ];
        for (coding, sampling, n_scans, n_in_first, expected) in table {
            let bytes = header(n_scans, n_in_first);
            let header = Header::read(&bytes).expect("complete");
            let chosen = Decoder::choose(&header, &layout(coding, sampling)).ok();
            assert_eq!(chosen, expected, "{coding:?} {sampling:?}, {n_scans} scans");
        }
    }

    #[test]
    fn inks_take_light_away() {
        assert_eq!(rgb_of_inks(&[0, 0, 0, 0]), [255; 3]);
        assert_eq!(rgb_of_inks(&[255, 0, 0, 0]), [0, 255, 255]);
        assert_eq!(rgb_of_inks(&[0, 0, 0, 255]), [0; 3]);
        assert_eq!(rgb_of_inks(&[0, 51, 102, 51]), [204, 163, 122]);
    }
}
