//! Verification: are two photos of one person told from two photos of different persons?
//!
//! Over every pair of an index of persons, or over a list of pairs. Reports the false non-match rate at fixed false
//! match rates with thresholds on both scales, the equal error rate, and cross-validated accuracy.

use std::collections::BTreeMap;

use faceward_core::{Cosine, ModelId};
use faceward_engine::Engine;
use faceward_models::calibration::similarity::SimilarityCalibration;
use serde::{Deserialize, Serialize};

use crate::OnDone;
use crate::embed::{EmbedOptions, Embedded, embed_all};
use crate::error::EvalError;
use crate::index::{IdentityIndex, PairList};
use crate::metrics::{
    Interval, Intervals, OperatingPoint, Weighting, bootstrap, det_curve, equal_error_rate, fold_accuracy,
    operating_point,
};
use crate::pairing::{Scored, score_every_pair, score_listed_pairs};
use crate::photos::PhotoSource;
use crate::similarity::ANCHORS;

/// Replicates of the bootstrap.
const N_REPLICATES: usize = 1000;
/// Its seed.
const SEED: u64 = 19_795;
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

/// A failure to acquire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedPhoto {
    /// Path below the root.
    pub path: String,
    /// Why there is no embedding.
    pub reason: String,
}

/// Embeds the photos of `comparisons`, compares them and reports.
///
/// # Errors
/// A photo is missing, the engine fails, or nothing can be compared.
pub fn measure(
    engine: &Engine,
    photos: &PhotoSource,
    comparisons: &Comparisons,
    options: EmbedOptions,
    on_done: OnDone<'_>,
) -> Result<VerificationReport, EvalError> {
    let embedded = embed_all(engine, photos, comparisons.paths(), options, on_done)?;
    report(comparisons, &embedded, options)
}

/// Compares embeddings that are there already, made with `options`.
///
/// # Errors
/// Nothing can be compared.
pub fn report(
    comparisons: &Comparisons,
    embedded: &Embedded,
    options: EmbedOptions,
) -> Result<VerificationReport, EvalError> {
    let (scored, weighting, pairs) = match comparisons {
        Comparisons::EveryPair(index) => {
            (score_every_pair(&embedded.embeddings, &index.persons)?, Weighting::EveryKind, "every_pair")
        }
        Comparisons::Listed(list) => {
            (score_listed_pairs(list, &embedded.embeddings)?, Weighting::EveryPair, "listed")
        }
    };
    let model = embedded.embeddings.iter().flatten().next().map(|embedding| embedding.model().clone());
    let model = model.ok_or_else(|| EvalError::Unusable("no photo gave an embedding".to_owned()))?;
    let rates: Vec<f64> = ANCHORS.iter().map(|(fmr, _)| *fmr).collect();
    let intervals = bootstrap(&scored.scores, &rates, N_REPLICATES, SEED);
    let anchors = rates_at(&scored, &rates, &intervals, &model);
    let accuracy = fold_accuracy(&scored.folds, weighting);
    let [genuine, impostor] = [&scored.scores.genuine_counts, &scored.scores.impostor_counts];
    Ok(VerificationReport {
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
        det: det_curve(genuine, impostor, N_CURVE_POINTS).into_iter().map(DetPoint::from).collect(),
        least_alike_genuine: named(comparisons, scored.scores.genuine.iter().map(|p| (p.photos, p.score))),
        most_alike_impostors: named(comparisons, scored.scores.strongest.iter().map(|p| (p.photos, p.score))),
        failed: embedded.failures.iter().map(FailedPhoto::from).collect(),
    })
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
    model: &ModelId,
) -> BTreeMap<String, RateAt> {
    let map = faceward_models::calibration::similarity::similarity();
    let map = (map.model() == model).then_some(map);
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

impl From<crate::metrics::CurvePoint> for DetPoint {
    fn from(point: crate::metrics::CurvePoint) -> Self {
        let crate::metrics::CurvePoint { threshold, fmr, fnmr } = point;
        Self { threshold, fmr, fnmr }
    }
}

impl From<&crate::embed::Failure> for FailedPhoto {
    fn from(failure: &crate::embed::Failure) -> Self {
        Self { path: failure.path.clone(), reason: failure.reason.clone() }
    }
}
