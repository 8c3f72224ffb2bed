//! The one EXIF field that concerns us: orientation.
//!
//! Reference: JEITA CP-3451 (EXIF 2.3), a TIFF structure; tag 0x0112, 1 to 8. The standard says SHORT; programs write
//! other integers as well, and every viewer shows their photos upright.

/// Orientation in the payload of a JPEG's APP1 segment; `None` if the segment is something else or says nothing.
pub(super) fn orientation_of_app1(payload: &[u8]) -> Option<u8> {
    orientation_of_tiff(payload.strip_prefix(b"Exif\0\0")?)
}

/// Orientation in a TIFF structure, as it stands in a PNG's `eXIf` chunk. `None` if absent or out of range.
pub(super) fn orientation_of_tiff(tiff: &[u8]) -> Option<u8> {
    let tiff = Tiff::of(tiff)?;
    let directory = tiff.integer(4, 4)?;
    let n_entries = tiff.integer(directory, 2)?;
    // An entry is 12 bytes: tag, type, count, value or where it stands.
    let entry =
        (0..n_entries).map(|idx| directory + 2 + 12 * idx).find(|at| tiff.integer(*at, 2) == Some(0x0112))?;
    // A value of up to four bytes stands in the first of them, whatever the byte order.
    let width = match tiff.integer(entry + 2, 2)? {
        // BYTE and SBYTE.
        1 | 6 => 1,
        // SHORT and SSHORT.
        3 | 8 => 2,
        // LONG and SLONG.
        4 | 9 => 4,
        _ => return None,
    };
    let value = tiff.integer(entry + 8, width)?;
    u8::try_from(value).ok().filter(|value| (1..=8).contains(value))
}

/// Bytes with an order.
struct Tiff<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

impl<'a> Tiff<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        match bytes.get(..4)? {
            b"II*\0" => Some(Self { bytes, little_endian: true }),
            b"MM\0*" => Some(Self { bytes, little_endian: false }),
            _ => None,
        }
    }

    /// The unsigned integer of `width` bytes, at most 4, at `at`; `None` beyond the end.
    fn integer(&self, at: usize, width: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(width)?)?;
        let append = |value: usize, byte: &u8| value << 8 | usize::from(*byte);
        Some(if self.little_endian {
            bytes.iter().rev().fold(0, append)
        } else {
            bytes.iter().fold(0, append)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: u16 = 3;

    /// A structure of one field: `tag`, of `kind`, with `value` in as many bytes as the kind has.
    fn tiff(little: bool, tag: u16, kind: u16, value: u32) -> Vec<u8> {
        let in_order = |number: u32, width: usize| {
            let bytes = number.to_be_bytes()[4 - width..].to_vec();
            if little { bytes.into_iter().rev().collect() } else { bytes }
        };
        let width = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4][usize::from(kind)];
        let mut field = in_order(value, width.min(4));
        field.resize(4, 0);
        let fields = [
            in_order(8, 4),
            in_order(1, 2),
            in_order(tag.into(), 2),
            in_order(kind.into(), 2),
            in_order(1, 4),
            field,
            vec![0; 4],
        ];
        [if little { b"II*\0" } else { b"MM\0*" }.as_slice(), &fields.concat()].concat()
    }

    #[test]
    fn every_integer_type_is_read_in_both_byte_orders() {
        let mut n_read = 0;
        for little in [true, false] {
            for kind in [1, SHORT, 4, 6, 8, 9] {
                for value in 1..=8 {
                    let found = orientation_of_tiff(&tiff(little, 0x0112, kind, value));
                    assert_eq!(found.map(u32::from), Some(value), "type {kind}, little-endian: {little}");
                    n_read += 1;
                }
                for value in [0, 9, 0x0600_0000] {
                    assert_eq!(orientation_of_tiff(&tiff(little, 0x0112, kind, value)), None);
                }
                assert_eq!(orientation_of_tiff(&tiff(little, 0x0111, kind, 3)), None, "another tag");
            }
        }
        assert_eq!(n_read, 2 * 6 * 8);
    }

    #[test]
    fn other_types_say_nothing() {
        for kind in [0, 2, 5, 7] {
            assert_eq!(orientation_of_tiff(&tiff(true, 0x0112, kind, 6)), None, "type {kind}");
        }
    }

    #[test]
    fn damaged_structures_say_nothing() {
        let whole = tiff(true, 0x0112, SHORT, 6);
        for length in 0..20 {
            assert_eq!(orientation_of_tiff(&whole[..length]), None, "{length} bytes");
        }
        let mut far = whole;
        far[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(orientation_of_tiff(&far), None);
        assert_eq!(orientation_of_app1(b"http://ns.adobe.com/xap/1.0/\0"), None);
    }
}
