//! The default of every verdict, from `models/calibration/thresholds.toml`.
//!
//! Data only: `service` applies the rules and lets an operator override them.

use std::sync::LazyLock;

use serde::Deserialize;

use super::table;

static TABLE: LazyLock<Thresholds> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/thresholds.toml");
    table("thresholds", text).expect("a test reads the embedded table")
});

/// The table of this binary.
#[must_use]
pub fn thresholds() -> &'static Thresholds {
    &TABLE
}

/// When a score, 0 to 1, is fine; or, for movements, when an angle in degrees is.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Higher is better: fine from here on.
    AtLeast(f64),
    /// Lower is better: fine up to here.
    AtMost(f64),
    /// Both ends are bad: fine from the first to the second.
    Within(f64, f64),
}

impl Rule {
    /// Whether `score` is fine. What is not a number never is.
    #[must_use]
    pub fn accepts(&self, score: f64) -> bool {
        match *self {
            Self::AtLeast(least) => score >= least,
            Self::AtMost(most) => score <= most,
            Self::Within(least, most) => (least..=most).contains(&score),
        }
    }
}

/// A rule for every verdict of an answer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Least similarity of one and the same person.
    pub similarity: f32,
    /// Presentation attack detection.
    pub liveness: Rule,
    /// Detection of swapped and generated faces.
    pub deepfake: Rule,
    /// Evenness of the light.
    pub uniformity: Rule,
    /// Brightness.
    pub exposure: Rule,
    /// Contrast.
    pub contrast: Rule,
    /// Light shining into the lens.
    pub flare: Rule,
    /// Lack of sharpness.
    pub blur: Rule,
    /// Compression artefacts.
    pub macroblocks: Rule,
    /// Distortion by the lens or a short distance.
    pub distortion: Rule,
    /// Something covers the face.
    pub occlusion: Rule,
    /// The expression is not neutral.
    pub emotion: Rule,
    /// The subject's own left eye is closed.
    pub left_eye_closed: Rule,
    /// The subject's own right eye is closed.
    pub right_eye_closed: Rule,
    /// Learned utility for recognition.
    pub crfiqa: Rule,
    /// Movements of the head, the eyes and the mouth.
    pub movement: MovementThresholds,
}

/// When a face shows a movement. Angles are degrees, the subject's own left is yaw > 0, chin down is pitch > 0; the rest
/// are probabilities.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovementThresholds {
    /// Yaw of a head turned to its own left.
    pub left: Rule,
    /// Yaw of a head turned to its own right.
    pub right: Rule,
    /// Pitch of a head with its chin up.
    pub up: Rule,
    /// Pitch of a head with its chin down.
    pub down: Rule,
    /// Yaw of a head that faces the camera.
    pub front_yaw: Rule,
    /// Pitch of a head that faces the camera.
    pub front_pitch: Rule,
    /// Probability that an eye is open, of each of two open eyes.
    pub eyes_open: Rule,
    /// Probability that an eye is open, of each of two closed eyes.
    pub eyes_closed: Rule,
    /// Probability that the mouth is open, of an open mouth.
    pub mouth_open: Rule,
    /// Probability that the mouth is open, of a closed mouth.
    pub mouth_closed: Rule,
    /// Probability of a mask from which on the mouth counts as hidden.
    pub masked: Rule,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_verdicts(name: &str, rule: Rule, rows: &[(f64, bool)]) {
        for (score, fine) in rows {
            assert_eq!(rule.accepts(*score), *fine, "{name} {score}");
        }
    }

    #[test]
    fn the_defaults_agree_with_every_verdict_in_the_documents() {
        let table = thresholds();
        check_verdicts("liveness", table.liveness, &[(0.8861, true), (0.9657, true), (0.8333, false)]);
        check_verdicts("deepfake", table.deepfake, &[(0.9485, true), (0.9507, true)]);
        check_verdicts("crfiqa", table.crfiqa, &[(0.5891, true), (0.5999, true), (0.5304, false)]);
        check_verdicts("distortion", table.distortion, &[(0.231, true), (0.777, true), (0.907, false)]);
        check_verdicts("flare", table.flare, &[(0.026, true), (0.081, true), (0.9967, false)]);
        check_verdicts("occlusion", table.occlusion, &[(0.0050, true), (0.679, false)]);
        check_verdicts("emotion", table.emotion, &[(0.3548, true)]);
        check_verdicts("left eye", table.left_eye_closed, &[(0.0043, true), (0.991, false)]);
        check_verdicts("right eye", table.right_eye_closed, &[(0.0043, true), (0.991, false)]);
        check_verdicts("uniformity", table.uniformity, &[(0.602, true), (0.798, true)]);
        check_verdicts("exposure", table.exposure, &[(0.563, true), (0.638, true)]);
        check_verdicts("contrast", table.contrast, &[(0.587, true), (0.781, true)]);
    }

    #[test]
    fn what_is_not_a_number_is_never_fine() {
        check_verdicts("at least", Rule::AtLeast(0.0), &[(f64::NAN, false), (0.0, true)]);
        check_verdicts("at most", Rule::AtMost(1.0), &[(f64::NAN, false), (1.0, true)]);
        check_verdicts("within", Rule::Within(0.0, 1.0), &[(f64::NAN, false), (0.5, true), (1.1, false)]);
    }
}
