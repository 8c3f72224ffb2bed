//! How useful a face is for recognition, from the lengths of the networks' outputs.
//!
//! Networks that were trained to tell persons apart answer with short vectors to what they can make little of: a
//! covered, blurred or turned face. Length predicts wrong refusals better than sharpness, size or the detector's
//! confidence: `models/calibration/utility.toml`. (For networks trained for it: Meng et al., "`MagFace`", 2021.)

use faceward_models::calibration::utility::UtilityTable;

/// Utility, 0 to 1, higher is better, for the lengths of both networks' outputs.
pub(super) fn utility(norms: [f32; 2], table: &UtilityTable) -> f32 {
    let excess = norms.iter().zip(table.typical_norms).map(|(norm, typical)| norm / typical - 1.0);
    let odds: f32 = excess.zip(table.weights).map(|(excess, weight)| weight * excess).sum();
    1.0 / (1.0 + (-(odds + table.offset)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use faceward_models::calibration::utility::utility as table;

    #[test]
    fn longer_outputs_are_more_useful() {
        let [a, b] = table().typical_norms;
        let at = |part: f32| utility([a * part, b * part], table());
        assert!(at(0.5) < at(0.9) && at(0.9) < at(1.0) && at(1.0) < at(1.3), "{} {}", at(0.5), at(1.3));
        assert!((utility([a, b], table()) - 1.0 / (1.0 + (-table().offset).exp())).abs() < 1e-6);
    }
}
