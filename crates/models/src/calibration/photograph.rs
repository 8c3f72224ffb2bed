//! Whether a face was photographed, from `models/calibration/photograph.toml`.
//!
//! Data only: the arithmetic is the engine's.

use std::sync::LazyLock;

use serde::Deserialize;

use super::table;

static TABLE: LazyLock<PhotographTable> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/photograph.toml");
    table("photograph", text).expect("a test reads the embedded table")
});

/// The table of this binary.
#[must_use]
pub fn photograph() -> &'static PhotographTable {
    &TABLE
}

/// Where the log-odds of the network are put, and what comes of it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotographTable {
    /// What it was fitted on.
    pub data: String,
    /// Number of pictures.
    pub photos: u32,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// Below this, what was found is not the photographed face of a human.
    pub least_odds: f32,
    /// Ordinary photos that were not trained on.
    pub held_out: Refused,
    /// What is no photograph, a row a kind, refused by a head that was trained without the kind's group.
    pub left_out: Vec<KindRefused>,
    /// Ordinary photos by set; most were trained on.
    pub ordinary: Vec<SetRefused>,
}

/// How many were refused.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Those below `least_odds`.
    pub refused: u32,
    /// All.
    pub photos: u32,
}

/// A kind of picture that is no photograph.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRefused {
    /// Kinds that were left out together.
    pub group: String,
    /// The kind, as `training/usability/art.py` calls it.
    pub kind: String,
    /// Those refused.
    pub refused: u32,
    /// All.
    pub photos: u32,
}

/// A set of ordinary photos.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRefused {
    /// Its name.
    pub set: String,
    /// Those refused.
    pub refused: u32,
    /// All.
    pub photos: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_can_be_read_and_most_of_each_side_is_told_right() {
        let table = photograph();
        assert!(table.least_odds.is_finite() && table.held_out.refused * 20 < table.held_out.photos);
        let left_out = table.left_out.iter();
        let (refused, all) = left_out.fold((0, 0), |sum, row| (sum.0 + row.refused, sum.1 + row.photos));
        assert!(all > 1000 && 2 * refused > all, "{refused} of {all}");
    }
}
