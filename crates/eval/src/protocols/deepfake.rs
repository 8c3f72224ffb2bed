//! Deepfake detection: are swapped and generated faces told from genuine ones, whatever made them?
//!
//! Each generator is judged on its own, and only against real photos of the same `pipeline` where the index has that
//! column: a set whose fakes were cut and stored in another way than its real photos measures the storing. Beside the
//! network stands what a bag of trees makes of trivial features alone.

use std::collections::{BTreeMap, BTreeSet};

use faceward_engine::Engine;
use serde::{Deserialize, Serialize};

use super::SEED;
use super::acquired::{acquire, demand, value};
use crate::OnDone;
use crate::error::EvalError;
use crate::index::Table;
use crate::metrics::{Groups, TwoClasses};
use crate::observe::{FaceRecord, ObserveOptions, Observed, observe_all};
use crate::photos::PhotoSource;
use crate::plot::Plot;
use crate::report::{FailedPhoto, MarkdownTable, Measured, Report, ends, number, percent};
use crate::trivial::{Sample, cross_validated};

/// The name of what made fakes whose generator the index does not name.
const UNNAMED: &str = "unnamed";

/// Labelled photos.
#[derive(Clone, Debug, PartialEq)]
pub struct DeepfakeIndex {
    /// Paths relative to the root.
    pub paths: Vec<String>,
    /// What made each photo; `None` for a real one.
    pub generators: Vec<Option<String>>,
    /// How each photo was cut and stored; empty where the index does not say.
    pub pipelines: Vec<String>,
    /// Photos that are not independent of each other share a number.
    pub groups: Vec<u32>,
}

impl DeepfakeIndex {
    /// Reads `path,label[,generator][,pipeline][,group]`; `label` is real or fake. Intervals and folds are over the first
    /// of the columns `group` and `identity` that is there.
    ///
    /// # Errors
    /// A column is missing, a cell is empty or not understood, or there is no line at all.
    pub fn parse(csv: &[u8]) -> Result<Self, EvalError> {
        let table = Table::read(csv, &["path", "label"])?;
        let (generator, pipeline) = (table.column("generator"), table.column("pipeline"));
        let generators = table.rows.iter().map(|row| match row.cell(1)? {
            "real" => Ok(None),
            "fake" => {
                let named = generator.and_then(|column| row.optional(column));
                Ok(Some(named.unwrap_or(UNNAMED).to_owned()))
            }
            other => Err(row.error(format!("`label` is `{other}`, not real or fake"))),
        });
        let generators = generators.collect::<Result<_, EvalError>>()?;
        let pipelines = table.rows.iter().map(|row| pipeline.and_then(|column| row.optional(column)));
        let pipelines = pipelines.map(|cell| cell.unwrap_or_default().to_owned()).collect();
        Ok(Self {
            paths: table.paths()?,
            generators,
            pipelines,
            groups: table.groups(&["group", "identity"]),
        })
    }
}

/// The result, as written to JSON. Rates are shares, 0 to 1; intervals hold 95 % of 1,000 draws of groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeepfakeReport {
    /// Always `deepfake`.
    pub protocol: String,
    /// Photos named.
    pub n_photos: usize,
    /// Groups that the intervals are over.
    pub n_groups: usize,
    /// Failures to acquire: photos without a score. They are in no rate.
    pub failures: usize,
    /// Real photos judged.
    pub n_real: usize,
    /// Fakes judged.
    pub n_fake: usize,
    /// The threshold of the rates below.
    pub threshold: f64,
    /// Share of real photos called fake at `threshold`.
    pub false_alarms: f64,
    /// Its interval.
    pub false_alarms_ci: Option<[f64; 2]>,
    /// Area under the ROC curve, all real photos against all fakes.
    pub auc: f64,
    /// Its interval.
    pub auc_ci: Option<[f64; 2]>,
    /// Equal error rate, all real photos against all fakes.
    pub eer: f64,
    /// Its interval.
    pub eer_ci: Option<[f64; 2]>,
    /// Each generator against real photos of its pipelines.
    pub per_generator: BTreeMap<String, GeneratorFigures>,
    /// What trees on trivial features reach on the same photos, by generator; `null` where they cannot be validated.
    pub trivial_auc: BTreeMap<String, Option<f64>>,
    /// Their equal error rate.
    pub trivial_eer: BTreeMap<String, Option<f64>>,
    /// Generators without real photos of their pipeline: they are in the figures over all fakes only.
    pub without_reals: Vec<String>,
    /// Scores of real photos, lowest first: what other thresholds are computed from.
    pub real_scores: Vec<f64>,
    /// Scores of fakes, lowest first.
    pub fake_scores: Vec<f64>,
    /// Which photos failed, and why.
    pub failed: Vec<FailedPhoto>,
}

/// One generator. With several pipelines, the mean over them, weighted by its fakes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeneratorFigures {
    /// Area under the ROC curve.
    pub auc: f64,
    /// Its interval.
    pub auc_ci: Option<[f64; 2]>,
    /// Equal error rate.
    pub eer: f64,
    /// Its interval.
    pub eer_ci: Option<[f64; 2]>,
    /// Fakes judged.
    pub n: usize,
    /// Real photos that they are judged against.
    pub n_real: usize,
    /// Share of its fakes that pass at the threshold.
    pub missed: f64,
}

/// Scores the photos of `index` and reports at `threshold`, the least score of a photo that passes as genuine.
///
/// # Errors
/// A photo is missing, there is no model for deepfakes, or one of the two classes has no score.
pub fn measure(
    engine: &Engine,
    photos: &PhotoSource,
    (index, threshold): (&DeepfakeIndex, f64),
    options: &ObserveOptions,
    on_done: OnDone<'_>,
) -> Result<Measured<DeepfakeReport>, EvalError> {
    if !engine.capabilities().outputs.deepfake {
        return Err(EvalError::NoModel { what: "deepfakes" });
    }
    let options = ObserveOptions { trivial: true, ..options.clone() };
    let has_deepfake = |face: &FaceRecord| demand(&face.deepfake, "deepfakes");
    let observed = observe_all(engine, photos, &index.paths, &options, (&has_deepfake, on_done))?;
    report(index, threshold, &observed)
}

/// One photo with a score.
struct Scored<'a> {
    score: f64,
    generator: Option<&'a str>,
    pipeline: &'a str,
    group: u32,
    trivial: Option<&'a [f64]>,
}

fn report(
    index: &DeepfakeIndex,
    threshold: f64,
    observed: &[Observed],
) -> Result<Measured<DeepfakeReport>, EvalError> {
    let acquired = acquire(&index.paths, observed, |face| Ok(f64::from(value(&face.deepfake)?)));
    let scored = |(place, score): (usize, &Option<f64>)| {
        Some(Scored {
            score: (*score)?,
            generator: index.generators[place].as_deref(),
            pipeline: &index.pipelines[place],
            group: index.groups[place],
            trivial: observed[place].trivial.as_deref(),
        })
    };
    let photos: Vec<Scored<'_>> = acquired.values.iter().enumerate().filter_map(scored).collect();
    let classes = classes(photos.iter()).ok_or_else(|| {
        EvalError::Unusable(
            "real photos and fakes with a face are needed, and one of them is missing".to_owned(),
        )
    })?;
    let overall = overall(&photos);
    let errors = classes.errors(threshold);
    let generators: BTreeSet<&str> = photos.iter().filter_map(|photo| photo.generator).collect();
    let parts: Vec<(&str, Vec<&Scored<'_>>)> =
        generators.into_iter().map(|generator| (generator, against_its_reals(&photos, generator))).collect();
    let per_generator: BTreeMap<String, GeneratorFigures> = parts
        .iter()
        .filter_map(|(name, part)| Some(((*name).to_owned(), generator_figures(part, threshold)?)))
        .collect();
    let trivial: BTreeMap<String, Option<TwoClasses>> =
        parts.iter().map(|(name, part)| ((*name).to_owned(), trivial_classes(part))).collect();
    let of_trivial = |figure: fn(&TwoClasses) -> f64| {
        trivial.iter().map(|(name, classes)| (name.clone(), classes.as_ref().map(figure))).collect()
    };
    let report = DeepfakeReport {
        protocol: "deepfake".to_owned(),
        n_photos: index.paths.len(),
        n_groups: overall.n_groups,
        failures: acquired.failures.len(),
        n_real: classes.counts().0,
        n_fake: classes.counts().1,
        threshold,
        false_alarms: errors.false_negative,
        false_alarms_ci: overall.false_alarms(&photos, threshold),
        auc: classes.auc(),
        auc_ci: overall.auc,
        eer: classes.equal_error_rate(),
        eer_ci: overall.eer,
        without_reals: parts
            .iter()
            .filter(|(name, _)| !per_generator.contains_key(*name))
            .map(|(name, _)| (*name).to_owned())
            .collect(),
        per_generator,
        trivial_auc: of_trivial(TwoClasses::auc),
        trivial_eer: of_trivial(TwoClasses::equal_error_rate),
        real_scores: sorted(photos.iter().filter(|photo| photo.generator.is_none())),
        fake_scores: sorted(photos.iter().filter(|photo| photo.generator.is_some())),
        failed: acquired.failures.iter().map(FailedPhoto::from).collect(),
    };
    let plots = plots(&photos, &parts);
    Ok(Measured { report, plots })
}

fn classes<'a>(photos: impl Iterator<Item = &'a Scored<'a>>) -> Option<TwoClasses> {
    TwoClasses::new(photos.map(|photo| (photo.generator.is_none(), photo.score))).ok()
}

fn sorted<'a>(photos: impl Iterator<Item = &'a Scored<'a>>) -> Vec<f64> {
    let mut scores: Vec<f64> = photos.map(|photo| photo.score).collect();
    scores.sort_unstable_by(f64::total_cmp);
    scores
}

/// Intervals of the figures over all photos.
struct Overall {
    n_groups: usize,
    groups: Groups,
    auc: Option<[f64; 2]>,
    eer: Option<[f64; 2]>,
}

fn overall(photos: &[Scored<'_>]) -> Overall {
    let groups = Groups::new(&photos.iter().map(|photo| photo.group).collect::<Vec<_>>());
    let found = groups.intervals(SEED, |samples| {
        let drawn = classes(samples.iter().map(|sample| &photos[*sample]));
        vec![drawn.as_ref().map(TwoClasses::auc), drawn.as_ref().map(TwoClasses::equal_error_rate)]
    });
    let at = |place: usize| ends(found.get(place).copied().flatten());
    Overall { n_groups: groups.len(), auc: at(0), eer: at(1), groups }
}

impl Overall {
    fn false_alarms(&self, photos: &[Scored<'_>], threshold: f64) -> Option<[f64; 2]> {
        let share = |samples: &[usize]| {
            let reals = samples.iter().map(|s| &photos[*s]).filter(|photo| photo.generator.is_none());
            crate::metrics::mean(reals.map(|photo| f64::from(u8::from(photo.score < threshold))))
        };
        ends(self.groups.interval(SEED, share))
    }
}

/// The fakes of `generator`, and the real photos of the pipelines that they come from.
fn against_its_reals<'a>(photos: &'a [Scored<'a>], generator: &str) -> Vec<&'a Scored<'a>> {
    let own = |photo: &&Scored<'_>| photo.generator == Some(generator);
    let pipelines: BTreeSet<&str> = photos.iter().filter(own).map(|photo| photo.pipeline).collect();
    let real = |photo: &&Scored<'_>| photo.generator.is_none() && pipelines.contains(photo.pipeline);
    photos.iter().filter(|photo| own(photo) || real(photo)).collect()
}

/// AUC and EER, within each pipeline, averaged by the number of fakes. `None` if a pipeline lacks a class.
fn within_pipelines<'a>(photos: &[&'a Scored<'a>]) -> Option<[f64; 2]> {
    let mut pipelines = BTreeMap::<&str, Vec<&Scored<'_>>>::new();
    for photo in photos {
        pipelines.entry(photo.pipeline).or_default().push(photo);
    }
    let (mut sums, mut n) = ([0.0; 2], 0.0);
    for photos in pipelines.values() {
        let classes = classes(photos.iter().copied())?;
        let weight = classes.counts().1 as f64;
        sums[0] += weight * classes.auc();
        sums[1] += weight * classes.equal_error_rate();
        n += weight;
    }
    (n > 0.0).then(|| sums.map(|sum| sum / n))
}

/// `None` without real photos of each of its pipelines.
fn generator_figures(photos: &[&Scored<'_>], threshold: f64) -> Option<GeneratorFigures> {
    let [auc, eer] = within_pipelines(photos)?;
    let groups = Groups::new(&photos.iter().map(|photo| photo.group).collect::<Vec<_>>());
    let found = groups.intervals(SEED, |samples| {
        let drawn: Vec<&Scored<'_>> = samples.iter().map(|sample| photos[*sample]).collect();
        let figures = within_pipelines(&drawn);
        vec![figures.map(|[auc, _]| auc), figures.map(|[_, eer]| eer)]
    });
    let at = |place: usize| ends(found.get(place).copied().flatten());
    let fakes: Vec<f64> =
        photos.iter().filter(|photo| photo.generator.is_some()).map(|photo| photo.score).collect();
    let passing = fakes.iter().filter(|score| **score >= threshold).count();
    Some(GeneratorFigures {
        auc,
        auc_ci: at(0),
        eer,
        eer_ci: at(1),
        n: fakes.len(),
        n_real: photos.len() - fakes.len(),
        missed: passing as f64 / fakes.len() as f64,
    })
}

/// What trees on trivial features make of the same photos.
fn trivial_classes(photos: &[&Scored<'_>]) -> Option<TwoClasses> {
    let sample = |photo: &&Scored<'_>| {
        let features = photo.trivial?.to_vec();
        Some(Sample { features, positive: photo.generator.is_none(), group: photo.group })
    };
    let samples: Vec<Sample> = photos.iter().filter_map(sample).collect();
    let predictions = cross_validated(&samples)?;
    TwoClasses::new(samples.iter().zip(predictions).map(|(sample, p)| (sample.positive, p))).ok()
}

fn plots(photos: &[Scored<'_>], parts: &[(&str, Vec<&Scored<'_>>)]) -> Vec<Plot> {
    let curve = |(name, part): &(&str, Vec<&Scored<'_>>)| {
        Some(((*name).to_owned(), classes(part.iter().copied())?.curve()))
    };
    let curves = parts.iter().filter_map(curve).collect();
    let of =
        |generator: Option<&str>| sorted(photos.iter().filter(move |photo| photo.generator == generator));
    let fakes = parts.iter().map(|(name, _)| ((*name).to_owned(), of(Some(name))));
    let spread: Vec<(String, Vec<f64>)> =
        std::iter::once(("real".to_owned(), of(None))).chain(fakes).collect();
    vec![
        Plot::trade_off(
            "Deepfake: the trade-off between both errors",
            ["fakes passed", "real photos refused"],
            curves,
        ),
        Plot::histogram(
            "Scores of real photos and fakes",
            "probability of a genuine face",
            [0.0, 1.0],
            &spread,
        ),
    ]
}

impl Report for DeepfakeReport {
    fn markdown(&self) -> String {
        let Self { n_photos, failures, n_real, n_fake, n_groups, threshold, .. } = self;
        let mut text = format!(
            "{n_photos} photos, {failures} failures to acquire: {n_real} real photos and {n_fake} fakes in {n_groups} \
             groups.\nAll together: AUC {}, equal error rate {}. At the threshold {threshold}, {} of the real photos \
             are called fake.\n",
            number(Some(self.auc), self.auc_ci, 3),
            percent(Some(self.eer), self.eer_ci),
            percent(Some(self.false_alarms), self.false_alarms_ci),
        );
        let passed = format!("passed at {threshold}");
        let mut table = MarkdownTable::new(&[
            "generator",
            "fakes",
            "real photos of its pipeline",
            "AUC",
            "equal error rate",
            &passed,
            "AUC of trivial features",
        ]);
        for (name, figures) in &self.per_generator {
            table.row([
                name.clone(),
                figures.n.to_string(),
                figures.n_real.to_string(),
                number(Some(figures.auc), figures.auc_ci, 3),
                percent(Some(figures.eer), figures.eer_ci),
                percent(Some(figures.missed), None),
                number(self.trivial_auc.get(name).copied().flatten(), None, 3),
            ]);
        }
        text += &table.finish();
        text += "\nWhere trivial features (bytes, size, borders, colour, sharpness) do as well as the network, the set \
                 does not show what the network can do.\n";
        if !self.without_reals.is_empty() {
            let names = self.without_reals.join(", ");
            text += &format!("\nWithout real photos of their pipeline, and so not in the table: {names}.\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{Attributes, Reading, Sight};

    fn seen(score: Option<f32>, trivial: f64) -> Observed {
        let none = || Reading::NotRequested;
        let face = |score| FaceRecord {
            rect: [0.0; 4],
            confidence: 1.0,
            points: Reading::NotRequested,
            embedding: Reading::NotRequested,
            liveness: none(),
            liveness_reasons: Vec::new(),
            deepfake: Reading::Value(score),
            attributes: Attributes {
                left_eye_open: none(),
                right_eye_open: none(),
                mouth_open: none(),
                neutral: none(),
                male: none(),
                age: none(),
                race: Reading::NotRequested,
                masked: none(),
            },
            quality: BTreeMap::new(),
        };
        let sight =
            score.map_or(Sight::Nothing("no face".to_owned()), |score| Sight::Face(Box::new(face(score))));
        Observed { sight, trivial: Some(vec![trivial]) }
    }

    const CSV: &[u8] =
        b"path,label,generator,pipeline\na,real,,cam\nb,real,,cam\nc,real,,studio\nd,fake,swap,cam\n\
        e,fake,swap,cam\nf,fake,gan,studio\ng,fake,lost,scan\nh,real,,cam\n";

    fn measured(scores: [Option<f32>; 8]) -> Result<DeepfakeReport, EvalError> {
        let index = DeepfakeIndex::parse(CSV).expect("a fine index");
        let observed = scores.map(|score| seen(score, 1.0));
        report(&index, 0.5, &observed).map(|measured| measured.report)
    }

    #[test]
    fn a_generator_meets_only_real_photos_of_its_pipeline() {
        // cam: real .9 .3, fakes .4 .1; studio: real .2, fake .8; h failed.
        let scores = [0.9, 0.3, 0.2, 0.4, 0.1, 0.8, 0.0].map(Some);
        let [a, b, c, d, e, f, g] = scores;
        let report = measured([a, b, c, d, e, f, g, None]).expect("both classes");
        let swap = &report.per_generator["swap"];
        assert_eq!((swap.auc, swap.n, swap.n_real, swap.missed), (0.75, 2, 2, 0.0));
        assert_eq!((report.per_generator["gan"].auc, report.per_generator["gan"].missed), (0.0, 1.0));
        assert_eq!((report.without_reals.as_slice(), report.failures), (&["lost".to_owned()][..], 1));
        // Real .9 beats four fakes, .3 beats .1 and 0, .2 the same two: 8 of 12.
        assert!((report.auc - 8.0 / 12.0).abs() < 1e-6, "{}", report.auc);
        assert_eq!((report.n_real, report.n_fake), (3, 4));
        assert!((report.false_alarms - 2.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn one_class_is_refused() {
        let only_real = [Some(0.9), Some(0.8), Some(0.7), None, None, None, None, Some(0.6)];
        assert!(matches!(measured(only_real), Err(EvalError::Unusable(_))));
    }

    #[test]
    fn a_set_whose_answer_is_in_the_format_shows_itself() {
        let rows: Vec<String> = (0..80)
            .map(|nth| if nth % 2 == 0 { format!("{nth},real,\n") } else { format!("{nth},fake,gan\n") })
            .collect();
        let csv = format!("path,label,generator\n{}", rows.concat());
        let index = DeepfakeIndex::parse(csv.as_bytes()).expect("a fine index");
        let observed: Vec<Observed> =
            (0..80_u8).map(|nth| seen(Some(f32::from(nth % 7) / 7.0), f64::from(nth % 2))).collect();
        let report = report(&index, 0.5, &observed).expect("both classes").report;
        assert_eq!(report.trivial_auc["gan"], Some(1.0));
        assert!(report.per_generator["gan"].auc < 0.65, "the network knows nothing");
    }
}
