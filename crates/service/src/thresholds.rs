//! The rules of movements by their names, and what keeps them from being meant.

use faceward_models::calibration::thresholds::{MovementThresholds, Rule};

/// Every rule of `thresholds` with its stable name, in the order of the fields.
#[must_use]
pub fn movement_rules(thresholds: &MovementThresholds) -> [(&'static str, Rule); 11] {
    [
        ("movement.left", thresholds.left),
        ("movement.right", thresholds.right),
        ("movement.up", thresholds.up),
        ("movement.down", thresholds.down),
        ("movement.front_yaw", thresholds.front_yaw),
        ("movement.front_pitch", thresholds.front_pitch),
        ("movement.eyes_open", thresholds.eyes_open),
        ("movement.eyes_closed", thresholds.eyes_closed),
        ("movement.mouth_open", thresholds.mouth_open),
        ("movement.mouth_closed", thresholds.mouth_closed),
        ("movement.masked", thresholds.masked),
    ]
}

/// What keeps `thresholds` from telling movements apart, by the names of the settings. A photo that shows two movements
/// which exclude each other would let one still stand for both.
pub(crate) fn movement_problems(thresholds: &MovementThresholds) -> Vec<String> {
    let pairs = [
        ("left", thresholds.left, "front_yaw", thresholds.front_yaw),
        ("front_yaw", thresholds.front_yaw, "right", thresholds.right),
        ("left", thresholds.left, "right", thresholds.right),
        ("down", thresholds.down, "front_pitch", thresholds.front_pitch),
        ("front_pitch", thresholds.front_pitch, "up", thresholds.up),
        ("down", thresholds.down, "up", thresholds.up),
        ("eyes_open", thresholds.eyes_open, "eyes_closed", thresholds.eyes_closed),
        ("mouth_open", thresholds.mouth_open, "mouth_closed", thresholds.mouth_closed),
    ];
    let overlapping = pairs.into_iter().filter(|(_, upper, _, lower)| span(*upper).0 <= span(*lower).1);
    overlapping
        .map(|(upper, _, lower, _)| {
            format!(
                "thresholds.movement.{upper} must lie above thresholds.movement.{lower}: no photo shows both"
            )
        })
        .collect()
}

/// Least and greatest value that `rule` accepts.
const fn span(rule: Rule) -> (f64, f64) {
    match rule {
        Rule::AtLeast(least) => (least, f64::INFINITY),
        Rule::AtMost(most) => (f64::NEG_INFINITY, most),
        Rule::Within(least, most) => (least, most),
    }
}
