//! One liveness score from the log-odds of three networks and the context that they saw.
//!
//! The form and the fit are described in `models/calibration/liveness.toml`. Log-odds are squashed, so that a network
//! that is absurdly sure does not decide alone. The networks lean towards "attack" when a face fills the photo: the
//! offset makes up for a part of that.

use faceward_models::calibration::liveness::{ContextKnot, LivenessTable};

/// The score, 0 to 1, for the log-odds of the step's networks, in the declared order.
pub(super) fn score(table: &LivenessTable, odds: [f32; 3], context: f32) -> f32 {
    let squash = |odds: f32| table.ceiling * (odds / table.ceiling).tanh();
    let evidence: f32 = table.weights.iter().zip(odds).map(|(weight, odds)| weight * squash(odds)).sum();
    let (slope, offset) = slope_and_offset(&table.knots, context);
    sigmoid(slope * evidence + offset)
}

/// From log-odds to a probability.
pub(super) fn sigmoid(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

/// Straight between knots, constant beyond the first and the last.
fn slope_and_offset(knots: &[ContextKnot], context: f32) -> (f32, f32) {
    let after = knots.partition_point(|knot| knot.context <= context);
    let (Some(low), Some(high)) = (knots.get(after.saturating_sub(1)), knots.get(after).or(knots.last()))
    else {
        return (0.0, 0.0);
    };
    let span = high.context - low.context;
    let share = if span > 0.0 { ((context - low.context) / span).clamp(0.0, 1.0) } else { 0.0 };
    (low.slope + share * (high.slope - low.slope), low.offset + share * (high.offset - low.offset))
}

#[cfg(test)]
mod tests {
    use faceward_models::calibration::liveness::liveness as table;

    use super::*;

    #[track_caller]
    fn check_line(context: f32, expected: (f32, f32)) {
        let knot = |context, slope, offset| ContextKnot { context, slope, offset };
        let knots = [knot(1.0, 0.2, -1.0), knot(2.0, 0.4, 3.0)];
        let actual = slope_and_offset(&knots, context);
        assert!(
            (actual.0 - expected.0).abs() < 1e-6 && (actual.1 - expected.1).abs() < 1e-6,
            "{context}: {actual:?}"
        );
    }

    #[test]
    fn slope_and_offset_are_straight_between_the_knots_and_flat_beyond() {
        check_line(0.3, (0.2, -1.0));
        check_line(1.0, (0.2, -1.0));
        check_line(1.5, (0.3, 1.0));
        check_line(2.0, (0.4, 3.0));
        check_line(2.7, (0.4, 3.0));
    }

    #[test]
    fn more_evidence_is_a_higher_score_and_every_network_counts() {
        let at = |odds| score(table(), odds, 2.7);
        for place in 0..3 {
            let with = |own| {
                let mut odds = [0.0; 3];
                odds[place] = own;
                at(odds)
            };
            assert!(with(-2.0) < with(0.0) && with(0.0) < with(3.0), "network {place}");
        }
        assert_eq!(at([1e9, 1.0, 1.0]), at([1e6, 1.0, 1.0]), "beyond the ceiling nothing is gained");
    }

    #[test]
    fn clear_cases_are_clear_whatever_the_context() {
        for context in [0.8, 1.0, 1.25, 1.5, 1.75, 2.0, 2.7] {
            let at = |odds| score(table(), odds, context);
            let (live, attack) = (at([5.0, 4.0, 2.5]), at([-7.0, -5.0, -2.5]));
            assert!(live >= 0.85 && attack < 0.5, "context {context}: {live}, {attack}");
        }
    }

    #[test]
    fn the_score_does_not_jump_with_the_context() {
        let at = |step: u16| score(table(), [-1.0, 0.5, 0.0], 0.9 + f32::from(step) * 0.01);
        assert!((0..200).all(|step| (at(step) - at(step + 1)).abs() < 0.02));
    }
}
