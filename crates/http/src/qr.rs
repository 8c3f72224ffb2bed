//! A link as a QR code: somebody who stands there reads it with the camera of a phone.

use fast_qr::{ECL, QRBuilder};

/// The modules of the code of `text`, a string a row from the top: `1` is dark, `0` light. The light margin of four modules is
/// left to whoever draws it. `None`: no code holds so much.
pub(crate) fn rows(text: &str) -> Option<Vec<String>> {
    // A screen is neither torn nor dirty: the middle one of the four levels of correction, with modules that stay large.
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let row = |y: usize| code[y].iter().map(|module| if module.value() { '1' } else { '0' }).collect();
    Some((0..code.size).map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_a_square_with_three_corners_that_tell_its_place() {
        let link = format!("https://id.example.com/s/{}", "x".repeat(43));
        let rows = rows(&link).expect("it fits");
        // 68 bytes at level M are version 5: 37 modules.
        assert_eq!(rows.len(), 37);
        assert!(rows.iter().all(|row| row.len() == 37 && row.bytes().all(|module| b"01".contains(&module))));
        let corner = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"];
        for (y, expected) in corner.into_iter().enumerate() {
            assert_eq!((&rows[y][..7], &rows[y][30..]), (expected, expected), "row {y} from the top");
            assert_eq!(&rows[30 + y][..7], expected, "row {y} of the lower left corner");
        }
        assert_ne!(&rows[30][30..], corner[0], "the fourth corner has none");
    }

    #[test]
    fn what_no_code_holds_is_none() {
        assert!(rows(&"x".repeat(3000)).is_none());
    }
}
