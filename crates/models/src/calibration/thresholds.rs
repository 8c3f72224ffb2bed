//! The default of every verdict, from `models/calibration/thresholds.toml`.
//!
//! Data only: `service` applies the rules and lets an operator override them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use faceward_core::{QualityKey, QualityValues};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

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
    /// The deepfake check, whose score is high for a genuine face.
    pub deepfake: Rule,
    /// Quality measures.
    #[serde(deserialize_with = "every_measure")]
    pub quality: QualityValues<Rule>,
    /// Movements of the head, the eyes and the mouth.
    pub movement: MovementThresholds,
}

impl Thresholds {
    /// Every rule about a score, without those of movements, with its stable `snake_case` name.
    pub fn rules(&self) -> impl Iterator<Item = (&'static str, Rule)> {
        let checks = [("liveness", self.liveness), ("deepfake", self.deepfake)];
        checks.into_iter().chain(self.quality.iter().map(|(key, rule)| (key.name(), *rule)))
    }

    /// The rule of this name in [`Self::rules`].
    pub fn rule_mut(&mut self, name: &str) -> Option<&mut Rule> {
        match name {
            "liveness" => Some(&mut self.liveness),
            "deepfake" => Some(&mut self.deepfake),
            measure => Some(&mut self.quality[QualityKey::named(measure)?]),
        }
    }
}

/// A rule for each quality measure, by name: none may lack, and none may be of something else.
fn every_measure<'de, D: Deserializer<'de>>(deserializer: D) -> Result<QualityValues<Rule>, D::Error> {
    let rows = BTreeMap::<String, Rule>::deserialize(deserializer)?;
    let faults: Vec<String> = QualityKey::ALL
        .into_iter()
        .map(QualityKey::name)
        .filter(|name| !rows.contains_key(*name))
        .map(|name| format!("`{name}` has no rule"))
        .chain(
            rows.keys()
                .filter(|name| QualityKey::named(name).is_none())
                .map(|name| format!("`{name}` is no measure")),
        )
        .collect();
    if !faults.is_empty() {
        return Err(D::Error::custom(faults.join(", ")));
    }
    Ok(QualityValues::from_fn(|key| rows[key.name()]))
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
    use faceward_core::Scale;

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
        let rows: [(QualityKey, &[(f64, bool)]); 10] = [
            (QualityKey::Utility, &[(0.5891, true), (0.5999, true), (0.5304, false)]),
            (QualityKey::Distortion, &[(0.231, true), (0.777, true), (0.907, false)]),
            (QualityKey::Flare, &[(0.026, true), (0.081, true), (0.9967, false)]),
            (QualityKey::Occlusion, &[(0.0050, true), (0.679, false)]),
            (QualityKey::Emotion, &[(0.3548, true)]),
            (QualityKey::LeftEyeClosed, &[(0.0043, true), (0.991, false)]),
            (QualityKey::RightEyeClosed, &[(0.0043, true), (0.991, false)]),
            (QualityKey::Uniformity, &[(0.602, true), (0.798, true)]),
            (QualityKey::Exposure, &[(0.563, true), (0.638, true)]),
            (QualityKey::Contrast, &[(0.587, true), (0.781, true)]),
        ];
        for (key, verdicts) in rows {
            check_verdicts(key.name(), table.quality[key], verdicts);
        }
    }

    #[test]
    fn every_rule_has_a_name_of_its_own_and_is_found_by_it() {
        let mut table = thresholds().clone();
        let names: Vec<&str> = table.rules().map(|(name, _)| name).collect();
        assert_eq!(names.len(), 2 + QualityKey::ALL.len());
        for (place, name) in names.iter().enumerate() {
            *table.rule_mut(name).expect("a rule") = Rule::AtMost(place as f64);
        }
        for (place, (name, rule)) in table.rules().enumerate() {
            assert_eq!(rule, Rule::AtMost(place as f64), "{name}");
        }
        assert_eq!(table.rule_mut("similarity"), None);
    }

    #[test]
    fn the_good_side_of_a_measure_is_that_of_its_scale() {
        for (key, rule) in thresholds().quality.iter() {
            let scale = match rule {
                Rule::AtLeast(_) => Scale::Rising,
                Rule::AtMost(_) => Scale::Defect,
                Rule::Within(..) => Scale::Middle,
            };
            assert_eq!(key.scale(), scale, "{}", key.name());
        }
    }

    #[test]
    fn a_measure_without_a_rule_and_a_rule_without_a_measure_are_named() {
        let text =
            include_str!("../../../../models/calibration/thresholds.toml").replace("\nflare", "\nglare");
        let error = toml::from_str::<Thresholds>(&text).expect_err("one lacks, one is too much").to_string();
        assert!(error.contains("`flare` has no rule, `glare` is no measure"), "{error}");
    }

    #[test]
    fn what_is_not_a_number_is_never_fine() {
        check_verdicts("at least", Rule::AtLeast(0.0), &[(f64::NAN, false), (0.0, true)]);
        check_verdicts("at most", Rule::AtMost(1.0), &[(f64::NAN, false), (1.0, true)]);
        check_verdicts("within", Rule::Within(0.0, 1.0), &[(f64::NAN, false), (0.5, true), (1.1, false)]);
    }
}
