//! From the cosine of two embeddings to a calibrated similarity, from `models/calibration/similarity.toml`.
//!
//! Written by `faceward calibrate similarity`; what the scale means is said in [`Similarity`]. Data and
//! interpolation only: which threshold applies is the service's matter.

use std::sync::{Arc, LazyLock};

use faceward_core::{Cosine, ModelId, Similarity};
use serde::{Deserialize, Serialize};

use super::{TableError, table};

static TABLE: LazyLock<Arc<SimilarityCalibration>> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/similarity.toml");
    Arc::new(table("similarity", text).expect("a test reads the embedded table"))
});

/// The table of this binary.
#[must_use]
pub fn similarity() -> &'static Arc<SimilarityCalibration> {
    &TABLE
}

/// The map of one embedding model, and the measurement that it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimilarityCalibration {
    /// Id of the embedding model; cosines of another one must not be mapped with this table.
    #[serde(with = "model_id")]
    pub model: ModelId,
    /// Name of the photos that it was fitted on.
    pub data: String,
    /// Number of those photos that gave an embedding.
    pub photos: u64,
    /// Number of persons on them.
    pub persons: u32,
    /// Number of genuine pairs compared.
    pub genuine_pairs: u64,
    /// Number of impostor pairs compared.
    pub impostor_pairs: u64,
    /// Whether each photo was embedded together with its mirror image.
    pub mirrored: bool,
    /// Day of the measurement, as in `2026-01-31`.
    pub date: String,
    /// The map, straight between knots: both scales rise strictly, from cosine -1 and similarity 0 to cosine 1 and
    /// similarity 1.
    #[serde(rename = "knot")]
    pub knots: Vec<Knot>,
    /// The false match rates behind the knots, highest rate first.
    #[serde(rename = "operating_point")]
    pub operating_points: Vec<OperatingPoint>,
}

/// A point of the map.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knot {
    /// Cosine, -1 to 1.
    pub cosine: f64,
    /// Similarity, 0 to 1.
    pub similarity: f64,
}

/// What is known about a knot.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatingPoint {
    /// Share of impostor pairs at or above the cosine.
    pub fmr: f64,
    /// Cosine, -1 to 1.
    pub cosine: f64,
    /// Similarity of that cosine, 0 to 1.
    pub similarity: f64,
    /// 95 % bootstrap interval over persons of the cosine; absent where the cosine is extrapolated from higher rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cosine_interval: Option<[f64; 2]>,
    /// Share of genuine pairs below the cosine; absent where it is extrapolated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fnmr: Option<f64>,
}

/// A map that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SimilarityMapError {
    /// The text is not such a table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// It does not lead from -1 to 0, rising strictly, to 1 and 1.
    #[error("its knots do not rise strictly from cosine -1, similarity 0 to cosine 1, similarity 1")]
    NotRising,
}

impl SimilarityCalibration {
    /// Reads a map as `faceward calibrate similarity` writes it.
    ///
    /// # Errors
    /// The text is no such table, or its knots do not rise strictly from one end of both scales to the other.
    pub fn parse(text: &str) -> Result<Self, SimilarityMapError> {
        let map: Self = table("similarity", text)?;
        let ends = |at: Option<&Knot>, cosine: f64, similarity: f64| {
            at.is_some_and(|knot| knot.cosine == cosine && knot.similarity == similarity)
        };
        // Comparisons with a value that is not a number are false.
        let rising = map
            .knots
            .windows(2)
            .all(|two| two[0].cosine < two[1].cosine && two[0].similarity < two[1].similarity);
        let whole =
            ends(map.knots.first(), -1.0, 0.0) && ends(map.knots.last(), 1.0, 1.0) && map.knots.len() > 1;
        if rising && whole { Ok(map) } else { Err(SimilarityMapError::NotRising) }
    }

    /// The embedding model whose cosines are mapped.
    #[must_use]
    pub const fn model(&self) -> &ModelId {
        &self.model
    }

    /// The similarity of `cosine`. NaN stays NaN.
    #[must_use]
    pub fn similarity(&self, cosine: Cosine) -> Similarity {
        Similarity(self.interpolate(cosine.0, |knot| knot.cosine, |knot| knot.similarity))
    }

    /// The least cosine with this `similarity`; `None` above 1, which no cosine reaches.
    #[must_use]
    pub fn least_cosine(&self, similarity: Similarity) -> Option<Cosine> {
        let cosine = self.interpolate(similarity.0, |knot| knot.similarity, |knot| knot.cosine);
        (similarity.0 <= 1.0).then_some(Cosine(cosine))
    }

    fn interpolate(&self, value: f32, from: fn(&Knot) -> f64, to: fn(&Knot) -> f64) -> f32 {
        let value = f64::from(value);
        let above = self.knots.partition_point(|knot| from(knot) <= value).clamp(1, self.knots.len() - 1);
        let (low, high) = (&self.knots[above - 1], &self.knots[above]);
        let share = ((value - from(low)) / (from(high) - from(low))).clamp(0.0, 1.0);
        (to(low) + share * (to(high) - to(low))) as f32
    }
}

/// Domain types are no serde types: the id travels as its text.
mod model_id {
    use faceward_core::ModelId;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(id: &ModelId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(id.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ModelId, D::Error> {
        String::deserialize(deserializer).map(|id| ModelId::new(&id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cosine: f64, expected: f32) {
        let actual = similarity().similarity(Cosine(cosine as f32)).0;
        assert!((actual - expected).abs() < 1e-6, "similarity of {cosine} is {actual}, expected {expected}");
    }

    #[test]
    fn the_stated_operating_points_have_their_similarity() {
        let points = &similarity().operating_points;
        for (fmr, expected) in [(1e-2, 0.5), (1e-4, 0.75)] {
            let point = points.iter().find(|point| point.fmr == fmr).expect("a point at this rate");
            check(point.cosine, expected);
            let [low, high] = point.cosine_interval.expect("a measured point");
            assert!(low <= point.cosine && point.cosine <= high, "{point:?}");
        }
    }

    #[test]
    fn every_operating_point_is_a_knot() {
        for point in &similarity().operating_points {
            let knot = Knot { cosine: point.cosine, similarity: point.similarity };
            assert!(similarity().knots.contains(&knot), "{point:?}");
        }
    }

    #[test]
    fn the_scale_ends_at_zero_and_one() {
        for (cosine, expected) in [(-1.0, 0.0), (1.0, 1.0), (-1.5, 0.0), (1.5, 1.0)] {
            check(cosine, expected);
        }
    }

    #[test]
    fn a_photo_compared_with_itself_is_certain() {
        assert!(similarity().similarity(Cosine(0.999)).0 >= 0.99);
    }

    #[test]
    fn both_scales_rise_strictly() {
        let knots = &similarity().knots;
        assert!(knots.len() >= 4);
        for two in knots.windows(2) {
            assert!(two[0].cosine < two[1].cosine && two[0].similarity < two[1].similarity, "{two:?}");
        }
    }

    #[test]
    fn a_map_that_does_not_rise_is_refused() {
        let good = include_str!("../../../../models/calibration/similarity.toml");
        assert_eq!(SimilarityCalibration::parse(good).ok().as_ref(), Some(&**similarity()));
        let falling = good.replacen("similarity = 0.375", "similarity = 0.6", 1);
        let open = good.replacen("cosine = 1.0", "cosine = 0.9", 1);
        let nan = good.replacen("cosine = -1.0", "cosine = nan", 1);
        for bad in [falling, open, nan] {
            assert!(matches!(SimilarityCalibration::parse(&bad), Err(SimilarityMapError::NotRising)));
        }
        assert!(matches!(SimilarityCalibration::parse("a = 1"), Err(SimilarityMapError::Table(_))));
    }

    #[test]
    fn the_inverse_comes_back() {
        for step in -100..=100 {
            let cosine = step as f32 / 100.0;
            let there_and_back = similarity().least_cosine(similarity().similarity(Cosine(cosine)));
            let there_and_back = there_and_back.expect("a similarity of at most 1").0;
            assert!((there_and_back - cosine).abs() < 1e-5, "{cosine} came back as {there_and_back}");
        }
        assert_eq!(similarity().least_cosine(Similarity(1.01)), None);
    }
}
