//! How useful a face is for recognition, from `models/calibration/utility.toml`.
//!
//! Data only: the arithmetic is the engine's.

use std::sync::LazyLock;

use serde::Deserialize;

use super::table;

static TABLE: LazyLock<UtilityTable> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/utility.toml");
    table("utility", text).expect("a test reads the embedded table")
});

/// The table of this binary.
#[must_use]
pub fn utility() -> &'static UtilityTable {
    &TABLE
}

/// Log-odds = sum over the recognition networks of weight x (norm / typical norm - 1), plus `offset`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UtilityTable {
    /// Names of the sets of photos that it was fitted on.
    pub data: String,
    /// Their number.
    pub photos: u32,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// Length of each network's output before it is normalised, on an ordinary photo.
    pub typical_norms: [f32; 2],
    /// One a network.
    pub weights: [f32; 2],
    /// Added.
    pub offset: f32,
    /// Share of ordinary photos below the threshold of `utility`.
    pub ordinary_refused: f32,
    /// Area under error versus discard, as a part of the error without discarding: lower is better.
    pub measured: Vec<DiscardArea>,
}

/// One measure's area under the curve of FNMR against the share of pairs that were discarded for low quality.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscardArea {
    /// Photos that were compared.
    pub set: String,
    /// `utility`, or what it is compared with.
    pub measure: String,
    /// Up to half of the pairs discarded.
    pub area: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_can_be_read_and_longer_outputs_are_better() {
        let table = utility();
        assert!(table.typical_norms.iter().all(|norm| *norm > 0.0));
        assert!(table.weights.iter().all(|weight| *weight > 0.0), "{:?}", table.weights);
    }

    #[test]
    fn utility_predicts_errors_better_than_what_was_there_before() {
        let areas = &utility().measured;
        for own in areas.iter().filter(|row| row.measure == "utility") {
            let others = areas.iter().filter(|row| row.set == own.set && row.measure != "utility");
            assert!(others.clone().count() >= 3 && others.clone().all(|row| own.area < row.area), "{own:?}");
        }
    }
}
