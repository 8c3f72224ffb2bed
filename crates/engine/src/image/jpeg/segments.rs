//! The markers of a JPEG, one after another, without allocating.

/// Start of image.
pub(super) const SOI: u8 = 0xD8;
/// End of image.
pub(super) const EOI: u8 = 0xD9;
/// Start of scan.
pub(super) const SOS: u8 = 0xDA;
/// Huffman tables.
pub(super) const DHT: u8 = 0xC4;
/// Number of lines, behind the first scan.
pub(super) const DNL: u8 = 0xDC;
/// JFIF.
pub(super) const APP0: u8 = 0xE0;
/// EXIF.
pub(super) const APP1: u8 = 0xE1;
/// Adobe.
pub(super) const APP14: u8 = 0xEE;

/// A marker with its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment<'a> {
    /// The code behind 0xFF.
    pub(super) marker: u8,
    /// What stands between the length field and the next marker or the entropy-coded data.
    pub(super) payload: &'a [u8],
    /// All of its bytes: from 0xFF to the end of the payload, of a scan to the end of its entropy-coded data.
    pub(super) whole: &'a [u8],
    /// Whether bytes that belong to nothing stand before it: filling, strays, markers without a meaning here.
    pub(super) strays_before: bool,
}

/// Iterates over the segments between start and end of image. An `Err` is the last item.
#[derive(Clone, Debug)]
pub(super) struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
    ended: bool,
}

impl<'a> Segments<'a> {
    /// Of `bytes`, which begin with the start-of-image marker.
    pub(super) const fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 2, ended: false }
    }

    /// The next segment; `None` at the end of the image.
    fn advance(&mut self) -> Result<Option<Segment<'a>>, String> {
        let begin = self.at;
        loop {
            let marker = self.next_marker().ok_or("it ends before its end marker")?;
            match marker {
                EOI => return Ok(None),
                // Parameterless markers: temporary use, restarts outside of a scan, another start.
                0x01 | 0xD0..=SOI => continue,
                _ => {}
            }
            let start = self.at - 2;
            let payload = self.payload().ok_or("it ends inside a segment")?;
            if marker == SOS {
                self.skip_entropy_coded();
            }
            let whole = self.bytes.get(start..self.at).ok_or("it ends inside a segment")?;
            return Ok(Some(Segment { marker, payload, whole, strays_before: start != begin }));
        }
    }

    /// The next marker code, behind which the walk then stands. Stray bytes before it are passed over.
    fn next_marker(&mut self) -> Option<u8> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            let ff = self.at + rest.iter().position(|byte| *byte == 0xFF)?;
            let code = ff + self.bytes.get(ff..)?.iter().position(|byte| *byte != 0xFF)?;
            self.at = code + 1;
            let code = *self.bytes.get(code)?;
            if code != 0 {
                return Some(code);
            }
        }
    }

    /// The payload of the segment whose length field comes next.
    fn payload(&mut self) -> Option<&'a [u8]> {
        let length = self.bytes.get(self.at..self.at + 2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let payload = self.bytes.get(self.at + 2..self.at + length)?;
        self.at += length;
        Some(payload)
    }

    /// Goes to the marker that ends entropy-coded data; stuffed zeros and restart markers belong to the data.
    fn skip_entropy_coded(&mut self) {
        let ahead =
            |at: usize| self.bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xFF));
        let mut at = self.at;
        while let Some(ff) = ahead(at).map(|ahead| at + ahead) {
            // Filling before a marker belongs to neither.
            let filled = self.bytes.iter().skip(ff).take_while(|byte| **byte == 0xFF).count();
            match self.bytes.get(ff + filled) {
                Some(0x00 | 0xD0..=0xD7) => at = ff + filled + 1,
                Some(_) | None => {
                    self.at = ff;
                    return;
                }
            }
        }
        self.at = self.bytes.len();
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let item = self.advance().transpose();
        self.ended = !matches!(item, Some(Ok(_)));
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &[(u8, &[u8], usize, bool)]) {
        let found: Vec<_> = Segments::of(bytes)
            .map(|segment| segment.expect("complete"))
            .map(|segment| (segment.marker, segment.payload, segment.whole.len(), segment.strays_before))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_scan_reaches_to_the_next_marker() {
        let bytes =
            [0xFF, SOI, 0xFF, SOS, 0, 3, 7, 1, 0xFF, 0, 2, 0xFF, 0xD0, 3, 0xFF, APP0, 0, 2, 0xFF, EOI, 9, 9];
        check(&bytes, &[(SOS, &[7], 12, false), (APP0, &[], 4, false)]);
    }

    #[test]
    fn bytes_between_markers_are_told() {
        let filled = [0xFF, SOI, 0xFF, 0xFF, 0xFF, APP0, 0, 2, 0xFF, EOI];
        check(&filled, &[(APP0, &[], 4, true)]);
        let stray = [0xFF, SOI, 0, 0, 0xFF, APP0, 0, 2, 5, 0xFF, 0, 0xFF, 0x01, 0xFF, APP1, 0, 2, 0xFF, EOI];
        check(&stray, &[(APP0, &[], 4, true), (APP1, &[], 4, true)]);
    }

    #[test]
    fn a_file_without_its_end_is_an_error_and_the_last_item() {
        for end in [&[][..], &[0xFF], &[0xFF, 0x00], &[0xFF, APP1, 0, 99, 1], &[0xFF, APP1, 0, 1, 0xFF, EOI]]
        {
            let bytes = [&[0xFF, SOI], end].concat();
            let mut segments = Segments::of(&bytes);
            assert!(matches!(segments.next(), Some(Err(_))), "{end:?}");
            assert_eq!(segments.next(), None, "{end:?}");
        }
    }
}
