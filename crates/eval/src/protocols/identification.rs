//! Open-set identification (ISO/IEC 19795-1): are enrolled people found first, and strangers found not at all?
//!
//! A person's score is that of the best of their references. Probes of people who are not in the gallery are searches of
//! strangers. A search succeeds if the person comes first and reaches the threshold.

use std::collections::{BTreeMap, HashMap};

use faceward_core::{Cosine, Embedding};
use faceward_engine::Engine;
use faceward_models::calibration::similarity::SimilarityCalibration;
use serde::{Deserialize, Serialize};

use super::SEED;
use super::acquired::{Embedded, embedded, has_embedding};
use crate::OnDone;
use crate::error::EvalError;
use crate::index::IdentityIndex;
use crate::metrics::{Groups, MatedSearch, fnir_at, rank_one, search_point};
use crate::observe::{ObserveOptions, observe_all};
use crate::photos::PhotoSource;
use crate::plot::{Chart, Curve, Drawing, Plot};
use crate::report::{FailedPhoto, MarkdownTable, Measured, Report, ends, percent, percent_between};

/// The false positive identification rates that are reported.
const RATES: [f64; 3] = [1e-1, 1e-2, 1e-3];
/// Thresholds on the curve of the drawing.
const N_CURVE_POINTS: usize = 200;

/// Who is enrolled, and who is looked for. Paths of both are below one root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searches {
    gallery: IdentityIndex,
    probes: IdentityIndex,
    /// Every photo once: those of the gallery, then those of probes only.
    paths: Vec<String>,
    /// Place of each probe in `paths`.
    probe_places: Vec<usize>,
}

impl Searches {
    /// Searches `probes` in `gallery`.
    ///
    /// # Errors
    /// A probe is enrolled itself: it would find itself.
    pub fn new(gallery: IdentityIndex, probes: IdentityIndex) -> Result<Self, EvalError> {
        let enrolled: std::collections::HashSet<&String> = gallery.paths.iter().collect();
        if let Some(both) = probes.paths.iter().find(|path| enrolled.contains(path)) {
            return Err(EvalError::Unusable(format!("`{both}` is enrolled and looked for")));
        }
        let paths: Vec<String> = gallery.paths.iter().chain(&probes.paths).cloned().collect();
        let probe_places = (gallery.paths.len()..paths.len()).collect();
        Ok(Self { gallery, probes, paths, probe_places })
    }

    /// The photos, each once.
    #[must_use]
    pub fn paths(&self) -> &[String] {
        &self.paths
    }
}

/// The result, as written to JSON. Rates are shares, 0 to 1; intervals hold 95 % of 1,000 draws of the people looked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdentificationReport {
    /// Always `identification`.
    pub protocol: String,
    /// Id of the embedding model.
    pub model: String,
    /// Whether photos were embedded together with their mirror images.
    pub mirrored: bool,
    /// Photos enrolled.
    pub n_gallery: usize,
    /// People with a reference.
    pub n_enrolled: usize,
    /// Searches of enrolled people.
    pub n_mated: usize,
    /// Searches of people who are not enrolled.
    pub n_nonmated: usize,
    /// Failures to acquire: photos of either side without an embedding.
    pub failures: usize,
    /// Searches of people all of whose references failed: in no rate.
    pub n_lost_references: usize,
    /// Share of searches of enrolled people that find them first, whatever the score.
    pub rank1: Option<f64>,
    /// Its interval.
    pub rank1_ci: Option<[f64; 2]>,
    /// By false positive identification rate: `1e-1`, `1e-2`, `1e-3`.
    pub fnir_at_fpir: BTreeMap<String, SearchRate>,
    /// Which photos failed, and why.
    pub failed: Vec<FailedPhoto>,
}

/// What a false positive identification rate costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchRate {
    /// False negative identification rate.
    pub fnir: f64,
    /// Candidates at or above this cosine are named.
    pub threshold: f64,
    /// The same threshold as a calibrated similarity; `null` where the map belongs to another model.
    pub similarity_threshold: Option<f32>,
    /// Interval of the false negative rate, the threshold chosen anew in each draw.
    pub ci: Option<[f64; 2]>,
    /// Searches of strangers with a candidate. Below some thirty the figure is an anecdote.
    pub n_false_positives: usize,
}

/// Embeds all photos, searches and reports; similarities are those of `map`.
///
/// # Errors
/// A photo is missing, there is no model for embeddings, or no probe gave one.
pub fn measure(
    engine: &Engine,
    photos: &PhotoSource,
    (searches, map): (&Searches, &SimilarityCalibration),
    options: &ObserveOptions,
    on_done: OnDone<'_>,
) -> Result<Measured<IdentificationReport>, EvalError> {
    let observed = observe_all(engine, photos, &searches.paths, options, (&has_embedding, on_done))?;
    report((searches, map), &embedded(&searches.paths, &observed)?, options.mirrored)
}

/// What a search found.
enum Found {
    Mated(MatedSearch),
    Unmated(f64),
    /// The person is enrolled by name, but no reference gave an embedding.
    LostReferences,
}

fn report(
    (searches, map): (&Searches, &SimilarityCalibration),
    embedded: &Embedded,
    mirrored: bool,
) -> Result<Measured<IdentificationReport>, EvalError> {
    let gallery = Gallery::of(searches, &embedded.embeddings)?;
    let mut found: Vec<(Found, u32)> = Vec::new();
    for (probe, place) in searches.probe_places.iter().enumerate() {
        let Some(embedding) = &embedded.embeddings[*place] else { continue };
        let person = searches.probes.persons[probe];
        found.push((gallery.search(embedding, &searches.probes.names[person as usize])?, person));
    }
    let mated = |found: &[&Found]| -> Vec<MatedSearch> {
        let mated =
            found.iter().filter_map(|one| if let Found::Mated(search) = one { Some(*search) } else { None });
        mated.collect()
    };
    let unmated = |found: &[&Found]| -> Vec<f64> {
        let unmated =
            found.iter().filter_map(|one| if let Found::Unmated(best) = one { Some(*best) } else { None });
        unmated.collect()
    };
    let all: Vec<&Found> = found.iter().map(|(one, _)| one).collect();
    let (searches_mated, searches_unmated) = (mated(&all), unmated(&all));
    if searches_mated.is_empty() && searches_unmated.is_empty() {
        return Err(EvalError::Unusable("no probe could be searched".to_owned()));
    }
    let groups = Groups::new(&found.iter().map(|(_, person)| *person).collect::<Vec<_>>());
    let intervals = groups.intervals(SEED, |samples| {
        let drawn: Vec<&Found> = samples.iter().map(|sample| &found[*sample].0).collect();
        let (mated, unmated) = (mated(&drawn), unmated(&drawn));
        let at = |rate: &f64| search_point(&mated, &unmated, *rate).map(|point| point.fnir);
        std::iter::once(rank_one(&mated)).chain(RATES.iter().map(at)).collect()
    });
    let interval = |place: usize| ends(intervals.get(place).copied().flatten());
    let map = (map.model() == &embedded.model).then_some(map);
    let rates = RATES.iter().enumerate().filter_map(|(nth, rate)| {
        let point = search_point(&searches_mated, &searches_unmated, *rate)?;
        let similarity = map.map(|map| map.similarity(Cosine(point.threshold as f32)).0);
        let rate_at = SearchRate {
            fnir: point.fnir,
            threshold: point.threshold,
            similarity_threshold: similarity,
            ci: interval(1 + nth),
            n_false_positives: point.n_false_positives,
        };
        Some((format!("{rate:e}"), rate_at))
    });
    let report = IdentificationReport {
        protocol: "identification".to_owned(),
        model: embedded.model.as_str().to_owned(),
        mirrored,
        n_gallery: searches.gallery.paths.len(),
        n_enrolled: gallery.n_people(),
        n_mated: searches_mated.len(),
        n_nonmated: searches_unmated.len(),
        failures: embedded.failures.len(),
        n_lost_references: all.iter().filter(|one| matches!(one, Found::LostReferences)).count(),
        rank1: rank_one(&searches_mated),
        rank1_ci: interval(0),
        fnir_at_fpir: rates.collect(),
        failed: embedded.failures.iter().map(FailedPhoto::from).collect(),
    };
    let plots = vec![trade_off(&searches_mated, searches_unmated)];
    Ok(Measured { report, plots })
}

/// References with the person of each.
struct Gallery<'a> {
    references: Vec<(&'a Embedding, u32)>,
    /// Number of each enrolled name.
    people: HashMap<&'a str, u32>,
}

impl<'a> Gallery<'a> {
    fn of(searches: &'a Searches, embeddings: &'a [Option<Embedding>]) -> Result<Self, EvalError> {
        let enrolled = embeddings.iter().zip(&searches.gallery.persons);
        let references: Vec<(&Embedding, u32)> =
            enrolled.filter_map(|(embedding, person)| Some((embedding.as_ref()?, *person))).collect();
        if references.is_empty() {
            return Err(EvalError::Unusable("no photo of the gallery gave an embedding".to_owned()));
        }
        let people = searches.gallery.names.iter().map(String::as_str).zip(0..).collect();
        Ok(Self { references, people })
    }

    /// People with a reference.
    fn n_people(&self) -> usize {
        self.references.iter().map(|(_, person)| *person).collect::<std::collections::HashSet<_>>().len()
    }

    fn search(&self, probe: &Embedding, name: &str) -> Result<Found, EvalError> {
        let own_number = self.people.get(name);
        let (mut own, mut other) = (None::<f32>, None::<f32>);
        for (reference, person) in &self.references {
            let score = probe.cosine(reference).map_err(|error| EvalError::Unusable(error.to_string()))?.0;
            let best = if Some(person) == own_number { &mut own } else { &mut other };
            *best = Some(best.map_or(score, |best| best.max(score)));
        }
        Ok(match (own_number, own) {
            (None, _) => Found::Unmated(f64::from(other.unwrap_or(-1.0))),
            (Some(_), Some(own)) => Found::Mated(MatedSearch { own, other }),
            (Some(_), None) => Found::LostReferences,
        })
    }
}

fn trade_off(mated: &[MatedSearch], mut unmated: Vec<f64>) -> Plot {
    unmated.sort_unstable_by(|a, b| b.total_cmp(a));
    let step = unmated.len().div_ceil(N_CURVE_POINTS).max(1);
    let n = unmated.len().max(1) as f64;
    let points = unmated
        .iter()
        .enumerate()
        .step_by(step)
        .map(|(above, threshold)| ((above + 1) as f64 / n, fnir_at(mated, *threshold)));
    let curve = Curve { name: "rank 1".to_owned(), points: points.collect() };
    let chart = Chart { x: "FPIR".to_owned(), y: "FNIR".to_owned(), curves: vec![curve] };
    Plot {
        name: "det".to_owned(),
        title: "Identification: the trade-off between both errors".to_owned(),
        drawing: Drawing::TradeOff(chart),
    }
}

impl Report for IdentificationReport {
    fn markdown(&self) -> String {
        let Self { model, n_gallery, n_enrolled, n_mated, n_nonmated, failures, .. } = self;
        let mut text = format!(
            "`{model}`: {n_gallery} photos of {n_enrolled} people enrolled, {failures} failures to acquire; {n_mated} \
             searches of enrolled people, {n_nonmated} of others. Enrolled people come first in {} of their searches.\n",
            percent(self.rank1, self.rank1_ci)
        );
        let mut table = MarkdownTable::new(&[
            "FPIR",
            "FNIR (95 % interval)",
            "cosine",
            "similarity",
            "strangers with a candidate",
        ]);
        for (fpir, rate) in &self.fnir_at_fpir {
            table.row([
                fpir.clone(),
                format!("{:.2} %{}", 100.0 * rate.fnir, percent_between(rate.ci)),
                format!("{:.4}", rate.threshold),
                rate.similarity_threshold.map_or("-".to_owned(), |value| format!("{value:.4}")),
                rate.n_false_positives.to_string(),
            ]);
        }
        text += &table.finish();
        if self.n_lost_references > 0 {
            text += &format!(
                "\n{} searches are left out: no reference of the person gave an embedding.\n",
                self.n_lost_references
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use faceward_core::ModelId;
    use faceward_models::calibration::similarity::similarity;

    use super::*;
    use crate::observe::Failure;

    fn index(csv: &str) -> IdentityIndex {
        IdentityIndex::parse(format!("path,identity\n{csv}").as_bytes()).expect("a fine index")
    }

    fn embedding(degrees: Option<f32>) -> Option<Embedding> {
        let (sine, cosine) = degrees?.to_radians().sin_cos();
        Embedding::normalised(ModelId::new("m"), vec![cosine, sine])
    }

    /// Anna at 0 and 10 degrees, Bob at 90, Carl without an embedding; probes: Anna at 20 and 80, Bob at 95, Carl,
    /// strangers at 30 and 180.
    fn measured() -> IdentificationReport {
        let gallery = index("g1,anna\ng2,anna\ng3,bob\ng4,carl\n");
        let probes = index("p1,anna\np2,anna\np3,bob\np4,carl\np5,dora\np6,emil\n");
        let searches = Searches::new(gallery, probes).expect("apart");
        let angles = [0.0, 10.0, 90.0, f32::NAN, 20.0, 80.0, 95.0, 40.0, 30.0, 180.0];
        let embeddings = angles.map(|angle| embedding(Some(angle).filter(|a| !a.is_nan()))).to_vec();
        let failures = vec![Failure { path: "g4".to_owned(), reason: "no face".to_owned() }];
        let embedded = Embedded { embeddings, failures, model: ModelId::new("m") };
        report((&searches, similarity()), &embedded, true).expect("a report").report
    }

    #[test]
    fn people_are_found_first_or_not() {
        let report = measured();
        assert_eq!((report.n_mated, report.n_nonmated, report.n_lost_references), (3, 2, 1));
        assert_eq!((report.n_enrolled, report.failures), (2, 1));
        // Anna's second probe is nearer to Bob.
        assert_eq!(report.rank1, Some(2.0 / 3.0));
    }

    #[test]
    fn strangers_set_the_threshold() {
        // The nearer stranger is 20 degrees from Anna: nobody may pass at or below that.
        let rate = &measured().fnir_at_fpir["1e-2"];
        assert!(rate.threshold > 20.0_f64.to_radians().cos() - 1e-6, "{rate:?}");
        assert_eq!((rate.n_false_positives, rate.fnir), (0, 1.0 / 3.0));
    }

    #[test]
    fn nobody_finds_himself() {
        let error = Searches::new(index("a,anna\n"), index("a,anna\n")).expect_err("the same photo");
        assert!(error.to_string().contains("`a` is enrolled and looked for"), "{error}");
    }
}
