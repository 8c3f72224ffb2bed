//! Fusion of the three liveness networks and its scale, from `models/calibration/liveness.toml`.
//!
//! Data only: the arithmetic is the engine's, which score is fine is the service's.

use std::sync::LazyLock;

use serde::Deserialize;

use super::embedded::each_once;
use super::table;

/// What `kind` says of what was no attack; behind it may stand a comma and the group of people that the row is about.
const BONA_FIDE: &str = "bona fide";

static TABLE: LazyLock<LivenessTable> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/liveness.toml");
    table("liveness", text).expect("a test reads the embedded table")
});

/// The table of this binary.
#[must_use]
pub fn liveness() -> &'static LivenessTable {
    &TABLE
}

/// How three log-odds become one score, and what the score is worth.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LivenessTable {
    /// Names of the sets of photos that it was fitted on.
    pub data: String,
    /// Number of photos of live persons among them.
    pub bona_fide: u32,
    /// Number of photos of presentation attacks among them.
    pub attacks: u32,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// Log-odds are squashed smoothly so that they stay below this.
    pub ceiling: f32,
    /// Weights of fr-liveness, minifasnet-2.7 and faceward-liveness-1.
    pub weights: [f32; 3],
    /// The score at which `measured` counts errors.
    pub operating_point: f32,
    /// Context below which the score deserves less confidence.
    pub little_context: f32,
    /// Slope and offset by context, which rises from knot to knot.
    #[serde(rename = "knot")]
    pub knots: Vec<ContextKnot>,
    /// Errors at the operating point on groups that were not fitted.
    pub measured: Vec<MeasuredError>,
    /// How well the score ranks photos, on groups that were not fitted.
    pub ranked: Vec<MeasuredRanking>,
}

impl LivenessTable {
    /// Every kind of attack that the score was measured on, each once.
    #[must_use]
    pub fn methods(&self) -> Vec<&str> {
        each_once(self.measured.iter().filter_map(MeasuredError::attack))
    }
}

/// Slope and offset at one context: how many face boxes fit into the photo, at most 2.7.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextKnot {
    /// Face boxes.
    pub context: f32,
    /// Log-odds of the score per unit of evidence.
    pub slope: f32,
    /// Log-odds of the score without evidence.
    pub offset: f32,
}

/// A share of wrong answers: of the bona fide refused (BPCER), or of one kind of attack passed (APCER).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredError {
    /// `three`: all networks, our own never trained on the photo's person or clip. `two`: without our own.
    /// With `, set unseen` our own and the fit saw nothing of the set. `shipped`: what runs, trained on the photo but for
    /// the set `pad_webcam`. `without the last cost`: by the offset of before.
    pub by: String,
    /// Set of photos.
    pub set: String,
    /// `bona fide`, `bona fide, GROUP` of people of one group, or the attack.
    pub kind: String,
    /// From this context to that.
    pub context: [f32; 2],
    /// Number of photos.
    pub photos: u32,
    /// Number of persons or clips.
    pub groups: u32,
    /// 0 to 1.
    pub error: f32,
    /// 95 % of the error, over persons or clips.
    pub interval: [f32; 2],
}

impl MeasuredError {
    /// The attack; `None` of bona fide photos.
    #[must_use]
    pub fn attack(&self) -> Option<&str> {
        Some(self.kind.as_str()).filter(|kind| !kind.starts_with(BONA_FIDE))
    }

    /// The group of people whose bona fide photos these are, where they are of one.
    #[must_use]
    pub fn people(&self) -> Option<&str> {
        self.kind.strip_prefix(BONA_FIDE)?.strip_prefix(", ")
    }
}

/// How well one attack is told from bona fide photos, whatever the threshold.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredRanking {
    /// As in [`MeasuredError`].
    pub by: String,
    /// Set of photos.
    pub set: String,
    /// The attack.
    pub kind: String,
    /// Number of its photos.
    pub photos: u32,
    /// Probability that a bona fide photo scores above an attack.
    pub auc: f32,
    /// Attacks that pass where 5 % of the bona fide are refused.
    pub apcer_at_bpcer_5: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_evidence_is_never_a_lower_score_and_contexts_rise() {
        let table = liveness();
        assert!(
            table.knots.len() >= 2 && table.ceiling > 0.0 && table.weights.iter().all(|&weight| weight > 0.0)
        );
        assert!(table.knots.iter().all(|knot| knot.slope > 0.0));
        assert!(table.knots.windows(2).all(|pair| pair[0].context < pair[1].context));
    }

    #[test]
    fn few_ordinary_photos_with_context_are_refused() {
        let table = liveness();
        let (photos, refused) = table
            .measured
            .iter()
            .filter(|row| row.by == "shipped" && row.kind == "bona fide")
            .fold((0.0, 0.0), |(n, wrong), row| {
                (n + row.photos as f32, wrong + row.photos as f32 * row.error)
            });
        assert!(
            photos >= 1000.0 && refused / photos <= 0.025,
            "BPCER {} on {photos} photos",
            refused / photos
        );
    }

    #[test]
    fn a_camera_that_nothing_was_trained_on_keeps_the_promise() {
        let rows: Vec<_> = liveness().measured.iter().filter(|row| row.set == "pad_webcam").collect();
        assert_eq!(
            rows.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>(),
            ["bona fide", "phone_in_hand"]
        );
        assert!(rows[0].error < 0.04 && rows[1].error < 0.08, "{rows:?}");
    }
}
