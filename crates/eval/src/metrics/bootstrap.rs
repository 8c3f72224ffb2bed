//! Intervals by resampling persons: photos of one person are not independent of each other, persons are.
//!
//! Each replicate draws as many persons as there are, with replacement. A genuine pair then weighs as often as its
//! person was drawn, an impostor pair as often as both of its persons were; thresholds are chosen anew each time.

use super::random::SplitMix64;
use super::replicates::replicates;
use super::scores::{ComparisonScores, ImpostorDesign};

/// The middle 95 % of the replicates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// 2.5th percentile.
    pub low: f64,
    /// 97.5th percentile.
    pub high: f64,
}

impl Interval {
    /// Low and high end.
    #[must_use]
    pub const fn ends(self) -> [f64; 2] {
        [self.low, self.high]
    }
}

/// Intervals of everything that is reported with one. `None` where too few replicates gave a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Intervals {
    /// FNMR at each of the rates asked for, in their order.
    pub fnmr: Vec<Option<Interval>>,
    /// The threshold (cosine) at each of them.
    pub threshold: Vec<Option<Interval>>,
    /// FMR and FNMR at each of the thresholds asked for, in their order.
    pub rates: Vec<[Option<Interval>; 2]>,
    /// Equal error rate.
    pub eer: Option<Interval>,
}

/// Where intervals are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// False match rates.
    pub fmrs: &'a [f64],
    /// Thresholds (cosine).
    pub thresholds: &'a [f32],
}

/// What one replicate says.
struct Replicate {
    points: Vec<Option<Point>>,
    /// FMR and FNMR at each threshold.
    rates: Vec<[Option<f64>; 2]>,
    eer: Option<f64>,
}

struct Point {
    threshold: f32,
    fnmr: f64,
}

/// Intervals from `n_replicates` replicates, the same for the same `seed` on every machine.
///
/// # Panics
/// With a replicate that panics.
#[must_use]
pub fn bootstrap(scores: &ComparisonScores, asked: Asked<'_>, n_replicates: usize, seed: u64) -> Intervals {
    let replicates =
        replicates(n_replicates, |number| replicate(scores, asked, seed ^ ((number as u64) << 20)));
    let column = |at: usize, value: fn(&Point) -> f64| {
        interval(
            replicates.iter().filter_map(|one| one.points[at].as_ref().map(value)).collect(),
            n_replicates,
        )
    };
    let rate = |at: usize, kind: usize| {
        interval(replicates.iter().filter_map(|one| one.rates[at][kind]).collect(), n_replicates)
    };
    Intervals {
        fnmr: (0..asked.fmrs.len()).map(|at| column(at, |point| point.fnmr)).collect(),
        threshold: (0..asked.fmrs.len()).map(|at| column(at, |point| f64::from(point.threshold))).collect(),
        rates: (0..asked.thresholds.len()).map(|at| [rate(at, 0), rate(at, 1)]).collect(),
        eer: interval(replicates.iter().filter_map(|one| one.eer).collect(), n_replicates),
    }
}

/// The middle 95 % of `values`. `None` when more than one replicate in ten had no value: what is left would be a chosen sample.
pub(super) fn interval(mut values: Vec<f64>, n_replicates: usize) -> Option<Interval> {
    if values.is_empty() || values.len() * 10 < n_replicates * 9 {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    Some(Interval { low: at(0.025), high: at(0.975) })
}

fn replicate(scores: &ComparisonScores, asked: Asked<'_>, seed: u64) -> Replicate {
    let drawn = draw(scores.design.n_persons(), seed);
    let genuine = running_weights(scores.genuine.iter().map(|pair| u64::from(drawn[pair.person as usize])));
    let impostor = running_weights(scores.strongest.iter().map(|pair| {
        let [a, b] = pair.persons;
        u64::from(drawn[a as usize]) * u64::from(drawn[b as usize])
    }));
    let listed = impostor.last().copied().unwrap_or(0);
    let weighed =
        Weighed { scores, genuine, impostor, n_impostor: impostor_weight(&scores.design, &drawn, listed) };
    Replicate {
        points: asked.fmrs.iter().map(|fmr| weighed.point(*fmr)).collect(),
        rates: asked.thresholds.iter().map(|at| [weighed.fmr(*at), weighed.fnmr(*at)]).collect(),
        eer: weighed.equal_error_rate(),
    }
}

/// How often each person was drawn.
fn draw(n_persons: usize, seed: u64) -> Vec<u32> {
    let mut random = SplitMix64::new(seed);
    let mut drawn = vec![0; n_persons];
    for _ in 0..n_persons {
        drawn[random.below(n_persons as u32) as usize] += 1;
    }
    drawn
}

fn running_weights(weights: impl Iterator<Item = u64>) -> Vec<u64> {
    weights
        .scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}

/// Weight of all impostor pairs, also of those that were not kept: half of (sum w n)^2 - sum (w n)^2.
fn impostor_weight(design: &ImpostorDesign, drawn: &[u32], listed: u64) -> u64 {
    match design {
        ImpostorDesign::Listed { n_persons: _ } => listed,
        ImpostorDesign::EveryPair { n_photos } => {
            let photos = || drawn.iter().zip(n_photos).map(|(w, n)| u64::from(*w) * u64::from(*n));
            let (sum, squares) = (photos().sum::<u64>(), photos().map(|n| n * n).sum::<u64>());
            (sum * sum - squares) / 2
        }
    }
}

/// The scores under the weights of one replicate.
struct Weighed<'a> {
    scores: &'a ComparisonScores,
    /// Running weight of the genuine pairs, lowest score first.
    genuine: Vec<u64>,
    /// Running weight of the strongest impostor pairs, highest score first.
    impostor: Vec<u64>,
    n_impostor: u64,
}

impl Weighed<'_> {
    fn point(&self, fmr: f64) -> Option<Point> {
        let allowed = (fmr * self.n_impostor as f64).floor() as u64;
        let first_too_many = self.impostor.partition_point(|weight| *weight <= allowed);
        let threshold = match self.scores.strongest.get(first_too_many) {
            Some(pair) => pair.score.next_up(),
            // Heavy draws, or a high rate, use up a list that was cut: no value. A whole list ends with its weakest.
            None if self.is_whole() => self.scores.strongest.last()?.score,
            None => return None,
        };
        Some(Point { threshold, fnmr: self.fnmr(threshold)? })
    }

    fn is_whole(&self) -> bool {
        self.scores.strongest.len() as u64 == self.scores.n_impostor
    }

    /// `None` where the list of the strongest impostors ends above `threshold`.
    fn fmr(&self, threshold: f32) -> Option<f64> {
        let reaching = self.scores.strongest.partition_point(|pair| pair.score >= threshold);
        let is_known = reaching < self.scores.strongest.len() || self.is_whole();
        let weight = reaching.checked_sub(1).map_or(0, |last| self.impostor[last]);
        (is_known && self.n_impostor > 0).then(|| weight as f64 / self.n_impostor as f64)
    }

    fn fnmr(&self, threshold: f32) -> Option<f64> {
        let total = self.genuine.last().copied().filter(|total| *total > 0)?;
        let below = self.scores.genuine.partition_point(|pair| pair.score < threshold);
        Some(below.checked_sub(1).map_or(0, |last| self.genuine[last]) as f64 / total as f64)
    }

    /// Both rates are monotone in the threshold, so the crossing is found by halving; `None` if it lies beyond the
    /// kept impostors.
    fn equal_error_rate(&self) -> Option<f64> {
        let rates = |kept: usize| {
            let fnmr = self.fnmr(self.scores.strongest[kept].score)?;
            Some((self.impostor[kept] as f64 / self.n_impostor as f64, fnmr))
        };
        let crossed = |kept: usize| rates(kept).is_some_and(|(fmr, fnmr)| fmr >= fnmr);
        let (mut low, mut high) = (0, self.scores.strongest.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if crossed(middle) { high = middle } else { low = middle + 1 }
        }
        if low == self.scores.strongest.len() {
            return None;
        }
        rates(low).map(|(fmr, fnmr)| f64::midpoint(fmr, fnmr))
    }
}

#[cfg(test)]
mod tests {
    use super::super::scores::{Genuine, Impostor};
    use super::*;

    /// Two photos of each of `n` persons; each person's genuine score, the same impostor score for all.
    fn scores(genuine: &[f32]) -> ComparisonScores {
        let n = genuine.len() as u32;
        let genuine = genuine
            .iter()
            .zip(0..)
            .map(|(&score, person)| Genuine { score, person, photos: [2 * person, 2 * person + 1] })
            .collect();
        let impostor = (0..n)
            .flat_map(|a| {
                (a + 1..n).map(move |b| Impostor { score: 0.1, persons: [a, b], photos: [2 * a, 2 * b] })
            })
            .collect();
        ComparisonScores::from_lists(genuine, impostor, n)
    }

    const AT_ONE_IN_A_HUNDRED: Asked<'_> = Asked { fmrs: &[1e-2], thresholds: &[] };

    #[test]
    fn rates_at_a_threshold_hold_those_of_all_persons() {
        let mut genuine = vec![0.9; 90];
        genuine.extend([0.05; 10]);
        let asked = Asked { fmrs: &[], thresholds: &[0.1, 0.5, 0.95] };
        let found = bootstrap(&scores(&genuine), asked, 1000, 7).rates;
        // Every impostor pair has .1: all are let in there, none at .5. A tenth of the genuine ones have .05, none .95.
        let ends = |rate: Option<Interval>| rate.expect("an interval").ends();
        assert_eq!((ends(found[0][0]), ends(found[1][0])), ([1.0, 1.0], [0.0, 0.0]));
        let [low, high] = ends(found[1][1]);
        assert!((0.03..0.06).contains(&low) && (0.14..0.18).contains(&high), "{low} to {high}");
        assert_eq!(ends(found[2][1]), [1.0, 1.0]);
    }

    #[test]
    fn without_errors_the_interval_is_zero() {
        let intervals = bootstrap(&scores(&[0.9; 20]), AT_ONE_IN_A_HUNDRED, 200, 7);
        assert_eq!(intervals.fnmr, [Some(Interval { low: 0.0, high: 0.0 })]);
    }

    #[test]
    fn the_interval_holds_the_rate_and_has_the_binomial_width() {
        let mut genuine = vec![0.9; 90];
        genuine.extend([0.05; 10]);
        let Some(fnmr) = bootstrap(&scores(&genuine), AT_ONE_IN_A_HUNDRED, 1000, 7).fnmr[0] else {
            panic!("an interval")
        };
        // 100 draws with p = .1 have a standard deviation of .03: the middle 95 % are some .04 to .16.
        assert!((0.03..0.06).contains(&fnmr.low) && (0.14..0.18).contains(&fnmr.high), "{fnmr:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let scores = scores(&[0.9, 0.05, 0.8, 0.02, 0.7]);
        let found = || bootstrap(&scores, AT_ONE_IN_A_HUNDRED, 50, 3);
        assert_eq!(found(), found());
    }

    #[test]
    fn all_impostor_pairs_weigh_what_the_formula_says() {
        let design = ImpostorDesign::EveryPair { n_photos: vec![1, 2, 3] };
        // Each person drawn once: 1x2 + 1x3 + 2x3. The last one twice and the first not at all: 2 x 6.
        assert_eq!(impostor_weight(&design, &[1, 1, 1], 0), 11);
        assert_eq!(impostor_weight(&design, &[0, 1, 2], 0), 12);
    }
}
