//! A copy of a JPEG without what decoders stumble over and libjpeg passes over: strays between the markers, comments, a
//! number of lines that the frame has given already; with the usual Huffman tables where none came.

use super::header::Header;
use super::huffman;
use super::segments::{APP14, DNL, EOI, SOI, SOS, Segments};

/// The copy. It is hardly longer than `bytes`.
///
/// # Errors
/// As [`Header::read`].
pub(super) fn copy(bytes: &[u8], header: &Header<'_>) -> Result<Vec<u8>, String> {
    let mut copy = Vec::with_capacity(bytes.len() + huffman::N_BYTES + 2);
    copy.extend([0xFF, SOI]);
    // Progressive images use tables of their own.
    let mut tables_missing = !header.huffman_tables && matches!(header.coding, 0xC0 | 0xC1);
    for segment in Segments::of(bytes) {
        let segment = segment?;
        match segment.marker {
            // Adobe's alone says something about pixels, and only if it is whole.
            APP14 if segment.payload.len() >= 12 => copy.extend_from_slice(segment.whole),
            DNL | 0xE0..=0xEF | 0xFE => {}
            SOS => {
                if std::mem::take(&mut tables_missing) {
                    copy.extend(huffman::usual_tables());
                }
                copy.extend_from_slice(segment.whole);
            }
            _ => copy.extend_from_slice(segment.whole),
        }
    }
    copy.extend([0xFF, EOI]);
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::jpeg::segments::DHT;

    #[test]
    fn strays_are_dropped_and_missing_tables_come_before_the_first_scan() {
        let frame = [0xFF, 0xC0, 0, 8, 8, 0, 2, 0, 2, 0];
        let scan = [0xFF, SOS, 0, 2, 1, 2, 0xFF, 0, 3];
        let dirty = [
            &[0xFF, SOI, 0, 0][..],
            &frame,
            &[9, 0xFF, 0xFE, 0, 3, 1],
            &scan,
            &[0xFF, DNL, 0, 4, 0, 2],
            &scan,
            &[0xFF, 0xFF, EOI, 7],
        ]
        .concat();
        let header = Header::read(&dirty).expect("complete");
        assert!(!header.is_clean());
        let clean = copy(&dirty, &header).expect("complete");
        let expected =
            [&[0xFF, SOI][..], &frame, &huffman::usual_tables(), &scan, &scan, &[0xFF, EOI]].concat();
        assert_eq!(clean, expected);
        assert_eq!(clean[12..14], [0xFF, DHT]);
        assert!(Header::read(&clean).expect("complete").is_clean());
    }
}
