//! Presentation attack detection (ISO/IEC 30107-3): do prints, screens and masks pass, and are people turned away?
//!
//! A photo passes when its liveness score is at or above the threshold. Reported for each kind of attack on its own: an
//! average over kinds would let a system shine on the easy ones.

use std::collections::BTreeMap;

use faceward_engine::Engine;
use faceward_models::calibration::thresholds::Rule;
use serde::{Deserialize, Serialize};

use super::SEED;
use super::acquired::{Acquired, acquire, demand, value};
use crate::OnDone;
use crate::error::EvalError;
use crate::index::Table;
use crate::metrics::{Groups, TwoClasses, share_from, threshold_accepting};
use crate::observe::{FaceRecord, ObserveOptions, observe_all};
use crate::photos::PhotoSource;
use crate::plot::Plot;
use crate::report::{FailedPhoto, MarkdownTable, Measured, Report, ends, number, percent};

/// The error that is held when the other one is asked for.
const HELD: f64 = 0.05;
/// Thresholds of the sweep.
const N_SWEPT: u32 = 100;
/// The name of attacks that the index does not name.
const UNNAMED: &str = "unnamed";

/// Labelled photos.
#[derive(Clone, Debug, PartialEq)]
pub struct PadIndex {
    /// Paths relative to the root.
    pub paths: Vec<String>,
    /// The kind of attack on each photo; `None` for a bona fide presentation.
    pub attacks: Vec<Option<String>>,
    /// Photos that are not independent of each other share a number.
    pub groups: Vec<u32>,
}

impl PadIndex {
    /// Reads `path,label[,attack][,group]`; `label` is live or spoof. Intervals are over the first of the columns
    /// `group` and `identity` that is there.
    ///
    /// # Errors
    /// A column is missing, a cell is empty or not understood, or there is no line at all.
    pub fn parse(csv: &[u8]) -> Result<Self, EvalError> {
        let table = Table::read(csv, &["path", "label"])?;
        let kind = table.column("attack");
        let attacks = table.rows.iter().map(|row| match row.cell(1)? {
            "live" => Ok(None),
            "spoof" => Ok(Some(kind.and_then(|kind| row.optional(kind)).unwrap_or(UNNAMED).to_owned())),
            other => Err(row.error(format!("`label` is `{other}`, not live or spoof"))),
        });
        let attacks = attacks.collect::<Result<_, EvalError>>()?;
        Ok(Self { paths: table.paths()?, attacks, groups: table.groups(&["group", "identity"]) })
    }
}

/// The result, as written to JSON. Rates are shares, 0 to 1; intervals hold 95 % of 1,000 draws of groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PadReport {
    /// Always `pad`.
    pub protocol: String,
    /// Photos named.
    pub n_photos: usize,
    /// Groups that the intervals are over.
    pub n_groups: usize,
    /// Failures to acquire: photos without a score. They are in no rate.
    pub failures: usize,
    /// Bona fide presentations without a score.
    pub failures_live: usize,
    /// Bona fide presentations judged.
    pub n_live: usize,
    /// Attacks judged, by kind.
    pub n_attacks: BTreeMap<String, usize>,
    /// The threshold of `bpcer` and `apcer`.
    pub threshold: f64,
    /// Area under the ROC curve of bona fide presentations against all attacks.
    pub auc: f64,
    /// Its interval.
    pub auc_ci: Option<[f64; 2]>,
    /// The same against each kind of attack.
    pub auc_by_attack: BTreeMap<String, f64>,
    /// Share of bona fide presentations turned away at `threshold`.
    pub bpcer: f64,
    /// Its interval.
    pub bpcer_ci: Option<[f64; 2]>,
    /// Share of attacks that pass at `threshold`, by kind.
    pub apcer: BTreeMap<String, f64>,
    /// Their intervals.
    pub apcer_ci: BTreeMap<String, Option<[f64; 2]>>,
    /// The greatest of them, which is the system's APCER.
    pub apcer_max: f64,
    /// BPCER at the lowest threshold that lets at most 5 % of every kind of attack pass.
    pub bpcer_at_apcer: f64,
    /// Its interval, the threshold chosen anew in each draw.
    pub bpcer_at_apcer_ci: Option<[f64; 2]>,
    /// That threshold.
    pub threshold_at_apcer: f64,
    /// Share of attacks that pass, by kind, at the highest threshold that turns at most 5 % of bona fide ones away.
    pub apcer_at_bpcer: BTreeMap<String, f64>,
    /// Their intervals, the threshold chosen anew in each draw.
    pub apcer_at_bpcer_ci: BTreeMap<String, Option<[f64; 2]>>,
    /// The greatest of them.
    pub apcer_at_bpcer_max: f64,
    /// That threshold.
    pub threshold_at_bpcer: f64,
    /// Photos whose score is less certain, by the engine's reason.
    pub reasons: BTreeMap<String, usize>,
    /// Both errors at thresholds from 0 to 1.
    pub sweep: Vec<SweepPoint>,
    /// Scores of bona fide presentations, lowest first: what other thresholds are computed from.
    pub live_scores: Vec<f64>,
    /// Scores of attacks by kind, lowest first.
    pub attack_scores: BTreeMap<String, Vec<f64>>,
    /// Which photos failed, and why.
    pub failed: Vec<FailedPhoto>,
}

/// Both errors at one threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepPoint {
    /// Scores at or above it pass.
    pub threshold: f64,
    /// Share of bona fide presentations turned away.
    pub bpcer: f64,
    /// Share of attacks that pass, by kind.
    pub apcer: BTreeMap<String, f64>,
}

/// The least score that passes by `rule`.
///
/// # Errors
/// The rule is not "at least": liveness has no other meaning.
pub fn least_score(rule: Rule) -> Result<f64, EvalError> {
    match rule {
        Rule::AtLeast(least) => Ok(least),
        Rule::AtMost(_) | Rule::Within(..) => {
            Err(EvalError::Unusable("the threshold of the configuration is not a least score".to_owned()))
        }
    }
}

/// Scores the photos of `index` and reports at `threshold`.
///
/// # Errors
/// A photo is missing, there is no model for liveness, or one of the two classes has no score.
pub fn measure(
    engine: &Engine,
    photos: &PhotoSource,
    (index, threshold): (&PadIndex, f64),
    options: &ObserveOptions,
    on_done: OnDone<'_>,
) -> Result<Measured<PadReport>, EvalError> {
    let has_liveness = |face: &FaceRecord| demand(&face.liveness, "liveness");
    let observed = observe_all(engine, photos, &index.paths, options, (&has_liveness, on_done))?;
    let acquired = acquire(&index.paths, &observed, |face| {
        Ok((f64::from(value(&face.liveness)?), face.liveness_reasons.clone()))
    });
    report(index, threshold, &acquired)
}

/// One photo with a score.
struct Scored<'a> {
    score: f64,
    attack: Option<&'a str>,
}

/// Figures of some photos.
struct Figures {
    classes: TwoClasses,
    live: Vec<f64>,
    attacks: BTreeMap<String, Vec<f64>>,
}

impl Figures {
    /// `None` without bona fide presentations or without attacks.
    fn of<'a>(samples: impl Iterator<Item = &'a Scored<'a>>) -> Option<Self> {
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

    fn against(&self, kind: &str) -> Option<TwoClasses> {
        let negative = self.attacks.get(kind)?.iter().map(|score| (false, *score));
        TwoClasses::new(self.live.iter().map(|score| (true, *score)).chain(negative)).ok()
    }

    fn bpcer(&self, threshold: f64) -> f64 {
        self.classes.errors(threshold).false_negative
    }

    /// Share of attacks of each kind that pass.
    fn apcer(&self, threshold: f64) -> BTreeMap<String, f64> {
        let passing = |scores: &Vec<f64>| share_from(scores, threshold);
        self.attacks.iter().map(|(kind, scores)| (kind.clone(), passing(scores))).collect()
    }

    /// The lowest threshold that lets at most 5 % of every kind pass.
    fn threshold_at_apcer(&self) -> f64 {
        let thresholds = self.attacks.values().map(|scores| threshold_accepting(scores, HELD));
        thresholds.fold(f64::NEG_INFINITY, f64::max)
    }

    fn threshold_at_bpcer(&self) -> f64 {
        self.classes.threshold_for_false_negatives(HELD)
    }
}

fn greatest(rates: &BTreeMap<String, f64>) -> f64 {
    rates.values().copied().fold(0.0, f64::max)
}

fn report(
    index: &PadIndex,
    threshold: f64,
    acquired: &Acquired<(f64, Vec<String>)>,
) -> Result<Measured<PadReport>, EvalError> {
    let labelled = acquired.values.iter().zip(&index.attacks).zip(&index.groups);
    let judged: Vec<(Scored<'_>, u32)> = labelled
        .filter_map(|((value, attack), group)| {
            let (score, _) = value.as_ref()?;
            Some((Scored { score: *score, attack: attack.as_deref() }, *group))
        })
        .collect();
    let figures = Figures::of(judged.iter().map(|(sample, _)| sample)).ok_or_else(|| {
        EvalError::Unusable(
            "live photos and spoofs with a face are needed, and one of them is missing".to_owned(),
        )
    })?;
    let groups = Groups::new(&judged.iter().map(|(_, group)| *group).collect::<Vec<_>>());
    let kinds: Vec<&String> = figures.attacks.keys().collect();
    let intervals = Intervals::of(&groups, &judged, &kinds, threshold);
    let failed_live = acquired
        .values
        .iter()
        .zip(&index.attacks)
        .filter(|(value, attack)| value.is_none() && attack.is_none());
    let (at_apcer, at_bpcer) = (figures.threshold_at_apcer(), figures.threshold_at_bpcer());
    let (apcer, apcer_at_bpcer) = (figures.apcer(threshold), figures.apcer(at_bpcer));
    let report = PadReport {
        protocol: "pad".to_owned(),
        n_photos: index.paths.len(),
        n_groups: groups.len(),
        failures: acquired.failures.len(),
        failures_live: failed_live.count(),
        n_live: figures.live.len(),
        n_attacks: figures.attacks.iter().map(|(kind, scores)| (kind.clone(), scores.len())).collect(),
        threshold,
        auc: figures.classes.auc(),
        auc_ci: intervals.auc,
        auc_by_attack: kinds
            .iter()
            .filter_map(|kind| Some(((*kind).clone(), figures.against(kind)?.auc())))
            .collect(),
        bpcer: figures.bpcer(threshold),
        bpcer_ci: intervals.bpcer,
        apcer_ci: intervals.apcer,
        apcer_max: greatest(&apcer),
        apcer,
        bpcer_at_apcer: figures.bpcer(at_apcer),
        bpcer_at_apcer_ci: intervals.bpcer_at_apcer,
        threshold_at_apcer: at_apcer,
        apcer_at_bpcer_max: greatest(&apcer_at_bpcer),
        apcer_at_bpcer,
        apcer_at_bpcer_ci: intervals.apcer_at_bpcer,
        threshold_at_bpcer: at_bpcer,
        reasons: reasons(acquired),
        sweep: sweep(&figures),
        failed: acquired.failures.iter().map(FailedPhoto::from).collect(),
        live_scores: figures.live.clone(),
        attack_scores: figures.attacks.clone(),
    };
    let plots = plots(&figures);
    Ok(Measured { report, plots })
}

/// Intervals of everything that has one.
struct Intervals {
    auc: Option<[f64; 2]>,
    bpcer: Option<[f64; 2]>,
    bpcer_at_apcer: Option<[f64; 2]>,
    apcer: BTreeMap<String, Option<[f64; 2]>>,
    apcer_at_bpcer: BTreeMap<String, Option<[f64; 2]>>,
}

impl Intervals {
    fn of(groups: &Groups, judged: &[(Scored<'_>, u32)], kinds: &[&String], threshold: f64) -> Self {
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

fn reasons(acquired: &Acquired<(f64, Vec<String>)>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for reason in acquired.values.iter().flatten().flat_map(|(_, reasons)| reasons) {
        *counts.entry(reason.clone()).or_insert(0) += 1;
    }
    counts
}

fn sweep(figures: &Figures) -> Vec<SweepPoint> {
    let point = |step: u32| {
        let threshold = f64::from(step) / f64::from(N_SWEPT);
        SweepPoint { threshold, bpcer: figures.bpcer(threshold), apcer: figures.apcer(threshold) }
    };
    (0..=N_SWEPT).map(point).collect()
}

fn plots(figures: &Figures) -> Vec<Plot> {
    let kinds = figures.attacks.keys();
    let curves = kinds.filter_map(|kind| Some((kind.clone(), figures.against(kind)?.curve()))).collect();
    let classes = std::iter::once(("bona fide".to_owned(), figures.live.clone()));
    let classes: Vec<(String, Vec<f64>)> =
        classes.chain(figures.attacks.iter().map(|(kind, scores)| (kind.clone(), scores.clone()))).collect();
    vec![
        Plot::trade_off("Liveness: the trade-off between both errors", ["APCER", "BPCER"], curves),
        Plot::histogram("Liveness scores", "score", [0.0, 1.0], &classes),
    ]
}

impl Report for PadReport {
    fn markdown(&self) -> String {
        let Self { n_photos, failures, failures_live, n_live, n_groups, threshold, .. } = self;
        let n_attacks: usize = self.n_attacks.values().sum();
        let mut text = format!(
            "{n_photos} photos, {failures} failures to acquire ({failures_live} of them bona fide): {n_live} bona fide \
             presentations and {n_attacks} attacks in {n_groups} groups.\n\
             AUC {}. At the threshold {threshold}: BPCER {}, APCER at most {}. BPCER at APCER 5 %: {} (threshold \
             {:.4}).\n",
            number(Some(self.auc), self.auc_ci, 3),
            percent(Some(self.bpcer), self.bpcer_ci),
            percent(Some(self.apcer_max), None),
            percent(Some(self.bpcer_at_apcer), self.bpcer_at_apcer_ci),
            self.threshold_at_apcer,
        );
        let at = format!("APCER at {threshold}");
        let mut table = MarkdownTable::new(&["attack", "photos", "AUC", &at, "APCER at BPCER 5 %"]);
        for (kind, n) in &self.n_attacks {
            let ends =
                |intervals: &BTreeMap<String, Option<[f64; 2]>>| intervals.get(kind).copied().flatten();
            table.row([
                kind.clone(),
                n.to_string(),
                number(self.auc_by_attack.get(kind).copied(), None, 3),
                percent(self.apcer.get(kind).copied(), ends(&self.apcer_ci)),
                percent(self.apcer_at_bpcer.get(kind).copied(), ends(&self.apcer_at_bpcer_ci)),
            ]);
        }
        text += &table.finish();
        for (reason, n) in &self.reasons {
            text += &format!("\n{n} scores carry the reason `{reason}`.\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> PadIndex {
        let csv = b"path,label,attack,group\na,live,,p1\nb,live,,p2\nc,spoof,print,p1\nd,spoof,print,p2\n\
            e,spoof,replay,p1\nf,spoof,,p2\ng,live,,p3\n";
        PadIndex::parse(csv).expect("a fine index")
    }

    /// Scores of a to g.
    fn measured(scores: [Option<f64>; 7]) -> Result<PadReport, EvalError> {
        let values = scores.map(|score| Some((score?, vec!["little_context".to_owned()]))).to_vec();
        let failures = (0..values.iter().filter(|value| value.is_none()).count())
            .map(|nth| crate::observe::Failure { path: nth.to_string(), reason: "no face".to_owned() })
            .collect();
        report(&index(), 0.5, &Acquired { values, failures }).map(|measured| measured.report)
    }

    #[test]
    fn an_index_names_attacks_and_groups() {
        let index = index();
        assert_eq!(index.attacks[2].as_deref(), Some("print"));
        assert_eq!((index.attacks[5].as_deref(), index.attacks[0].as_deref()), (Some("unnamed"), None));
        assert_eq!(index.groups, [0, 1, 0, 1, 0, 1, 2]);
        let error = PadIndex::parse(b"path,label\na,real\n").expect_err("no such label");
        assert!(error.to_string().contains("not live or spoof"), "{error}");
    }

    #[test]
    fn every_attack_has_its_own_rate_and_the_worst_one_counts() {
        // live .9 .4 .8, print .6 .1, replay .95, unnamed .2
        let scores = [0.9, 0.4, 0.6, 0.1, 0.95, 0.2, 0.8].map(Some);
        let report = measured(scores).expect("both classes");
        assert_eq!(report.apcer.values().copied().collect::<Vec<_>>(), [0.5, 1.0, 0.0]);
        assert_eq!(report.apcer_max, 1.0);
        assert!((report.bpcer - 1.0 / 3.0).abs() < 1e-12);
        // To keep the replay at .95 out, the threshold lies above it: everybody is turned away.
        assert_eq!((report.threshold_at_apcer, report.bpcer_at_apcer), (0.95_f64.next_up(), 1.0));
        // To keep everybody in, the threshold is .4.
        assert_eq!((report.threshold_at_bpcer, report.apcer_at_bpcer["print"]), (0.4, 0.5));
        // Of 3 x 4 pairs, .9 beats 3, .4 beats 2, .8 beats 3.
        assert!((report.auc - 8.0 / 12.0).abs() < 1e-12);
        assert_eq!(report.reasons["little_context"], 7);
        assert_eq!(report.sweep.len(), 101);
    }

    #[test]
    fn failures_are_counted_and_in_no_rate() {
        let report = measured([None, Some(0.9), Some(0.1), None, Some(0.2), Some(0.3), Some(0.8)]);
        let report = report.expect("both classes");
        assert_eq!((report.failures, report.failures_live, report.n_live), (2, 1, 2));
        assert_eq!((report.auc, report.bpcer, report.apcer_max), (1.0, 0.0, 0.0));
        assert_eq!(report.n_attacks["print"], 1);
    }

    #[test]
    fn one_class_is_refused() {
        let only_live = [Some(0.9), Some(0.8), None, None, None, None, Some(0.7)];
        assert!(matches!(measured(only_live), Err(EvalError::Unusable(_))));
    }
}
