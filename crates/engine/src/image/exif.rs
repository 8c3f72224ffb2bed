//! The one EXIF field that concerns us: orientation.
//!
//! Reference: JEITA CP-3451 (EXIF 2.3), a TIFF structure; tag 0x0112, type SHORT, 1 to 8.

/// Orientation in the payload of a JPEG's APP1 segment; `None` if the segment is something else or says nothing.
pub(super) fn orientation_of_app1(payload: &[u8]) -> Option<u8> {
    orientation_of_tiff(payload.strip_prefix(b"Exif\0\0")?)
}

/// Orientation in a TIFF structure, as it stands in a PNG's `eXIf` chunk. `None` if absent or out of range.
pub(super) fn orientation_of_tiff(tiff: &[u8]) -> Option<u8> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let two: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    };
    let long = |at: usize| {
        let four: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let n_entries = usize::from(short(directory)?);
    // An entry is 12 bytes: tag, type, count, value. A SHORT stands in the first two bytes of the value.
    let entry = (0..n_entries).map(|idx| directory + 2 + 12 * idx).find(|at| short(*at) == Some(0x0112))?;
    let value = short(entry + 8)?;
    u8::try_from(value).ok().filter(|value| (1..=8).contains(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiff(little: bool, tag: u16, value: u16) -> Vec<u8> {
        let short = |v: u16| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let long = |v: u32| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let mut bytes = if little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
        bytes.extend(long(8));
        bytes.extend(short(1));
        bytes.extend(short(tag));
        bytes.extend(short(3));
        bytes.extend(long(1));
        bytes.extend(short(value));
        bytes.extend([0; 6]);
        bytes
    }

    #[test]
    fn both_byte_orders_are_read() {
        for little in [true, false] {
            for value in 1..=8 {
                assert_eq!(orientation_of_tiff(&tiff(little, 0x0112, value)), Some(value as u8));
            }
            assert_eq!(orientation_of_tiff(&tiff(little, 0x0112, 9)), None);
            assert_eq!(orientation_of_tiff(&tiff(little, 0x0111, 3)), None);
        }
    }

    #[test]
    fn damaged_structures_say_nothing() {
        let whole = tiff(true, 0x0112, 6);
        for length in 0..20 {
            assert_eq!(orientation_of_tiff(&whole[..length]), None, "{length} bytes");
        }
        let mut far = whole;
        far[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(orientation_of_tiff(&far), None);
        assert_eq!(orientation_of_app1(b"http://ns.adobe.com/xap/1.0/\0"), None);
    }
}
