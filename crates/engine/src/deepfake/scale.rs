//! Log-odds of forgery to one score.
//!
//! The score is as low as the worst of the answers makes it. Each is mapped by a straight line on the logistic
//! scale, so that 0.9 is a stated operating point (`models/calibration/deepfake.toml`).

use faceward_models::calibration::deepfake::{AnswerScale, DeepfakeTable};

use crate::findings::Forgery;

/// Log-odds of "swapped" and of "generated".
pub(super) type Odds = [f32; 2];

/// How likely the face is genuine, 0 to 1, and what it would be if it were not: from what the first two networks say
/// together and what the third says.
pub(super) fn genuine(table: &DeepfakeTable, first: Odds, recent: Odds) -> (f32, Forgery) {
    let odds = |scale: &AnswerScale, forged: f32| scale.offset - scale.slope * forged;
    let answers = [
        (Forgery::Swap, odds(&table.swapped, first[0])),
        (Forgery::Generated, odds(&table.generated, first[1])),
        (Forgery::Swap, odds(&table.recent_swapped, recent[0])),
        (Forgery::Generated, odds(&table.recent_generated, recent[1])),
    ];
    let (suspected, worst) = answers
        .into_iter()
        .fold((Forgery::Swap, f32::INFINITY), |worst, next| if next.1 < worst.1 { next } else { worst });
    (1.0 / (1.0 + (-worst).exp()), suspected)
}

#[cfg(test)]
mod tests {
    use faceward_models::calibration::deepfake::deepfake as table;

    use super::*;

    #[test]
    fn any_kind_of_forgery_lowers_the_score_and_nothing_makes_up_for_it() {
        const NO: f32 = -90.0;
        let at =
            |[first, second, third, fourth]: [f32; 4]| genuine(table(), [first, second], [third, fourth]).0;
        assert!(at([NO; 4]) > 0.9);
        for place in 0..4 {
            let with = |forged: f32| std::array::from_fn(|answer| if answer == place { forged } else { NO });
            assert!(at(with(90.0)) < 0.5 && at(with(1.0)) < at(with(0.0)), "answer {place}");
        }
        assert_eq!(at([3.0, 2.0 * NO, NO, NO]), at([3.0, NO, NO, NO]), "the better answers do not count");
    }

    #[test]
    fn the_worst_answer_says_what_is_suspected() {
        const NO: f32 = -90.0;
        let suspected = |first, recent| genuine(table(), first, recent).1;
        assert_eq!(suspected([90.0, NO], [NO, NO]), Forgery::Swap);
        assert_eq!(suspected([NO, 90.0], [NO, NO]), Forgery::Generated);
        assert_eq!(suspected([NO, NO], [90.0, NO]), Forgery::Swap);
        assert_eq!(suspected([NO, NO], [NO, 90.0]), Forgery::Generated);
    }
}
