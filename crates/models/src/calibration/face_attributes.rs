//! What the outputs of face-attributes-1 and embedding-attributes-1 mean, from `models/calibration/face_attributes.toml`.
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
    /// Age.
    pub age: AgeTable,
    /// Gender.
    pub male: Blend,
    /// Expression.
    pub neutral: Blend,
    /// Race.
    pub race: RaceTable,
    /// Mask.
    pub mask: Logistic,
    /// Occlusion.
    pub occlusion: Logistic,
}

/// Years = (1 - `embedding`) x face-attributes-1 + `embedding` x embedding-attributes-1, put right by `knots`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeTable {
    /// Share of embedding-attributes-1, 0 to 1.
    pub embedding: f32,
    /// From years as they are said to those that are true on average, both rising: straight between knots, by the slope 1
    /// beyond them.
    pub knots: Vec<[f32; 2]>,
}

/// Log-odds = sum over three witnesses of weight x log-odds, plus `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blend {
    /// Weight of face-attributes-1.
    pub face: f32,
    /// Weight of embedding-attributes-1.
    pub embedding: f32,
    /// Weight of the third: gender-v1, or mesh and blendshapes.
    pub other: f32,
    /// Added.
    pub offset: f32,
}

/// The largest of logit of face-attributes-1 + `embedding` x logit of embedding-attributes-1 wins.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RaceTable {
    /// Weight of embedding-attributes-1.
    pub embedding: f32,
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
        for blend in [table.male, table.neutral] {
            assert!(blend.face > 0.0 && blend.embedding >= 0.0 && blend.other >= 0.0, "{blend:?}");
        }
        assert!((0.0..=1.0).contains(&table.age.embedding) && table.race.embedding > 0.0);
        assert!(table.age.knots.windows(2).all(|two| two[0][0] < two[1][0] && two[0][1] < two[1][1]));
        assert!(table.mask.slope > 0.0 && table.occlusion.slope > 0.0);
    }
}
