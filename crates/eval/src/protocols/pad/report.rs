//! What is handed back: the result, its table and its plots.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::PadIndex;
use super::figures::{Figures, Intervals, Scored, greatest};
use crate::error::EvalError;
use crate::metrics::Groups;
use crate::plot::Plot;
use crate::protocols::acquired::Acquired;
use crate::report::{FailedPhoto, MarkdownTable, Measured, Report, number, percent};

/// Thresholds of the sweep.
const N_SWEPT: u32 = 100;

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

/// Figures of the photos with a score, at `threshold` and swept.
///
/// # Errors
/// One of the two classes has no score.
pub(super) fn report(
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
