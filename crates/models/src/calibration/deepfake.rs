//! Scale of the deepfake network, from `models/calibration/deepfake.toml`.
//!
//! Data only: the arithmetic is the engine's, which score is fine is the service's.

use std::sync::LazyLock;

use serde::Deserialize;

use super::embedded::each_once;
use super::table;

/// What `kind` says of what was not forged.
pub const GENUINE: &str = "genuine";

static TABLE: LazyLock<DeepfakeTable> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/deepfake.toml");
    table("deepfake", text).expect("a test reads the embedded table")
});

/// The table of this binary.
#[must_use]
pub fn deepfake() -> &'static DeepfakeTable {
    &TABLE
}

/// How the networks' log-odds become one score, and what the score is worth.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeepfakeTable {
    /// Names of the sets of photos that it was fitted on.
    pub data: String,
    /// Number of genuine photos among them.
    pub genuine: u32,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// The score at which `measured` counts errors.
    pub operating_point: f32,
    /// Distance of eyes and mouth from the photo's edge, in distances between the eyes, below which the score deserves less
    /// confidence.
    pub near_edge: f32,
    /// Scale of the first answer: another person's face was put in.
    pub swapped: AnswerScale,
    /// Scale of the second answer: the whole face was generated.
    pub generated: AnswerScale,
    /// Scale of what faceward-deepfake-2 says of faces put in, as live swappers do.
    pub recent_swapped: AnswerScale,
    /// Scale of what faceward-deepfake-2 says of generated faces, as text-to-image generators make them.
    pub recent_generated: AnswerScale,
    /// Errors at the operating point on photos that were neither trained on nor fitted.
    pub measured: Vec<MeasuredError>,
    /// How well the score ranks photos that were not trained on.
    pub ranked: Vec<MeasuredRanking>,
}

impl DeepfakeTable {
    /// Every way of forging that the score was measured on, each once.
    #[must_use]
    pub fn methods(&self) -> Vec<&str> {
        let kinds = self.measured.iter().map(|row| row.kind.as_str()).filter(|kind| *kind != GENUINE);
        each_once(kinds)
    }
}

/// From log-odds of forgery to log-odds of genuine: `offset - slope * log-odds`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerScale {
    /// More forged is less genuine: above 0.
    pub slope: f32,
    /// Log-odds of genuine where the network is undecided.
    pub offset: f32,
}

/// A share of wrong answers: genuine photos called forged, or forged ones of one generator called genuine.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredError {
    /// Set of photos.
    pub set: String,
    /// `genuine`, or the generator.
    pub kind: String,
    /// Number of photos.
    pub photos: u32,
    /// 0 to 1.
    pub error: f32,
    /// 95 % of the error, over actors, scenes or photos; absent where it was not measured.
    #[serde(default)]
    pub interval: Option<[f32; 2]>,
}

/// How well forgeries of one generator are told from genuine photos of the same pipeline, whatever the threshold.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredRanking {
    /// The generator.
    pub generator: String,
    /// The photos that they are compared with.
    pub against: String,
    /// Number of forgeries.
    pub photos: u32,
    /// Probability that a genuine photo scores above a forged one, with its 95 % interval.
    pub auc: f32,
    /// Lower and upper end of the interval.
    pub interval: [f32; 2],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_forged_is_less_genuine() {
        let table = deepfake();
        let scales = [table.swapped, table.generated, table.recent_swapped, table.recent_generated];
        assert!(scales.iter().all(|scale| scale.slope > 0.0));
        assert!(table.operating_point > 0.0 && table.operating_point < 1.0 && table.near_edge > 0.0);
    }

    #[test]
    fn ordinary_photos_of_sources_never_trained_on_are_fine() {
        let genuine = deepfake().measured.iter().filter(|row| row.kind == "genuine");
        let (photos, refused) = genuine.fold((0.0, 0.0), |(photos, refused), row| {
            (photos + row.photos as f32, refused + row.photos as f32 * row.error)
        });
        assert!(
            photos >= 1000.0 && refused / photos <= 0.02,
            "{} of {photos} photos refused",
            refused / photos
        );
    }
}
