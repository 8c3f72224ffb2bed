//! Two log-odds of forgery to one score.
//!
//! The score is as low as the worse of the two answers makes it. Each is mapped by a straight line on the logistic
//! scale, so that 0.9 is a stated operating point (`models/calibration/deepfake.toml`).

use faceward_models::calibration::deepfake::{AnswerScale, DeepfakeTable};

/// How likely the face is genuine, 0 to 1, from the log-odds of "swapped" and of "generated".
pub(super) fn genuine(table: &DeepfakeTable, [swapped, generated]: [f32; 2]) -> f32 {
    let odds = |scale: &AnswerScale, forged: f32| scale.offset - scale.slope * forged;
    let worse = odds(&table.swapped, swapped).min(odds(&table.generated, generated));
    1.0 / (1.0 + (-worse).exp())
}

#[cfg(test)]
mod tests {
    use faceward_models::calibration::deepfake::deepfake as table;

    use super::*;

    #[test]
    fn either_kind_of_forgery_lowers_the_score_and_nothing_makes_up_for_it() {
        let at = |swapped, generated| genuine(table(), [swapped, generated]);
        assert!(at(-9.0, -9.0) > 0.9);
        assert!(at(9.0, -9.0) < 0.5 && at(-9.0, 9.0) < 0.5 && at(9.0, 9.0) < 0.5);
        assert!(at(1.0, -9.0) < at(0.0, -9.0) && at(-9.0, 1.0) < at(-9.0, 0.0));
        assert_eq!(at(3.0, -20.0), at(3.0, -9.0), "the better answer does not count");
    }
}
