//! Log-odds of forgery to one score.
//!
//! The score is as low as the worst of the answers makes it. Each is mapped by a straight line on the logistic
//! scale, so that 0.9 is a stated operating point (`models/calibration/deepfake.toml`).

use faceward_models::calibration::deepfake::{AnswerScale, DeepfakeTable};

/// Log-odds of "swapped" and of "generated".
pub(super) type Odds = [f32; 2];

/// How likely the face is genuine, 0 to 1, from what the first two networks say together and what the third says.
pub(super) fn genuine(table: &DeepfakeTable, first: Odds, recent: Odds) -> f32 {
    let odds = |scale: &AnswerScale, forged: f32| scale.offset - scale.slope * forged;
    let answers = [
        odds(&table.swapped, first[0]),
        odds(&table.generated, first[1]),
        odds(&table.recent_swapped, recent[0]),
        odds(&table.recent_generated, recent[1]),
    ];
    let worst = answers.into_iter().fold(f32::INFINITY, f32::min);
    1.0 / (1.0 + (-worst).exp())
}

#[cfg(test)]
mod tests {
    use faceward_models::calibration::deepfake::deepfake as table;

    use super::*;

    #[test]
    fn any_kind_of_forgery_lowers_the_score_and_nothing_makes_up_for_it() {
        const NO: f32 = -90.0;
        let at =
            |[first, second, third, fourth]: [f32; 4]| genuine(table(), [first, second], [third, fourth]);
        assert!(at([NO; 4]) > 0.9);
        for place in 0..4 {
            let with = |forged: f32| std::array::from_fn(|answer| if answer == place { forged } else { NO });
            assert!(at(with(90.0)) < 0.5 && at(with(1.0)) < at(with(0.0)), "answer {place}");
        }
        assert_eq!(at([3.0, 2.0 * NO, NO, NO]), at([3.0, NO, NO, NO]), "the better answers do not count");
    }
}
