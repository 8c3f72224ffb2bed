//! What the outputs of the network face-attributes-1 mean, from `models/calibration/face_attributes.toml`.
//!
//! Data only: the arithmetic is the engine's.

use std::sync::LazyLock;

use serde::Deserialize;

use super::table;

static TABLE: LazyLock<FaceAttributesTable> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/face_attributes.toml");
    table("face_attributes", text).expect("a test reads the embedded table")
});

/// The table of this binary.
#[must_use]
pub fn face_attributes() -> &'static FaceAttributesTable {
    &TABLE
}

/// From outputs to answers. Fitted on photos that the network was not trained on.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaceAttributesTable {
    /// Names of the sets of photos.
    pub data: String,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// Gender.
    pub male: Fusion,
    /// Expression.
    pub neutral: Fusion,
    /// Race.
    pub race: RaceOffsets,
    /// Mask.
    pub mask: Logistic,
    /// Occlusion.
    pub occlusion: Logistic,
}

/// Log-odds = `network` x log-odds of the network + `other` x log-odds of the other witness + `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fusion {
    /// Weight of face-attributes-1.
    pub network: f32,
    /// Weight of the other: gender-v1, or mesh and blendshapes.
    pub other: f32,
    /// Added.
    pub offset: f32,
}

/// What is added to the logits of White, Black, Asian, Indian, Others before the largest wins.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RaceOffsets {
    /// One a group, in that order.
    pub offsets: [f32; 5],
}

/// Log-odds = `slope` x output + `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logistic {
    /// Per unit of the output.
    pub slope: f32,
    /// Added.
    pub offset: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_can_be_read_and_every_witness_counts_for_what_it_says() {
        let table = face_attributes();
        for fusion in [table.male, table.neutral] {
            assert!(fusion.network > 0.0 && fusion.other >= 0.0, "{fusion:?}");
        }
        assert!(table.mask.slope > 0.0 && table.occlusion.slope > 0.0);
        assert!(table.race.offsets.iter().all(|offset| offset.is_finite()));
    }
}
