//! Reading embedded tables.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

/// A table that is not what its accessor expects.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The text is not the expected table.
    #[error("the calibration table `{name}` cannot be read")]
    Syntax {
        /// Name of the table.
        name: &'static str,
        /// What the reader said.
        #[source]
        source: toml::de::Error,
    },
    /// The numbers are too few or too many.
    #[error("the calibration table `{name}` has {bytes} bytes of numbers, expected {expected}")]
    Length {
        /// Name of the table.
        name: &'static str,
        /// Bytes that are there.
        bytes: usize,
        /// Bytes that the accessor expects.
        expected: usize,
    },
    /// A number is infinite or not a number.
    #[error("the calibration table `{name}` has a number that is not finite")]
    NotFinite {
        /// Name of the table.
        name: &'static str,
    },
}

/// The names in the order in which they come, each once.
pub(super) fn each_once<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}

/// Reads the embedded TOML `text` of the table `name`.
///
/// # Errors
/// The text does not fit `T`.
pub fn table<T: DeserializeOwned>(name: &'static str, text: &str) -> Result<T, TableError> {
    toml::from_str(text).map_err(|source| TableError::Syntax { name, source })
}

/// Reads `count` little-endian `f32` of the table `name`.
///
/// # Errors
/// There are more or fewer, or one is not finite.
pub fn numbers(name: &'static str, bytes: &[u8], count: usize) -> Result<Vec<f32>, TableError> {
    let expected = count * size_of::<f32>();
    if bytes.len() != expected {
        return Err(TableError::Length { name, bytes: bytes.len(), expected });
    }
    let numbers: Vec<f32> =
        bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
    if numbers.iter().all(|number| number.is_finite()) {
        Ok(numbers)
    } else {
        Err(TableError::NotFinite { name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_little_endian_and_counted() {
        assert_eq!(numbers("t", &[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], 2).unwrap(), [1.0, -2.0]);
        assert!(matches!(numbers("t", &[0; 7], 2), Err(TableError::Length { bytes: 7, expected: 8, .. })));
        assert!(matches!(numbers("t", &f32::NAN.to_le_bytes(), 1), Err(TableError::NotFinite { .. })));
    }

    #[test]
    fn a_table_that_does_not_fit_names_itself() {
        let error = table::<std::collections::BTreeMap<String, u32>>("maps", "a = 'text'").unwrap_err();
        assert!(error.to_string().contains("`maps`"));
    }
}
