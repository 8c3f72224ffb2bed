//! Verification: are two photos of one person told from two photos of different persons?
//!
//! Over every pair of an index of persons, or over a list of pairs. Reports the false non-match rate at fixed false
//! match rates with thresholds on both scales, the equal error rate, and cross-validated accuracy.

use std::collections::BTreeMap;

use faceward_core::Cosine;
use faceward_engine::Engine;
use faceward_models::calibration::similarity::SimilarityCalibration;
use serde::{Deserialize, Serialize};

use super::SEED;
use super::acquired::{Embedded, embedded, has_embedding};
use crate::OnDone;
use crate::error::EvalError;
use crate::index::{IdentityIndex, PairList};
use crate::metrics::{
    Asked, CurvePoint, Histogram, Interval, Intervals, N_REPLICATES, OperatingPoint, Weighting, bootstrap,
    det_curve, equal_error_rate, fold_accuracy, operating_point,
};
use crate::observe::{ObserveOptions, observe_all};
use crate::pairing::{Scored, score_every_pair, score_listed_pairs};
use crate::photos::PhotoSource;
use crate::plot::{Chart, Curve, Drawing, Plot};
use crate::report::{FailedPhoto, MarkdownTable, Measured, Report, percent, percent_between};
use crate::similarity::ANCHORS;

/// Pairs at either end that are named.
const N_NAMED_PAIRS: usize = 50;
/// Thresholds on the curve of the report.
const N_CURVE_POINTS: usize = 200;

/// What is compared.
#[derive(Clone, Debug)]
pub enum Comparisons {
    /// Every photo with every other.
    EveryPair(IdentityIndex),
    /// The pairs of a list.
    Listed(PairList),
}

impl Comparisons {
    /// The photos, each once.
    #[must_use]
    pub fn paths(&self) -> &[String] {
        match self {
            Self::EveryPair(index) => &index.paths,
            Self::Listed(list) => &list.paths,
        }
    }

    fn n_persons(&self) -> u32 {
        match self {
            Self::EveryPair(index) => index.n_persons,
            Self::Listed(list) => list.persons().iter().max().map_or(0, |last| last + 1),
        }
    }
}

/// The result, as written to JSON. Rates are shares, 0 to 1; intervals hold 95 % of 1,000 draws of persons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerificationReport {
    /// Always `verification`.
    pub protocol: String,
    /// Id of the embedding model.
    pub model: String,
    /// Whether photos were embedded together with their mirror images.
    pub mirrored: bool,
    /// Which face of a photo was compared: `largest` or `central`.
    pub face: String,
    /// `every_pair` or `listed`.
    pub pairs: String,
    /// Photos named.
    pub n_photos: usize,
    /// Persons on them, as far as known.
    pub n_persons: u32,
    /// Failures to acquire: photos without an embedding. Their pairs are in no rate.
    pub failures: usize,
    /// Genuine pairs compared.
    pub n_genuine: usize,
    /// Impostor pairs compared.
    pub n_impostor: u64,
    /// Cross-validated accuracy; over every pair, genuine and impostor pairs weigh the same.
    pub accuracy: Option<f64>,
    /// Its standard error over the folds.
    pub accuracy_standard_error: Option<f64>,
    /// Number of folds.
    pub n_folds: usize,
    /// Equal error rate.
    pub eer: Option<f64>,
    /// Its interval.
    pub eer_ci: Option<[f64; 2]>,
    /// By false match rate: `1e-2` to `1e-5`.
    pub fnmr_at_fmr: BTreeMap<String, RateAt>,
    /// Thresholds for the similarity map, which reaches further.
    pub anchors: BTreeMap<String, RateAt>,
    /// The trade-off between both errors, lowest threshold first.
    pub det: Vec<DetPoint>,
    /// How the scores of both kinds of pairs are spread.
    #[serde(default)]
    pub scores: Option<ScoreCounts>,
    /// The genuine pairs with the lowest scores, lowest first: look at them for wrong labels.
    pub least_alike_genuine: Vec<ScoredPair>,
    /// The impostor pairs with the highest scores, highest first: the same.
    pub most_alike_impostors: Vec<ScoredPair>,
    /// Which photos failed, and why.
    pub failed: Vec<FailedPhoto>,
}

/// What a false match rate costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateAt {
    /// False non-match rate.
    pub fnmr: f64,
    /// Scores at or above this cosine match.
    pub threshold: f32,
    /// The same threshold as a calibrated similarity; `null` where the map belongs to another model.
    pub similarity_threshold: Option<f32>,
    /// Interval of the false non-match rate.
    pub ci: Option<[f64; 2]>,
    /// Interval of the threshold.
    pub threshold_ci: Option<[f64; 2]>,
    /// Impostor pairs at or above the threshold. Below some thirty the figure is an anecdote.
    pub n_false_matches: u64,
}

/// A point of the trade-off curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetPoint {
    /// Cosine.
    pub threshold: f32,
    /// False match rate.
    pub fmr: f64,
    /// False non-match rate.
    pub fnmr: f64,
    /// Interval of the false match rate; `null` where it is so high that its pairs were not kept.
    #[serde(default)]
    pub fmr_ci: Option<[f64; 2]>,
    /// Interval of the false non-match rate.
    #[serde(default)]
    pub fnmr_ci: Option<[f64; 2]>,
}

/// Counts of scores in equal bins of the cosine, from -1 to 1. A bin holds its lower edge and not its upper one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreCounts {
    /// Pairs of one person.
    pub genuine: Vec<u64>,
    /// Pairs of different persons.
    pub impostor: Vec<u64>,
}

/// Two photos and their score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoredPair {
    /// One path below the root.
    pub path_a: String,
    /// The other one.
    pub path_b: String,
    /// Cosine.
    pub score: f32,
}

/// Embeds the photos of `comparisons`, compares them and reports; similarities are those of `map`.
///
/// # Errors
/// A photo is missing, the engine fails, or nothing can be compared.
pub fn measure(
    engine: &Engine,
    photos: &PhotoSource,
    (comparisons, map): (&Comparisons, &SimilarityCalibration),
    options: &ObserveOptions,
    on_done: OnDone<'_>,
) -> Result<Measured<VerificationReport>, EvalError> {
    let observed = observe_all(engine, photos, comparisons.paths(), options, (&has_embedding, on_done))?;
    report((comparisons, map), &embedded(comparisons.paths(), &observed)?, options)
}

/// Compares embeddings that are there already, made with `options`.
fn report(
    (comparisons, map): (&Comparisons, &SimilarityCalibration),
    embedded: &Embedded,
    options: &ObserveOptions,
) -> Result<Measured<VerificationReport>, EvalError> {
    let (scored, weighting, pairs) = match comparisons {
        Comparisons::EveryPair(index) => {
            (score_every_pair(&embedded.embeddings, &index.persons)?, Weighting::EveryKind, "every_pair")
        }
        Comparisons::Listed(list) => {
            (score_listed_pairs(list, &embedded.embeddings)?, Weighting::EveryPair, "listed")
        }
    };
    let model = embedded.model.clone();
    let rates: Vec<f64> = ANCHORS.iter().map(|(fmr, _)| *fmr).collect();
    let [genuine, impostor] = [&scored.scores.genuine_counts, &scored.scores.impostor_counts];
    let curve = det_curve(genuine, impostor, N_CURVE_POINTS);
    let thresholds: Vec<f32> = curve.iter().map(|point| point.threshold).collect();
    let asked = Asked { fmrs: &rates, thresholds: &thresholds };
    let intervals = bootstrap(&scored.scores, asked, N_REPLICATES, SEED);
    let map = (map.model() == &model).then_some(map);
    let anchors = rates_at(&scored, &rates, &intervals, map);
    let accuracy = fold_accuracy(&scored.folds, weighting);
    let report = VerificationReport {
        protocol: "verification".to_owned(),
        model: model.as_str().to_owned(),
        mirrored: options.mirrored,
        face: options.face.name().to_owned(),
        pairs: pairs.to_owned(),
        n_photos: comparisons.paths().len(),
        n_persons: comparisons.n_persons(),
        failures: embedded.failures.len(),
        n_genuine: scored.scores.genuine.len(),
        n_impostor: scored.scores.n_impostor,
        accuracy: accuracy.map(|accuracy| accuracy.mean),
        accuracy_standard_error: accuracy.and_then(|accuracy| accuracy.standard_error),
        n_folds: accuracy.map_or(0, |accuracy| accuracy.n_folds),
        eer: equal_error_rate(genuine, impostor),
        eer_ci: intervals.eer.map(as_pair),
        fnmr_at_fmr: anchors.iter().filter(|(key, _)| REPORTED.contains(&key.as_str())).map(owned).collect(),
        anchors,
        det: curve.iter().zip(&intervals.rates).map(det_point).collect(),
        scores: Some(ScoreCounts { genuine: counted(genuine), impostor: counted(impostor) }),
        least_alike_genuine: named(comparisons, scored.scores.genuine.iter().map(|p| (p.photos, p.score))),
        most_alike_impostors: named(comparisons, scored.scores.strongest.iter().map(|p| (p.photos, p.score))),
        failed: embedded.failures.iter().map(FailedPhoto::from).collect(),
    };
    let plots = plots(&report, [genuine, impostor]);
    Ok(Measured { report, plots })
}

/// The first pairs, with their paths.
fn named(comparisons: &Comparisons, pairs: impl Iterator<Item = ([u32; 2], f32)>) -> Vec<ScoredPair> {
    let path = |photo: u32| comparisons.paths()[photo as usize].clone();
    let named = |([a, b], score): ([u32; 2], f32)| ScoredPair { path_a: path(a), path_b: path(b), score };
    pairs.take(N_NAMED_PAIRS).map(named).collect()
}

/// The rates of the headline figures.
const REPORTED: [&str; 4] = ["1e-2", "1e-3", "1e-4", "1e-5"];

fn owned((key, rate): (&String, &RateAt)) -> (String, RateAt) {
    (key.clone(), rate.clone())
}

fn rates_at(
    scored: &Scored,
    rates: &[f64],
    intervals: &Intervals,
    map: Option<&SimilarityCalibration>,
) -> BTreeMap<String, RateAt> {
    let points = rates.iter().enumerate().filter_map(|(at, fmr)| {
        let point = operating_point(&scored.scores, *fmr)?;
        Some((format!("{fmr:e}"), rate_at(&point, intervals.fnmr[at], intervals.threshold[at], map)))
    });
    points.collect()
}

fn rate_at(
    point: &OperatingPoint,
    fnmr: Option<Interval>,
    threshold: Option<Interval>,
    map: Option<&SimilarityCalibration>,
) -> RateAt {
    RateAt {
        fnmr: point.fnmr,
        threshold: point.threshold,
        similarity_threshold: map.map(|map| map.similarity(Cosine(point.threshold)).0),
        ci: fnmr.map(as_pair),
        threshold_ci: threshold.map(as_pair),
        n_false_matches: point.n_false_matches,
    }
}

const fn as_pair(interval: Interval) -> [f64; 2] {
    [interval.low, interval.high]
}

fn det_point((point, [fmr_ci, fnmr_ci]): (&CurvePoint, &[Option<Interval>; 2])) -> DetPoint {
    let CurvePoint { threshold, fmr, fnmr } = *point;
    DetPoint { threshold, fmr, fnmr, fmr_ci: fmr_ci.map(as_pair), fnmr_ci: fnmr_ci.map(as_pair) }
}

/// The counts in 128 bins.
fn counted(counts: &Histogram) -> Vec<u64> {
    counts.coarser(counts.counts().len().div_ceil(128)).counts().to_vec()
}

/// The trade-off, and how the scores of both kinds are spread.
fn plots(report: &VerificationReport, counts: [&Histogram; 2]) -> Vec<Plot> {
    let det = Curve {
        name: report.model.clone(),
        points: report.det.iter().map(|point| (point.fmr, point.fnmr)).collect(),
    };
    let kinds = ["genuine", "impostor"].into_iter().zip(counts);
    let spread = kinds.map(|(name, counts)| Curve { name: name.to_owned(), points: spread(counts) });
    let chart = |x: &str, y: &str, curves| Chart { x: x.to_owned(), y: y.to_owned(), curves };
    vec![
        Plot {
            name: "det".to_owned(),
            title: "Verification: the trade-off between both errors".to_owned(),
            drawing: Drawing::TradeOff(chart("FMR", "FNMR", vec![det])),
        },
        Plot {
            name: "scores".to_owned(),
            title: "Verification: scores of both kinds of pairs".to_owned(),
            drawing: Drawing::Histogram(chart("cosine", "share of the kind", spread.collect())),
        },
    ]
}

/// Lower edge and share of each of 100 bins.
fn spread(counts: &Histogram) -> Vec<(f64, f64)> {
    let coarse = counts.coarser(counts.counts().len().div_ceil(100));
    let total = counts.total().max(1) as f64;
    let bins = coarse.counts().iter().enumerate();
    bins.map(|(bin, count)| (f64::from(coarse.lower_edge(bin)), *count as f64 / total)).collect()
}

/// False matches below which a rate is an anecdote (the rule of 30).
const FEW: u64 = 30;

impl Report for VerificationReport {
    fn markdown(&self) -> String {
        let mut text = format!(
            "`{}`: {} photos of {} persons, {} failures to acquire, {} genuine and {} impostor pairs.\n",
            self.model, self.n_photos, self.n_persons, self.failures, self.n_genuine, self.n_impostor
        );
        let error = self.accuracy_standard_error.map(|error| format!(" ± {:.2}", 100.0 * error));
        text += &format!(
            "Accuracy over {} folds {}{}; equal error rate {}.\n",
            self.n_folds,
            percent(self.accuracy, None),
            error.unwrap_or_default(),
            percent(self.eer, self.eer_ci)
        );
        let mut table =
            MarkdownTable::new(&["FMR", "FNMR (95 % interval)", "cosine", "similarity", "false matches"]);
        for (fmr, rate) in &self.fnmr_at_fmr {
            let similarity = rate.similarity_threshold.map_or("-".to_owned(), |value| format!("{value:.4}"));
            table.row([
                fmr.clone(),
                format!("{:.2} %{}", 100.0 * rate.fnmr, percent_between(rate.ci)),
                format!("{:.4}", rate.threshold),
                similarity,
                rate.n_false_matches.to_string(),
            ]);
        }
        text += &table.finish();
        if self.fnmr_at_fmr.values().any(|rate| rate.n_false_matches < FEW) {
            text +=
                "\nRows with fewer than 30 false matches are anecdotes: more impostor pairs are needed.\n";
        }
        text
    }
}
