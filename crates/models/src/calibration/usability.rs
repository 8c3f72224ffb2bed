//! Which faces may be compared, and how much more alike poor ones must be, from `models/calibration/usability.toml`.
//!
//! Two photos too poor to tell anybody apart resemble each other: what they share is the blur, the bar, the darkness. Data
//! and arithmetic only: who is turned away, and with which error, is the service's matter.

use std::sync::LazyLock;

use faceward_core::Cosine;
use serde::Deserialize;

use super::table;

static TABLE: LazyLock<UsabilityTable> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/usability.toml");
    table("usability", text).expect("a test reads the embedded table")
});

/// The table of this binary.
#[must_use]
pub fn usability() -> &'static UsabilityTable {
    &TABLE
}

/// The floor, and the price of poor faces above it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsabilityTable {
    /// Names of the sets of photos that it was fitted on.
    pub data: String,
    /// Number of photos, the degraded ones included.
    pub photos: u32,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// Utility, 0 to 1, below which a face is neither compared nor enrolled.
    pub least_utility: f32,
    /// Utility from which on a face costs nothing.
    pub good_utility: f32,
    /// Price for each unit that the utility lies below `good_utility`.
    pub utility_price: f32,
    /// Price of two faces that are both covered.
    pub occlusion_price: f32,
    /// What a face may share with a cohort of ruined faces ([`super::cohorts`]) before it costs anything.
    pub free_share: f32,
    /// Price for each unit that both share beyond it.
    pub share_price: f32,
    /// What came of it, a row a kind of degradation; none of them was fitted on.
    #[serde(default)]
    pub measured: Vec<KindMeasured>,
}

/// Pairs of photos that were degraded in one way, the fit made without this kind and its relatives.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindMeasured {
    /// The kind, as `training/usability/kinds.py` calls it.
    pub kind: String,
    /// Photos with a face.
    pub photos: u32,
    /// Those above the floor.
    pub usable: u32,
    /// Pairs of different persons among them, both degraded.
    pub impostor_pairs: u32,
    /// Those of them that are the same at similarity 0.75.
    pub false_matches: u32,
    /// The same with prices and cohorts that the kind was among; no person of a pair is in the cohorts.
    pub false_matches_seen: u32,
    /// Those that were before there was a floor and a price, of all photos with a face.
    pub false_matches_before: u32,
    /// The pairs before.
    pub impostor_pairs_before: u32,
}

/// What a face says about its own worth for a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// Utility for recognition, 0 to 1, higher is better.
    pub utility: f32,
    /// Probability that something covers a part of the face, 0 to 1.
    pub occlusion: f32,
    /// What its embedding shares with those of strangers whose photos were ruined in one way, -1 to 1:
    /// [`super::cohorts::Cohorts::shared_with`].
    pub shared: f32,
}

impl Condition {
    /// Nothing is known to be wrong with it.
    pub const UNHINDERED: Self = Self { utility: 1.0, occlusion: 0.0, shared: 0.0 };

    /// Of a pair: the worse utility, how far both are covered, and what both share with the ruined.
    #[must_use]
    pub const fn of_pair(self, other: Self) -> Self {
        Self {
            utility: self.utility.min(other.utility),
            occlusion: self.occlusion.min(other.occlusion),
            shared: self.shared.min(other.shared),
        }
    }
}

impl UsabilityTable {
    /// Whether a face may be compared and enrolled. One whose utility is no number may not.
    #[must_use]
    pub fn is_usable(&self, condition: Condition) -> bool {
        condition.utility >= self.least_utility
    }

    /// `cosine`, lowered for a pair in `condition` so that the similarity map keeps its promise. 1 stays 1, and the order of
    /// cosines stays.
    #[must_use]
    pub fn corrected(&self, cosine: Cosine, condition: Condition) -> Cosine {
        let lack = (self.good_utility - condition.utility).clamp(0.0, 1.0);
        let shared = (condition.shared - self.free_share).clamp(0.0, 1.0);
        let price = self.utility_price * lack
            + self.occlusion_price * condition.occlusion.clamp(0.0, 1.0)
            + self.share_price * shared;
        Cosine((cosine.0 - price * (1.0 - cosine.0)).max(-1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Condition = Condition { utility: 0.8, ..Condition::UNHINDERED };

    #[test]
    fn the_embedded_table_can_be_read() {
        let table = usability();
        assert!(0.0 < table.least_utility && table.least_utility < table.good_utility);
        assert!(table.utility_price > 0.0 && table.occlusion_price > 0.0 && table.share_price > 0.0);
        assert!(table.is_usable(GOOD) && !table.is_usable(Condition { utility: 0.1, ..GOOD }));
        assert!(!table.is_usable(Condition { utility: f32::NAN, ..GOOD }));
    }

    #[test]
    fn a_good_pair_costs_nothing() {
        for cosine in [-1.0, 0.0, 0.384, 1.0] {
            assert_eq!(usability().corrected(Cosine(cosine), GOOD), Cosine(cosine));
        }
    }

    #[test]
    fn a_poor_pair_must_be_more_alike_and_a_photo_is_still_itself() {
        let poor = Condition { utility: usability().least_utility, occlusion: 1.0, shared: 0.0 };
        let corrected = |cosine| usability().corrected(Cosine(cosine), poor).0;
        assert!(corrected(0.4) < 0.4 - 0.05, "{}", corrected(0.4));
        assert_eq!(corrected(1.0).to_bits(), 1.0_f32.to_bits());
        assert!(corrected(0.41) > corrected(0.4) && corrected(-1.0) >= -1.0);
    }

    #[test]
    fn what_a_pair_shares_with_the_ruined_is_no_likeness() {
        let of = |shared| usability().corrected(Cosine(0.4), Condition { shared, ..GOOD }).0;
        let free = usability().free_share;
        assert_eq!(of(free).to_bits(), 0.4_f32.to_bits());
        assert!(of(free + 0.1) < of(free) && of(free + 0.2) < of(free + 0.1));
        assert_eq!(usability().corrected(Cosine(1.0), Condition { shared: 0.4, ..GOOD }), Cosine(1.0));
    }

    #[test]
    fn a_pair_is_judged_alike_from_both_sides() {
        let a = Condition { utility: 0.5, occlusion: 0.9, shared: 0.1 };
        let b = Condition { utility: 0.7, occlusion: 0.2, shared: 0.3 };
        assert_eq!(a.of_pair(b), b.of_pair(a));
        assert_eq!(a.of_pair(b), Condition { utility: 0.5, occlusion: 0.2, shared: 0.1 });
    }

    #[test]
    fn the_floor_and_the_price_leave_fewer_false_matches_of_every_kind() {
        for row in &usability().measured {
            assert!(row.false_matches <= row.false_matches_before, "{row:?}");
            assert!(row.usable <= row.photos && row.impostor_pairs <= row.impostor_pairs_before, "{row:?}");
        }
    }
}
