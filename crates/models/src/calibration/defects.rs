//! Measures of our own for defects of a face image, from `models/calibration/defects.toml`.
//!
//! Data only; `faceward-engine` applies it. Fitted by `training/calibration/fit_quality.py`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::table;

static TABLE: LazyLock<Defects> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/defects.toml");
    table("defects", text).expect("a test reads the embedded table")
});

/// The table of this binary.
#[must_use]
pub fn defects() -> &'static Defects {
    &TABLE
}

/// How defects are measured and judged.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defects {
    /// What the figures were fitted on.
    pub data: FittedOn,
    /// Blur radius of a face, and the probability that it is a defect.
    pub blur: Blur,
    /// From the share of detail that compression took out of its blocks to the probability that it is a defect.
    pub macroblocks: Step,
    /// From the strength of the grid of blocks in a photo that was scaled since to the same probability.
    pub scaled_macroblocks: LogStep,
}

/// Data behind the figures.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedOn {
    /// When, as year-month-day.
    pub date: String,
    /// Which sets of photos.
    pub sets: String,
    /// Number of photos.
    pub photos: u32,
    /// Number of degraded copies of them.
    pub samples: u32,
    /// What counted as a blurred face.
    pub blur_rule: String,
    /// Standard deviation of the error of the radius' natural logarithm, on photos that were not fitted.
    pub blur_error: f64,
    /// What counted as compression blocks.
    pub block_rule: String,
}

/// How a blur radius is estimated and judged.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blur {
    /// Faces are shrunk by the whole factor that leaves them at least this large; pixels between the eyes.
    pub eye_distance: f64,
    /// Quadratic form in six features: the constant, the features, then products i <= j. Gives the logarithm of the
    /// radius in pixels of the shrunk face.
    pub weights: Vec<f64>,
    /// From the radius in eye distances to the probability of a defect.
    pub score: LogStep,
}

/// A logistic step: `1 / (1 + exp((x0 - x) / w))`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Where the probability is one half.
    pub x0: f64,
    /// Width of the step.
    pub w: f64,
}

/// A logistic step on a logarithmic scale: `1 / (1 + exp((ln x0 - ln x) / w))`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogStep {
    /// Where the probability is one half.
    pub x0: f64,
    /// Width of the step, in natural logarithms.
    pub w: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_is_usable() {
        let Defects { data, blur, macroblocks, scaled_macroblocks } = defects();
        assert_eq!(blur.weights.len(), 1 + 6 + 21, "the quadratic form of six features");
        assert!(blur.weights.iter().all(|weight| weight.is_finite()) && blur.eye_distance >= 1.0);
        for step in [&blur.score, scaled_macroblocks] {
            assert!(step.x0 > 0.0 && step.w > 0.0, "{step:?}");
        }
        assert!((0.0..1.0).contains(&macroblocks.x0) && macroblocks.w > 0.0, "{macroblocks:?}");
        assert!(data.photos > 0 && data.samples >= data.photos && data.blur_error < 0.5, "{data:?}");
    }
}
