//! Quality: which measure tells beforehand that a photo will not be recognised?
//!
//! Error-versus-discard curves (ISO/IEC 29794-1) over every genuine pair of an index: the threshold stays, the pairs with
//! the worst photos are turned away first. The area under the curve is given as the mean false non-match rate along it,
//! in parts of the rate without discards: 1 for a measure that knows nothing, less for one that helps.

use std::collections::{BTreeMap, BTreeSet};

use faceward_core::{Embedding, QualityKey, Scale};
use faceward_engine::Engine;
use serde::{Deserialize, Serialize};

use super::SEED;
use super::acquired::{acquire, embedded, has_embedding};
use crate::OnDone;
use crate::error::EvalError;
use crate::index::IdentityIndex;
use crate::metrics::{Groups, JudgedPair, discard_curve, mean_along};
use crate::observe::{FaceRecord, ObserveOptions, observe_all};
use crate::photos::PhotoSource;
use crate::plot::{Chart, Curve, Drawing, Plot};
use crate::report::{FailedPhoto, MarkdownTable, Measured, Report, ends, number, percent};

/// Share of the pairs that is discarded at most.
const MOST: f64 = 0.3;
/// Curves that are drawn.
const N_DRAWN: usize = 7;
/// The result, as written to JSON. Rates are shares, 0 to 1; intervals hold 95 % of 1,000 draws of persons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QualityReport {
    /// Always `quality`.
    pub protocol: String,
    /// Photos named.
    pub n_photos: usize,
    /// Failures to acquire: photos without an embedding.
    pub failures: usize,
    /// Genuine pairs compared.
    pub n_genuine: usize,
    /// False non-match rate without discards, which sets the threshold.
    pub fnmr: f64,
    /// That threshold, a cosine.
    pub threshold: f64,
    /// Share of the pairs that is discarded at the end of each curve.
    pub discarded: f64,
    /// Area of a measure that knows every error beforehand.
    pub area_of_the_best: f64,
    /// By measure. Higher is taken as better, but for probabilities of a defect.
    pub measures: BTreeMap<String, MeasureCurve>,
    /// Which photos failed, and why.
    pub failed: Vec<FailedPhoto>,
}

/// The curve of one measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureCurve {
    /// Mean false non-match rate along the curve over the rate without discards: 1 is no help, less is better.
    pub area: f64,
    /// Its interval.
    pub area_ci: Option<[f64; 2]>,
    /// Pairs both of whose photos have a value.
    pub n: usize,
    /// `[share discarded, false non-match rate]` at every hundredth.
    pub curve: Vec<[f64; 2]>,
}

/// Looks at the photos of `index` and reports; `fnmr` is the false non-match rate to begin with.
///
/// # Errors
/// A photo is missing, there is no model for embeddings, or there is no genuine pair.
pub fn measure(
    engine: &Engine,
    photos: &PhotoSource,
    (index, fnmr): (&IdentityIndex, f64),
    options: &ObserveOptions,
    on_done: OnDone<'_>,
) -> Result<Measured<QualityReport>, EvalError> {
    let observed = observe_all(engine, photos, &index.paths, options, (&has_embedding, on_done))?;
    let embedded = embedded(&index.paths, &observed)?;
    let measures = acquire(&index.paths, &observed, |face| Ok(measures(face)));
    let pairs = genuine_pairs(index, &embedded.embeddings)?;
    if pairs.is_empty() {
        return Err(EvalError::Unusable("no person has two photos with an embedding".to_owned()));
    }
    let failed = embedded.failures.iter().map(FailedPhoto::from).collect();
    Ok(report(&pairs, &measures.values, fnmr, (index.paths.len(), failed)))
}

/// Every measure of a face, turned so that higher is better.
pub(super) fn measures(face: &FaceRecord) -> BTreeMap<String, f64> {
    let turned = |(name, value): (&String, &f32)| {
        let value = f64::from(*value);
        let value = match QualityKey::named(name).map(QualityKey::scale) {
            Some(Scale::Middle) => -(value - 0.5).abs(),
            Some(Scale::Defect) => -value,
            // A component has no key; its quality rises.
            Some(Scale::Rising) | None => value,
        };
        (name.clone(), value)
    };
    let mut measures: BTreeMap<String, f64> = face.quality.iter().map(turned).collect();
    let [left, top, right, bottom] = face.rect;
    measures.insert("detector_confidence".to_owned(), f64::from(face.confidence));
    measures.insert("face_size".to_owned(), f64::from((right - left).min(bottom - top)));
    measures
}

/// Two photos of one person.
struct Pair {
    photos: [usize; 2],
    person: u32,
    score: f64,
}

fn genuine_pairs(index: &IdentityIndex, embeddings: &[Option<Embedding>]) -> Result<Vec<Pair>, EvalError> {
    let mut photos_of = BTreeMap::<u32, Vec<usize>>::new();
    for (photo, person) in index.persons.iter().enumerate().filter(|(photo, _)| embeddings[*photo].is_some())
    {
        photos_of.entry(*person).or_default().push(photo);
    }
    let mut pairs = Vec::new();
    for (person, photos) in photos_of {
        for (nth, first) in photos.iter().enumerate() {
            for second in &photos[nth + 1..] {
                let (Some(a), Some(b)) = (&embeddings[*first], &embeddings[*second]) else { continue };
                let score = a.cosine(b).map_err(|error| EvalError::Unusable(error.to_string()))?.0;
                pairs.push(Pair { photos: [*first, *second], person, score: f64::from(score) });
            }
        }
    }
    Ok(pairs)
}

type MeasuresByPhoto = [Option<BTreeMap<String, f64>>];

fn report(
    pairs: &[Pair],
    measures: &MeasuresByPhoto,
    fnmr: f64,
    (n_photos, failed): (usize, Vec<FailedPhoto>),
) -> Measured<QualityReport> {
    let mut scores: Vec<f64> = pairs.iter().map(|pair| pair.score).collect();
    scores.sort_unstable_by(f64::total_cmp);
    let wrong = ((fnmr * scores.len() as f64).round() as usize).min(scores.len() - 1);
    let threshold = scores[wrong];
    let names: BTreeSet<&String> = measures.iter().flatten().flat_map(BTreeMap::keys).collect();
    let curves = names.into_iter().filter_map(|name| {
        let judged = judged(pairs, measures, name, threshold);
        Some((name.clone(), measure_curve(&judged)?))
    });
    let curves: BTreeMap<String, MeasureCurve> = curves.collect();
    let best: Vec<JudgedPair> =
        pairs.iter().map(|pair| JudgedPair { quality: pair.score, wrong: pair.score < threshold }).collect();
    let report = QualityReport {
        protocol: "quality".to_owned(),
        n_photos,
        failures: failed.len(),
        n_genuine: pairs.len(),
        fnmr: best.iter().filter(|pair| pair.wrong).count() as f64 / pairs.len() as f64,
        threshold,
        discarded: MOST,
        area_of_the_best: area(&best).unwrap_or(1.0),
        measures: curves,
        failed,
    };
    let plots = vec![draw(&report)];
    Measured { report, plots }
}

/// Pairs both of whose photos have the measure, with the person of each.
fn judged(pairs: &[Pair], measures: &MeasuresByPhoto, name: &str, threshold: f64) -> Vec<(JudgedPair, u32)> {
    let of = |photo: usize| measures[photo].as_ref()?.get(name).copied();
    pairs
        .iter()
        .filter_map(|pair| {
            let quality = of(pair.photos[0])?.min(of(pair.photos[1])?);
            Some((JudgedPair { quality, wrong: pair.score < threshold }, pair.person))
        })
        .collect()
}

/// Mean rate along the curve over the rate at its beginning; `None` without errors.
fn area(pairs: &[JudgedPair]) -> Option<f64> {
    let curve = discard_curve(pairs, MOST)?;
    let first = curve.first()?.fnmr;
    (first > 0.0).then(|| mean_along(&curve) / first)
}

fn measure_curve(judged: &[(JudgedPair, u32)]) -> Option<MeasureCurve> {
    let pairs: Vec<JudgedPair> = judged.iter().map(|(pair, _)| *pair).collect();
    let groups = Groups::new(&judged.iter().map(|(_, person)| *person).collect::<Vec<_>>());
    let interval = groups
        .interval(SEED, |samples| area(&samples.iter().map(|sample| judged[*sample].0).collect::<Vec<_>>()));
    let curve = discard_curve(&pairs, MOST)?;
    let at = |hundredth: usize| {
        let place = (hundredth as f64 / 100.0 * pairs.len() as f64).round() as usize;
        curve.get(place).map(|point| [point.discarded, point.fnmr])
    };
    Some(MeasureCurve {
        area: area(&pairs)?,
        area_ci: ends(interval),
        n: pairs.len(),
        curve: (0..=100).map_while(at).collect(),
    })
}

/// Measures, the most helpful one first.
fn ranked(report: &QualityReport) -> Vec<(&String, &MeasureCurve)> {
    let mut ranked: Vec<(&String, &MeasureCurve)> = report.measures.iter().collect();
    ranked.sort_by(|a, b| a.1.area.total_cmp(&b.1.area));
    ranked
}

fn draw(report: &QualityReport) -> Plot {
    let curves = ranked(report).into_iter().take(N_DRAWN).map(|(name, curve)| Curve {
        name: name.clone(),
        points: curve.curve.iter().map(|point| (point[0], point[1])).collect(),
    });
    let chart =
        Chart { x: "share discarded".to_owned(), y: "FNMR of the rest".to_owned(), curves: curves.collect() };
    Plot {
        name: "edc".to_owned(),
        title: "Quality: error versus discard".to_owned(),
        drawing: Drawing::Lines(chart),
    }
}

impl Report for QualityReport {
    fn markdown(&self) -> String {
        let Self { n_photos, failures, n_genuine, threshold, .. } = self;
        let mut text = format!(
            "{n_photos} photos, {failures} failures to acquire, {n_genuine} genuine pairs; FNMR {} without discards (at \
             cosine {threshold:.4}), up to {:.0} % discarded. Area 1: no help; {:.3}: knows every error.\n",
            percent(Some(self.fnmr), None),
            100.0 * self.discarded,
            self.area_of_the_best
        );
        let mut table = MarkdownTable::new(&["measure", "area under the curve", "pairs"]);
        for (name, curve) in ranked(self) {
            table.row([name.clone(), number(Some(curve.area), curve.area_ci, 3), curve.n.to_string()]);
        }
        text += &table.finish();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_that_knows_beats_one_that_does_not() {
        // 40 pairs of 40 persons; the first four are wrong. `knows` is low on them, `blind` is the same everywhere.
        let pairs: Vec<Pair> = (0..40_usize)
            .map(|nth| Pair { photos: [2 * nth, 2 * nth + 1], person: nth as u32, score: nth as f64 / 40.0 })
            .collect();
        let measures: Vec<Option<BTreeMap<String, f64>>> = (0..80_usize)
            .map(|photo| {
                let knows = if photo < 8 { 0.1 } else { 0.9 };
                Some([("knows".to_owned(), knows), ("blind".to_owned(), 0.5)].into())
            })
            .collect();
        let report = report(&pairs, &measures, 0.1, (80, Vec::new())).report;
        assert_eq!((report.fnmr, report.n_genuine), (0.1, 40));
        let [knows, blind] = ["knows", "blind"].map(|name| report.measures[name].area);
        assert!((blind - 1.0).abs() < 1e-9 && knows < 0.3, "{knows} {blind}");
        assert!((knows - report.area_of_the_best).abs() < 1e-9);
        assert_eq!(report.measures["knows"].curve.first(), Some(&[0.0, 0.1]));
    }

    #[test]
    fn pairs_are_made_within_persons_only() {
        let index = IdentityIndex::parse(b"path,identity\na,x\nb,x\nc,x\nd,y\ne,y\n").expect("an index");
        let one = Embedding::normalised(faceward_core::ModelId::new("m"), vec![1.0]);
        let embeddings = vec![one.clone(), one.clone(), None, one.clone(), one];
        let pairs = genuine_pairs(&index, &embeddings).expect("one model");
        assert_eq!(pairs.iter().map(|pair| pair.photos).collect::<Vec<_>>(), [[0, 1], [3, 4]]);
    }
}
