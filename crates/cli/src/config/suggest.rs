//! The nearest known word to a mistyped one.

/// Most edits between a mistake and what was meant.
const MAX_EDITS: usize = 3;

/// The one of `known` that needs the fewest edits to become `typed`, if that is few enough to be a slip.
pub(crate) fn nearest<T: AsRef<str>>(typed: &str, known: impl Iterator<Item = T>) -> Option<String> {
    let limit = MAX_EDITS.min(typed.chars().count() / 3);
    known
        .map(|word| (edits(typed, word.as_ref()), word))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= limit)
        .map(|(_, word)| word.as_ref().to_owned())
}

/// Levenshtein distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_the_textbook_ones() {
        for (a, b, expected) in [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "abc", 0), ("ab", "ba", 2)]
        {
            assert_eq!(edits(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn only_slips_are_mended() {
        let known = ["listen", "workers", "data_dir"];
        assert_eq!(nearest("lisen", known.iter()).as_deref(), Some("listen"));
        assert_eq!(nearest("worker", known.iter()).as_deref(), Some("workers"));
        assert_eq!(nearest("colour", known.iter()), None);
    }
}
