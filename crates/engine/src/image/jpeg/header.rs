//! What the markers of a JPEG say, read in one walk that costs no memory.
//!
//! It sees what a limit needs (size, number of scans), the orientation, and whether the photo is complete. Out of
//! reach: data that end early with an end marker put behind them.

use super::segments::{APP0, APP1, APP14, DHT, DNL, SOS, Segments};
use crate::image::{Size, exif};

/// What the markers of a JPEG say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::image) struct Header<'a> {
    /// Size of the stored image, before any turning.
    pub(in crate::image) size: Size,
    /// How many scans follow; more than one in progressive images.
    pub(in crate::image) n_scans: u32,
    /// EXIF orientation, 1 to 8.
    pub(in crate::image) orientation: u8,
    /// The marker of the frame: how it was coded.
    pub(super) coding: u8,
    /// The frame's payload: precision, height, width, components.
    pub(super) frame: &'a [u8],
    /// How many frames there are.
    pub(super) n_frames: u32,
    /// Number of components in the first scan.
    pub(super) n_in_first_scan: u8,
    /// Whether a JFIF segment is there, which says that three components are luma and chroma.
    pub(super) jfif: bool,
    /// The transform that the last Adobe segment names.
    pub(super) adobe: Option<u8>,
    /// How many segments call themselves Adobe's, read or not.
    pub(super) n_adobe: u32,
    /// Whether any Huffman table comes with the image. Frames of a video may leave them out.
    pub(super) huffman_tables: bool,
    /// Whether something between the markers belongs to nothing, or is said twice.
    strays: bool,
}

impl<'a> Header<'a> {
    /// Walks over the markers of `bytes`, which begin with the start-of-image marker.
    ///
    /// # Errors
    /// The file ends before its end marker, or says nothing about its size. The reason is for the operator.
    pub(in crate::image) fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let mut header = Self::empty();
        let mut orientation = None;
        for segment in Segments::of(bytes) {
            let segment = segment?;
            header.strays |= segment.strays_before;
            match segment.marker {
                DHT => header.huffman_tables = true,
                // The tables of arithmetic coding, and a code that T.81 keeps for later.
                0xC8 | 0xCC => {}
                0xC0..=0xCF => header.see_frame(segment.marker, segment.payload)?,
                SOS => {
                    if header.n_scans == 0 {
                        header.n_in_first_scan = segment.payload.first().copied().unwrap_or(0);
                    }
                    header.n_scans += 1;
                }
                // The number of lines stands in the frame already: libjpeg passes over it.
                DNL => header.strays = true,
                APP0 => header.jfif |= segment.payload.starts_with(b"JFIF\0") && segment.payload.len() >= 14,
                APP1 => orientation = orientation.or_else(|| exif::orientation_of_app1(segment.payload)),
                APP14 => header.see_adobe(segment.payload),
                _ => {}
            }
        }
        if header.size.pixels() == 0 {
            return Err("it has no size".to_owned());
        }
        header.orientation = orientation.unwrap_or(1);
        Ok(header)
    }

    /// Whether every decoder may be given the bytes as they are.
    pub(super) const fn is_clean(&self) -> bool {
        !self.strays && self.huffman_tables
    }

    const fn empty() -> Self {
        Self {
            size: Size { width: 0, height: 0 },
            n_scans: 0,
            orientation: 1,
            coding: 0,
            frame: &[],
            n_frames: 0,
            n_in_first_scan: 0,
            jfif: false,
            adobe: None,
            n_adobe: 0,
            huffman_tables: false,
            strays: false,
        }
    }

    fn see_frame(&mut self, marker: u8, payload: &'a [u8]) -> Result<(), String> {
        self.n_frames += 1;
        if self.n_frames == 1 {
            let [_precision, h1, h0, w1, w0, ..] = payload else {
                return Err("its frame header is damaged".to_owned());
            };
            let side = |high: u8, low: u8| u32::from(u16::from_be_bytes([high, low]));
            self.size = Size { width: side(*w1, *w0), height: side(*h1, *h0) };
            (self.coding, self.frame) = (marker, payload);
        }
        Ok(())
    }

    /// Adobe's segment: the name, version, two words of flags, the transform. A shorter one says nothing.
    fn see_adobe(&mut self, payload: &[u8]) {
        if payload.starts_with(b"Adobe") {
            self.n_adobe += 1;
            self.adobe = payload.get(11).copied().or(self.adobe);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::jpeg::segments::EOI;

    /// A JPEG of markers only: `width` x 2 pixels, `scans` scans of two bytes.
    fn skeleton(width: u16, scans: usize, end: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xC2, 0, 8, 8, 0, 2];
        bytes.extend(width.to_be_bytes());
        bytes.push(3);
        for _ in 0..scans {
            bytes.extend([0xFF, SOS, 0, 3, 1, 0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56]);
        }
        bytes.extend(end);
        bytes
    }

    #[test]
    fn markers_tell_size_and_scans() {
        let bytes = skeleton(300, 4, &[0xFF, EOI]);
        let header = Header::read(&bytes).expect("complete");
        assert_eq!((header.size, header.n_scans), (Size { width: 300, height: 2 }, 4));
        assert_eq!((header.orientation, header.coding, header.n_in_first_scan), (1, 0xC2, 1));
        assert!(!header.strays && !header.huffman_tables && !header.is_clean());
    }

    #[test]
    fn a_file_without_its_end_or_size_is_refused() {
        for end in [&[][..], &[0xFF], &[0xFF, 0x00], &[0xFF, APP1, 0, 99, 1]] {
            assert!(Header::read(&skeleton(300, 1, end)).is_err(), "{end:?}");
        }
        assert!(Header::read(&skeleton(0, 1, &[0xFF, EOI])).is_err(), "no width");
        assert!(Header::read(&[0xFF, 0xD8, 0xFF, EOI]).is_err(), "no frame");
        assert!(Header::read(&[0xFF, 0xD8, 0xFF, 0xC0, 0, 4, 8, 0, 0xFF, EOI]).is_err(), "a short frame");
    }

    #[test]
    fn what_is_said_twice_or_belongs_to_nothing_is_a_stray() {
        for strays in [&[0, 0][..], &[0xFF, DNL, 0, 4, 0, 2], &[0xFF, 0x01]] {
            let end = [strays, &[0xFF, APP0, 0, 2, 0xFF, EOI]].concat();
            // Behind a segment, not behind a scan, whose data they would be.
            let bytes = skeleton(300, 0, &end);
            assert!(Header::read(&bytes).expect("complete").strays, "{strays:?}");
        }
    }

    #[test]
    fn jfif_and_adobe_count_only_if_whole() {
        let read = |app: &[u8]| {
            let bytes = skeleton(300, 0, &[app, &[0xFF, EOI]].concat());
            let header = Header::read(&bytes).expect("complete");
            (header.jfif, header.adobe, header.n_adobe)
        };
        assert_eq!(read(b"\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"), (true, None, 0));
        assert_eq!(read(b"\xFF\xE0\0\x07JFIF\0"), (false, None, 0));
        assert_eq!(read(b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\x02"), (false, Some(2), 1));
        assert_eq!(read(b"\xFF\xEE\0\x0AAdobe\0\x64\0"), (false, None, 1));
    }
}
