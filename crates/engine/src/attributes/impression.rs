//! What a network takes a person for, and how the words of several become one answer.
//!
//! Two networks give an impression of the same face: one sees its pixels, the other its embedding. They err in different
//! ways; the weights in `models/calibration/face_attributes.toml` were fitted on photos that neither was trained on.

use faceward_models::calibration::face_attributes::{AgeTable, Blend, RaceTable};

use super::sigmoid;
use crate::findings::Race;

/// The groups in the order of the networks' outputs.
const RACES: [Race; 5] = [Race::White, Race::Black, Race::Asian, Race::Indian, Race::Other];
/// Log-odds beyond which a witness is not believed any more: one shall not outvote the others without limit.
const MOST_LOG_ODDS: f32 = 8.0;

/// What one network says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Impression {
    /// Years.
    pub(super) age: f32,
    /// Log-odds of male.
    pub(super) male: f32,
    /// One logit a group, in the order of [`RACES`].
    pub(super) groups: [f32; 5],
    /// Log-odds of a neutral expression.
    pub(super) neutral: f32,
}

/// The impression from the pixels of a face, and the one from its embedding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Impressions {
    pub(crate) face: Impression,
    pub(crate) embedding: Impression,
}

impl Impressions {
    /// Years, at least 0: the weighted mean, and what it stands for on average.
    pub(super) fn age(&self, table: &AgeTable) -> f32 {
        let said = (1.0 - table.embedding) * self.face.age + table.embedding * self.embedding.age;
        along(&table.knots, said).max(0.0)
    }

    /// The group with the largest sum of logits.
    pub(super) fn race(&self, table: &RaceTable) -> Race {
        let sums = self.face.groups.iter().zip(&self.embedding.groups);
        let sums = sums.map(|(face, embedding)| face + table.embedding * embedding);
        sums.zip(RACES).max_by(|(a, _), (b, _)| a.total_cmp(b)).map_or(Race::Other, |(_, race)| race)
    }

    /// Probability of male; `other` is that of a third witness.
    pub(super) fn male(&self, other: f32, blend: &Blend) -> f32 {
        blended([self.face.male, self.embedding.male, logit(other)], blend)
    }

    /// Probability of a neutral expression; `other` is that of a third witness.
    pub(super) fn neutral(&self, other: f32, blend: &Blend) -> f32 {
        blended([self.face.neutral, self.embedding.neutral, logit(other)], blend)
    }
}

/// Straight between knots that rise, by the slope 1 beyond them; unchanged without any.
fn along(knots: &[[f32; 2]], said: f32) -> f32 {
    let after = knots.partition_point(|[from, _]| *from <= said);
    match (after.checked_sub(1).and_then(|before| knots.get(before)), knots.get(after)) {
        (Some([x, y]), Some([next_x, next_y])) => y + (said - x) / (next_x - x) * (next_y - y),
        (Some([x, y]), None) | (None, Some([x, y])) => said - x + y,
        (None, None) => said,
    }
}

/// The probability on which three witnesses agree, from the log-odds of face, embedding and the other.
fn blended(odds: [f32; 3], blend: &Blend) -> f32 {
    let [face, embedding, other] = odds.map(|odds| odds.clamp(-MOST_LOG_ODDS, MOST_LOG_ODDS));
    sigmoid(blend.face * face + blend.embedding * embedding + blend.other * other + blend.offset)
}

/// From a probability to log-odds.
fn logit(probability: f32) -> f32 {
    (probability / (1.0 - probability)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn impression(age: f32, odds: f32, groups: [f32; 5]) -> Impression {
        Impression { age, male: odds, groups, neutral: odds }
    }

    fn impressions() -> Impressions {
        Impressions {
            face: impression(40.0, 2.0, [1.0, 0.0, 0.9, 0.0, 0.0]),
            embedding: impression(20.0, -9.0, [0.0, 0.0, 0.3, 0.0, 0.0]),
        }
    }

    #[test]
    fn age_lies_between_the_two_and_is_never_negative() {
        let plain = |embedding| AgeTable { embedding, knots: Vec::new() };
        assert_eq!(impressions().age(&plain(0.25)), 35.0);
        let mut young = impressions();
        young.embedding.age = -3.0;
        assert_eq!(young.age(&plain(1.0)), 0.0);
    }

    #[test]
    fn what_is_said_of_the_old_stands_for_more() {
        let knots = [[20.0, 20.0], [40.0, 44.0], [60.0, 70.0]];
        for (said, years) in
            [(10.0, 10.0), (20.0, 20.0), (30.0, 32.0), (50.0, 57.0), (60.0, 70.0), (65.0, 75.0)]
        {
            assert!((along(&knots, said) - years).abs() < 1e-4, "{said}: {}", along(&knots, said));
        }
        assert_eq!(along(&[], 33.0), 33.0);
    }

    #[test]
    fn groups_are_weighed() {
        let race = |embedding| impressions().race(&RaceTable { embedding });
        assert_eq!(race(0.0), Race::White);
        assert_eq!(race(1.0), Race::Asian);
    }

    #[test]
    fn three_witnesses_add_up_and_none_without_limit() {
        let blend = Blend { face: 0.5, embedding: 0.25, other: 2.0, offset: 1.0 };
        // 0.5 x 2 - 0.25 x 8 + 2 x 0 + 1.
        assert_eq!(impressions().male(0.5, &blend), 0.5);
        assert_eq!(impressions().neutral(0.5, &blend), 0.5);
        let sure =
            |other| impressions().male(other, &Blend { face: 0.0, embedding: 0.0, other: 1.0, offset: 0.0 });
        assert_eq!(sure(1.0), sigmoid(MOST_LOG_ODDS));
        assert_eq!(sure(0.0), sigmoid(-MOST_LOG_ODDS));
    }
}
