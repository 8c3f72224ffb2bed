//! Rates of some scored photos, each kind of attack on its own, and their intervals.

use std::collections::BTreeMap;

use super::super::SEED;
use crate::metrics::{Groups, TwoClasses, share_from, threshold_accepting};
use crate::report::ends;

/// The error that is held when the other one is asked for.
const HELD: f64 = 0.05;

/// One photo with a score.
pub(super) struct Scored<'a> {
    pub(super) score: f64,
    pub(super) attack: Option<&'a str>,
}

/// Figures of some photos.
pub(super) struct Figures {
    pub(super) classes: TwoClasses,
    pub(super) live: Vec<f64>,
    pub(super) attacks: BTreeMap<String, Vec<f64>>,
}

impl Figures {
    /// `None` without bona fide presentations or without attacks.
    pub(super) fn of<'a>(samples: impl Iterator<Item = &'a Scored<'a>>) -> Option<Self> {
        let (mut live, mut attacks) = (Vec::new(), BTreeMap::<String, Vec<f64>>::new());
        for sample in samples {
            match sample.attack {
                None => live.push(sample.score),
                Some(kind) => match attacks.get_mut(kind) {
                    Some(scores) => scores.push(sample.score),
                    None => drop(attacks.insert(kind.to_owned(), vec![sample.score])),
                },
            }
        }
        live.sort_unstable_by(f64::total_cmp);
        attacks.values_mut().for_each(|scores| scores.sort_unstable_by(f64::total_cmp));
        let negative = attacks.values().flatten().map(|score| (false, *score));
        let classes = TwoClasses::new(live.iter().map(|score| (true, *score)).chain(negative)).ok()?;
        Some(Self { classes, live, attacks })
    }

    pub(super) fn against(&self, kind: &str) -> Option<TwoClasses> {
        let negative = self.attacks.get(kind)?.iter().map(|score| (false, *score));
        TwoClasses::new(self.live.iter().map(|score| (true, *score)).chain(negative)).ok()
    }

    pub(super) fn bpcer(&self, threshold: f64) -> f64 {
        self.classes.errors(threshold).false_negative
    }

    /// Share of attacks of each kind that pass.
    pub(super) fn apcer(&self, threshold: f64) -> BTreeMap<String, f64> {
        let passing = |scores: &Vec<f64>| share_from(scores, threshold);
        self.attacks.iter().map(|(kind, scores)| (kind.clone(), passing(scores))).collect()
    }

    /// The lowest threshold that lets at most 5 % of every kind pass.
    pub(super) fn threshold_at_apcer(&self) -> f64 {
        let thresholds = self.attacks.values().map(|scores| threshold_accepting(scores, HELD));
        thresholds.fold(f64::NEG_INFINITY, f64::max)
    }

    pub(super) fn threshold_at_bpcer(&self) -> f64 {
        self.classes.threshold_for_false_negatives(HELD)
    }
}

pub(super) fn greatest(rates: &BTreeMap<String, f64>) -> f64 {
    rates.values().copied().fold(0.0, f64::max)
}

/// Intervals of everything that has one.
pub(super) struct Intervals {
    pub(super) auc: Option<[f64; 2]>,
    pub(super) bpcer: Option<[f64; 2]>,
    pub(super) bpcer_at_apcer: Option<[f64; 2]>,
    pub(super) apcer: BTreeMap<String, Option<[f64; 2]>>,
    pub(super) apcer_at_bpcer: BTreeMap<String, Option<[f64; 2]>>,
}

impl Intervals {
    pub(super) fn of(
        groups: &Groups,
        judged: &[(Scored<'_>, u32)],
        kinds: &[&String],
        threshold: f64,
    ) -> Self {
        let found = groups.intervals(SEED, |samples| {
            let Some(drawn) = Figures::of(samples.iter().map(|sample| &judged[*sample].0)) else {
                return vec![None; 3 + 2 * kinds.len()];
            };
            let (apcer, at_bpcer) = (drawn.apcer(threshold), drawn.apcer(drawn.threshold_at_bpcer()));
            let bpcer_at_apcer = drawn.bpcer(drawn.threshold_at_apcer());
            let mut figures = vec![
                Some(drawn.classes.auc()),
                Some(drawn.bpcer(threshold)),
                // A draw that lacks a kind of attack would hold fewer of them.
                (drawn.attacks.len() == kinds.len()).then_some(bpcer_at_apcer),
            ];
            figures.extend(kinds.iter().map(|kind| apcer.get(*kind).copied()));
            figures.extend(kinds.iter().map(|kind| at_bpcer.get(*kind).copied()));
            figures
        });
        let at = |place: usize| ends(found.get(place).copied().flatten());
        let by_kind = |first: usize| {
            kinds.iter().enumerate().map(|(nth, kind)| ((*kind).clone(), at(first + nth))).collect()
        };
        Self {
            auc: at(0),
            bpcer: at(1),
            bpcer_at_apcer: at(2),
            apcer: by_kind(3),
            apcer_at_bpcer: by_kind(3 + kinds.len()),
        }
    }
}
