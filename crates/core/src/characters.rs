//! Which characters an id may hold.
//!
//! Two ids that look the same are one to the people who read them, and two to the store: somebody would be enrolled twice, or
//! be taken for somebody else. So ids hold no character that leaves no mark of its own. Letters of different scripts that
//! look alike are not found out: that needs a policy of the client's, who knows the scripts in use.

use std::cmp::Ordering;

/// What Unicode 17 calls format characters (general category Cf) or default ignorable, and the Braille pattern without dots;
/// first and last of each range, in order.
const INVISIBLE: [(char, char); 26] = [
    // Soft hyphen; grapheme joiner.
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    // Signs that Arabic and Syriac texts put before numbers and around words; a bidirectional mark among them.
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    // Fillers for syllables of Hangul; vowels of Khmer that are not written; variation selectors of Mongolian.
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    // Zero-width characters and bidirectional controls.
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    // A symbol to Unicode, and a blank to the eye.
    ('\u{2800}', '\u{2800}'),
    // Fillers again; variation selectors; the byte order mark.
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    // Annotations.
    ('\u{fff0}', '\u{fffb}'),
    // Number signs of Kaithi, controls of hieroglyphs, shorthand and musical notation.
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    // Tags and further variation selectors.
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether `c` is no control character.
pub(crate) fn is_printable(c: char) -> bool {
    !c.is_control()
}

/// Whether `c` can be seen, or is the ordinary blank. Controls, all other blanks and separators, and [`INVISIBLE`] cannot.
pub(crate) fn is_visible(c: char) -> bool {
    if c == ' ' || c.is_ascii_graphic() {
        return true;
    }
    let in_range = |(first, last): &(char, char)| match () {
        () if *last < c => Ordering::Less,
        () if *first > c => Ordering::Greater,
        () => Ordering::Equal,
    };
    !c.is_control() && !c.is_whitespace() && INVISIBLE.binary_search_by(in_range).is_err()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ranges_are_in_order() {
        assert!(INVISIBLE.iter().all(|(first, last)| first <= last));
        assert!(INVISIBLE.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn what_leaves_no_mark_is_invisible() {
        let invisible = "\0\t\u{7f}\u{85}\u{a0}\u{ad}\u{34f}\u{61c}\u{115f}\u{17b4}\u{180e}\u{2003}\u{200b}\u{200d}\u{2028}\
                         \u{2029}\u{202e}\u{2060}\u{2069}\u{2800}\u{3000}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{e0041}";
        for c in invisible.chars() {
            assert!(!is_visible(c), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn letters_digits_marks_and_signs_of_all_scripts_are_visible() {
        let text =
            " aZ09-_.@/#\u{e4}\u{df}\u{5d0}\u{645}\u{905}\u{e01}\u{4e2d}\u{d55c}\u{301}\u{20ac}\u{1f600}";
        for c in text.chars() {
            assert!(is_visible(c), "U+{:04X}", u32::from(c));
        }
    }

    proptest! {
        // The classes come from the tables of another library.
        #[test]
        fn the_classes_of_unicode_are_invisible(
            text in r"[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Zs}&&[^ ]]{20}"
        ) {
            for c in text.chars() {
                prop_assert!(!is_visible(c), "U+{:04X}", u32::from(c));
            }
        }

        #[test]
        fn what_is_in_none_of_them_is_visible(
            text in r"[^\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Zs}\x{2800}]{20}"
        ) {
            for c in text.chars() {
                prop_assert!(is_visible(c), "U+{:04X}", u32::from(c));
            }
        }
    }
}
