//! Eyes, mouth, expression and gender, from `models/calibration/{eyes,mouth,expression,gender}.toml`.
//!
//! Data only: the arithmetic is the engine's.

use std::sync::LazyLock;

use serde::Deserialize;

use super::shape_network::ShapeNetwork;
use super::{TableError, table};

static EYES: LazyLock<EyesTable> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/eyes.toml");
    table("eyes", text).expect("a test reads the embedded table")
});
static MOUTH: LazyLock<MouthTable> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/mouth.toml");
    table("mouth", text).expect("a test reads the embedded table")
});
static EXPRESSION: LazyLock<ExpressionTable> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/expression.toml");
    let bytes = include_bytes!("../../../../models/calibration/expression.bin");
    read_expression(text, bytes).expect("a test reads the embedded table")
});
static GENDER: LazyLock<GenderTable> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/gender.toml");
    table("gender", text).expect("a test reads the embedded table")
});

/// How the gap between the lids and the eye network become one probability.
#[must_use]
pub fn eyes() -> &'static EyesTable {
    &EYES
}

/// How the gap between the lips and the mouth network become one probability.
#[must_use]
pub fn mouth() -> &'static MouthTable {
    &MOUTH
}

/// The small network on mesh and blendshapes that tells a neutral expression.
#[must_use]
pub fn expression() -> &'static ExpressionTable {
    &EXPRESSION
}

/// What gender-v1 was measured to be worth.
#[must_use]
pub fn gender() -> &'static GenderTable {
    &GENDER
}

/// Log-odds of open = `lid_slope` (gap - `lid_zero`) + `network_slope` x reliance x squashed log-odds of eye-state-1.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EyesTable {
    /// Names of the sets of photos that it was fitted on.
    pub data: String,
    /// Their number.
    pub photos: u32,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// The network's log-odds are squashed smoothly so that they stay below this.
    pub ceiling: f32,
    /// Per unit of lid gap over eye width.
    pub lid_slope: f32,
    /// The gap that speaks for neither.
    pub lid_zero: f32,
    /// Per unit of the network's log-odds.
    pub network_slope: f32,
    /// Widths of an eye, in pixels of the photo, at which the network starts to count and from which it counts in full.
    pub network_widths: [f32; 2],
    /// AUC of the network alone on single eyes.
    pub network_auc: f32,
    /// Number of those.
    pub network_photos: u32,
    /// AUC of the lid gap alone on faces.
    pub lid_auc: f32,
    /// Number of eyes in those.
    pub lid_eyes: u32,
    /// AUC of the fusion on faces of persons that the network was not trained on.
    pub fused_auc: f32,
    /// Number of eyes in those.
    pub fused_eyes: u32,
    /// How many of them are closed.
    pub fused_closed: u32,
    /// Whole faces, told right on persons that the zero was not fitted on.
    pub faces: RightShares,
    /// Part of the eyes called closed on sets where few are.
    pub called_closed: ClosedShares,
}

/// Faces whose eyes are open or closed, and the shares told right, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RightShares {
    /// Number of faces with open eyes.
    pub open: u32,
    /// Share of them called open.
    pub open_right: f32,
    /// Number of faces with closed eyes.
    pub closed: u32,
    /// Share of them called closed.
    pub closed_right: f32,
}

/// Part of the eyes called closed, by set.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedShares {
    /// LFW.
    pub lfw: f32,
    /// `UTKFace`.
    pub utkface: f32,
    /// All-Age-Faces: people from Asia.
    pub age_asian: f32,
}

/// Log-odds of open = `lip_slope` (lip gap over mouth width - `lip_zero`) + `network_slope` x squashed log-odds of
/// mouth-state-1.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MouthTable {
    /// Names of the sets of photos that it was fitted on.
    pub data: String,
    /// Number of faces that were clear.
    pub photos: u32,
    /// How many of them show an open mouth.
    pub open: u32,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// The network's log-odds are squashed smoothly so that they stay below this.
    pub ceiling: f32,
    /// Per unit of gap.
    pub lip_slope: f32,
    /// The gap that speaks for neither.
    pub lip_zero: f32,
    /// Per unit of the network's log-odds.
    pub network_slope: f32,
    /// AUC of the fusion on faces of persons that were not fitted.
    pub auc: f32,
    /// The same for mouths that are open wide.
    pub auc_wide_open: f32,
    /// AUC of the gap alone on the same faces.
    pub lip_auc: f32,
    /// AUC of the network alone on mouth crops that were not trained on.
    pub network_auc: f32,
    /// Mean share of right answers over both states.
    pub balanced_accuracy: f32,
}

/// The small network that tells a neutral expression from the shape of the mesh.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpressionTable {
    /// Its output is the log-odds of neutral.
    pub network: ShapeNetwork,
    /// What it was fitted on, and how well it does.
    pub fit: ExpressionFit,
}

impl ExpressionTable {
    /// Logarithms of 52 blendshapes, the blendshapes, yaw and pitch.
    pub const N_OTHERS: usize = 2 * 52 + 2;
}

/// Where the network comes from.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpressionFit {
    /// Name of the set of photos that it was fitted on.
    pub data: String,
    /// Their number.
    pub photos: u32,
    /// How many of them are neutral.
    pub neutral: u32,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// Number of principal components.
    pub components: usize,
    /// Number of hidden units.
    pub hidden: usize,
    /// AUC on photos that were not fitted.
    pub auc: f32,
    /// Mean share of right answers over neutral and not.
    pub balanced_accuracy: f32,
}

/// Accuracy of gender-v1 by set and age group.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenderTable {
    /// Day of the measurement, as in `2026-01-31`.
    pub date: String,
    /// One row a set and group.
    pub measured: Vec<MeasuredGender>,
}

/// How often the more likely gender is the labelled one.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredGender {
    /// Set of photos.
    pub set: String,
    /// `adults` (18 and over) or `minors`.
    pub group: String,
    /// Number of photos.
    pub photos: u32,
    /// Share of right answers.
    pub accuracy: f32,
    /// Mean of the shares over both genders.
    pub balanced_accuracy: f32,
    /// Probability that a man scores above a woman.
    pub auc: f32,
}

fn read_expression(text: &str, bytes: &[u8]) -> Result<ExpressionTable, TableError> {
    let fit: ExpressionFit = table("expression", text)?;
    let others = ExpressionTable::N_OTHERS;
    let network = ShapeNetwork::read("expression", bytes, fit.components, fit.hidden, others)?;
    Ok(ExpressionTable { network, fit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_tables_can_be_read_and_rise_with_what_they_measure() {
        assert!(eyes().lid_slope > 0.0 && eyes().network_slope > 0.0 && eyes().ceiling > 0.0);
        assert!(eyes().network_widths[0] < eyes().network_widths[1]);
        assert!(mouth().lip_slope > 0.0 && mouth().lip_zero > 0.0 && mouth().network_slope > 0.0);
        assert_eq!(expression().network.output.len(), expression().fit.hidden);
    }

    #[test]
    fn open_and_closed_eyes_of_whole_faces_are_told_apart() {
        let faces = eyes().faces;
        assert!(f32::midpoint(faces.open_right, faces.closed_right) >= 0.97, "{faces:?}");
    }

    #[test]
    fn eyes_of_people_from_asia_are_not_called_closed_more_often() {
        let shares = eyes().called_closed;
        assert!(shares.age_asian <= 1.2 * shares.lfw.max(shares.utkface), "{shares:?}");
    }

    #[test]
    fn gender_is_right_for_most_adults() {
        let adults: Vec<_> = gender().measured.iter().filter(|row| row.group == "adults").collect();
        assert_eq!(adults.len(), 2);
        assert!(adults.iter().all(|row| row.accuracy >= 0.95), "{adults:?}");
    }
}
