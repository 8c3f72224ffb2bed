//! Degradation: does each quality measure follow the defect that it is about, and no other?
//!
//! Clean photos get known defects in steps of known strength; reported is Spearman's rank correlation of each measure
//! with the step, over all photos and steps together, and within each photo on average.

use std::collections::{BTreeMap, BTreeSet};

use faceward_core::PixelRect;
use faceward_engine::Engine;
use faceward_engine::image::{Limits, RgbImage, decode};
use serde::{Deserialize, Serialize};

use crate::OnDone;
use crate::degrade::{Defect, N_STEPS};
use crate::error::EvalError;
use crate::index::{Table, evenly};
use crate::metrics::{mean, spearman};
use crate::observe::{FaceRecord, ObserveOptions, Observed, Sight, observe_all};
use crate::photos::{PhotoSource, ReadPhoto};
use crate::plot::{Chart, Curve, Drawing, Plot};
use crate::report::{MarkdownTable, Measured, Report, number, percent};

/// Measures in the printed table; all are in the JSON.
const PRINTED: [&str; 12] = [
    "blur",
    "macroblocks",
    "exposure",
    "contrast",
    "uniformity",
    "flare",
    "occlusion",
    "distortion",
    "utility",
    "iso.sharpness",
    "iso.compression_artifacts",
    "detector_confidence",
];

/// Name of the scale from too little light to too much.
const EXPOSURE: &str = "exposure";

/// Clean photos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DegradeIndex {
    /// Paths relative to the root.
    pub paths: Vec<String>,
}

impl DegradeIndex {
    /// Reads `path` and takes `most` photos, evenly over the index.
    ///
    /// # Errors
    /// The column is missing, a cell is empty, or there is no line at all.
    pub fn parse(csv: &[u8], most: usize) -> Result<Self, EvalError> {
        let paths = Table::read(csv, &["path"])?.paths()?;
        Ok(Self { paths: evenly(&paths, most) })
    }

    /// Photos that are looked at, with all their defects.
    #[must_use]
    pub fn n_looks(&self) -> usize {
        self.paths.len() * (1 + Defect::ALL.len() * N_STEPS)
    }
}

/// The result, as written to JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DegradeReport {
    /// Always `degrade`.
    pub protocol: String,
    /// Clean photos.
    pub n_photos: usize,
    /// Failures to acquire: clean photos without a face.
    pub failures: usize,
    /// By defect; `exposure` has the steps of `under_exposure` and `over_exposure` on one scale.
    pub defects: BTreeMap<String, DefectReport>,
}

/// One defect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefectReport {
    /// What the strengths are.
    pub unit: String,
    /// The strengths of the steps; the clean photo comes before them, and stands among those of `exposure` as 0.
    pub strengths: Vec<f32>,
    /// Share of the photos on which no face is found any more, by step.
    pub lost: Vec<f64>,
    /// By measure.
    pub measures: BTreeMap<String, MeasureAnswer>,
}

/// How a measure answers to a defect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureAnswer {
    /// Rank correlation with the step, over all photos and steps; `null` if the measure never changes.
    pub rank_correlation: Option<f64>,
    /// Mean rank correlation within a photo.
    pub within_photo: Option<f64>,
    /// Mean value by step; `null` where no photo has one.
    pub means: Vec<Option<f64>>,
    /// Values.
    pub n: usize,
}

/// Photos with a defect: names are `defect step path`.
struct Degraded<'a> {
    photos: &'a PhotoSource,
    /// Where the face of each clean photo is.
    faces: BTreeMap<&'a str, PixelRect>,
}

impl ReadPhoto for Degraded<'_> {
    fn read(&self, name: &str) -> Result<Vec<u8>, EvalError> {
        let unknown = || EvalError::Unusable(format!("`{name}` is no degraded photo"));
        let mut parts = name.splitn(3, ' ');
        let (defect, step, path) = (parts.next(), parts.next(), parts.next());
        let defect = Defect::ALL.into_iter().find(|one| Some(one.name()) == defect).ok_or_else(unknown)?;
        let strength = step.and_then(|step| defect.strengths().get(step.parse::<usize>().ok()?).copied());
        let path = path.ok_or_else(unknown)?;
        let face = self.faces.get(path).ok_or_else(unknown)?;
        let photo: RgbImage = decode(&self.photos.read(path)?, &Limits::default())
            .map_err(|error| EvalError::Unusable(format!("`{path}`: {error}")))?
            .photo;
        defect
            .apply(&photo, face, strength.ok_or_else(unknown)?)
            .map_err(|error| EvalError::Unusable(format!("`{path}`: {error}")))
    }
}

/// Degrades the photos of `index`, looks at them and reports.
///
/// # Errors
/// A photo is missing, the engine fails, or no clean photo shows a face.
pub fn measure(
    engine: &Engine,
    photos: &PhotoSource,
    index: &DegradeIndex,
    options: &ObserveOptions,
    on_done: OnDone<'_>,
) -> Result<Measured<DegradeReport>, EvalError> {
    let anything = |_: &FaceRecord| Ok(());
    let clean = observe_all(engine, photos, &index.paths, options, (&anything, on_done))?;
    let faces: BTreeMap<&str, PixelRect> = index
        .paths
        .iter()
        .zip(&clean)
        .filter_map(|(path, observed)| Some((path.as_str(), rect(face(observed)?))))
        .collect();
    if faces.is_empty() {
        return Err(EvalError::Unusable("no clean photo shows a face".to_owned()));
    }
    let usable: Vec<&str> = faces.keys().copied().collect();
    let degraded = Degraded { photos, faces };
    let names: Vec<String> = Defect::ALL
        .iter()
        .flat_map(|defect| (0..N_STEPS).map(move |step| (defect, step)))
        .flat_map(|(defect, step)| usable.iter().map(move |path| format!("{} {step} {path}", defect.name())))
        .collect();
    let seen = observe_all(engine, &degraded, &names, options, (&anything, on_done))?;
    let clean: Vec<Values> = usable
        .iter()
        .filter_map(|path| index.paths.iter().position(|other| other == path))
        .map(|place| values(&clean[place]))
        .collect();
    Ok(report(index.paths.len(), &clean, &seen.iter().map(values).collect::<Vec<_>>()))
}

fn face(observed: &Observed) -> Option<&FaceRecord> {
    match &observed.sight {
        Sight::Face(face) => Some(face),
        Sight::Part(_) | Sight::Nothing(_) => None,
    }
}

fn rect(face: &FaceRecord) -> PixelRect {
    let [left, top, right, bottom] = face.rect;
    PixelRect { left, top, right, bottom }
}

/// Measures of one photo; `None` without a face.
type Values = Option<BTreeMap<String, f64>>;

fn values(observed: &Observed) -> Values {
    face(observed).map(|face| {
        let mut values: BTreeMap<String, f64> =
            face.quality.iter().map(|(name, value)| (name.clone(), f64::from(*value))).collect();
        values.insert("detector_confidence".to_owned(), f64::from(face.confidence));
        values
    })
}

/// `degraded` holds, for each defect and each of its steps, the photos in the order of `clean`.
fn report(n_photos: usize, clean: &[Values], degraded: &[Values]) -> Measured<DegradeReport> {
    let n = clean.len();
    let names: BTreeSet<&String> = clean.iter().chain(degraded).flatten().flat_map(BTreeMap::keys).collect();
    let own = |defect: Defect| {
        let nth = Defect::ALL.iter().position(|other| *other == defect).unwrap_or_default();
        degraded[nth * N_STEPS * n..][..N_STEPS * n].chunks_exact(n)
    };
    let described = |unit: &str, strengths: Vec<f32>, steps: &[&[Values]]| {
        let lost =
            |photos: &[Values]| photos.iter().filter(|values| values.is_none()).count() as f64 / n as f64;
        let measures = names.iter().map(|name| ((*name).clone(), answer(name, steps)));
        DefectReport {
            unit: unit.to_owned(),
            strengths,
            lost: steps.iter().map(|photos| lost(photos)).collect(),
            measures: measures.filter(|(_, answer)| answer.n > 0).collect(),
        }
    };
    let mut defects: BTreeMap<String, DefectReport> = Defect::ALL
        .into_iter()
        .map(|defect| {
            let steps: Vec<&[Values]> = std::iter::once(clean).chain(own(defect)).collect();
            (defect.name().to_owned(), described(defect.unit(), defect.strengths().to_vec(), &steps))
        })
        .collect();
    // Less light and more light are one scale: a measure of exposure has to rise along all of it.
    let stops = |defect: Defect, sign: f32| defect.strengths().map(|strength| sign * strength);
    let less = stops(Defect::UnderExposure, -1.0).into_iter().rev();
    let strengths = less.chain([0.0]).chain(stops(Defect::OverExposure, 1.0)).collect();
    let darker = own(Defect::UnderExposure).rev();
    let steps: Vec<&[Values]> = darker.chain([clean]).chain(own(Defect::OverExposure)).collect();
    defects.insert(EXPOSURE.to_owned(), described("stops of light; 0 is the clean photo", strengths, &steps));
    let report = DegradeReport { protocol: "degrade".to_owned(), n_photos, failures: n_photos - n, defects };
    let plots = report.defects.iter().map(|(name, defect)| draw(name, defect)).collect();
    Measured { report, plots }
}

fn answer(name: &str, steps: &[&[Values]]) -> MeasureAnswer {
    let of = |step: usize, photo: usize| Some((step as f64, *steps[step][photo].as_ref()?.get(name)?));
    let n_photos = steps.first().map_or(0, |photos| photos.len());
    let of_photo = |photo: usize| (0..steps.len()).filter_map(|step| of(step, photo)).collect::<Vec<_>>();
    let by_photo: Vec<Vec<(f64, f64)>> = (0..n_photos).map(of_photo).collect();
    let together: Vec<(f64, f64)> = by_photo.iter().flatten().copied().collect();
    let at_step = |step: usize| mean((0..n_photos).filter_map(|photo| Some(of(step, photo)?.1)));
    MeasureAnswer {
        rank_correlation: spearman(&together),
        within_photo: mean(by_photo.iter().filter_map(|pairs| spearman(pairs))),
        means: (0..steps.len()).map(at_step).collect(),
        n: together.len(),
    }
}

/// Mean of each printed measure by step.
fn draw(name: &str, defect: &DefectReport) -> Plot {
    let scores = PRINTED.iter().filter(|measure| !measure.starts_with("iso."));
    let curves = scores.filter_map(|measure| {
        let means = &defect.measures.get(*measure)?.means;
        let points = means.iter().enumerate().filter_map(|(step, mean)| Some((step as f64, (*mean)?)));
        Some(Curve { name: (*measure).to_owned(), points: points.collect() })
    });
    let x = if name == EXPOSURE { "step, from dark to bright" } else { "step (0: clean)" };
    let chart = Chart { x: x.to_owned(), y: "mean".to_owned(), curves: curves.collect() };
    Plot {
        name: format!("degrade-{name}"),
        title: format!("Measures against {}", name.replace('_', " ")),
        drawing: Drawing::Lines(chart),
    }
}

impl Report for DegradeReport {
    fn markdown(&self) -> String {
        let mut text = format!(
            "{} clean photos, {} of them without a face; {N_STEPS} steps of each defect; exposure is both scales of light in one, from dark \
             to bright. Spearman's rank correlation of each measure with the step, all photos together (and within a photo, on average).\n",
            self.n_photos, self.failures
        );
        let mut columns = vec!["measure"];
        columns.extend(self.defects.keys().map(String::as_str));
        let mut table = MarkdownTable::new(&columns);
        for measure in PRINTED {
            let answers: Vec<Option<&MeasureAnswer>> =
                self.defects.values().map(|defect| defect.measures.get(measure)).collect();
            if answers.iter().all(Option::is_none) {
                continue;
            }
            table.row(std::iter::once(measure.to_owned()).chain(answers.into_iter().map(cell)));
        }
        let lost = self.defects.values().map(|defect| percent(defect.lost.last().copied(), None));
        table.row(std::iter::once("faces lost at the last step".to_owned()).chain(lost));
        text += &table.finish();
        text
    }
}

/// The correlation over all photos, and within a photo.
fn cell(answer: Option<&MeasureAnswer>) -> String {
    let together = answer.and_then(|answer| answer.rank_correlation);
    let within = answer.and_then(|answer| answer.within_photo).map(|within| format!(" ({within:.2})"));
    format!("{}{}", number(together, None, 2), within.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(blur: f64) -> Values {
        Some([("blur".to_owned(), blur), ("flat".to_owned(), 1.0)].into())
    }

    #[test]
    fn a_measure_that_follows_its_defect_correlates_with_it_and_not_with_others() {
        let clean = [seen(0.1), seen(0.2)];
        let mut degraded: Vec<Values> = Vec::new();
        for defect in Defect::ALL {
            for step in 0..N_STEPS {
                let rise = if defect == Defect::Blur { step as f64 + 1.0 } else { 0.0 };
                degraded.extend([seen(0.1 + rise), if step == 5 { None } else { seen(0.2 + rise) }]);
            }
        }
        let report = report(3, &clean, &degraded).report;
        let blur = &report.defects["blur"].measures["blur"];
        assert!((blur.within_photo.expect("it changes") - 1.0).abs() < 1e-12);
        assert!(blur.rank_correlation.expect("it changes") > 0.95);
        assert_eq!(report.defects["jpeg"].measures["blur"].within_photo, None);
        assert_eq!(report.defects["blur"].measures["flat"].rank_correlation, None);
        let exposure = &report.defects[EXPOSURE];
        assert_eq!((exposure.strengths.len(), exposure.measures["blur"].means.len()), (13, 13));
        assert_eq!((exposure.strengths[0], exposure.strengths[6], exposure.strengths[12]), (-3.0, 0.0, 2.0));
        assert_eq!(exposure.measures["blur"].means[6], blur.means[0]);
        assert_eq!((report.failures, report.defects["jpeg"].lost.last()), (1, Some(&0.5)));
        assert_eq!((blur.n, blur.means[0]), (13, Some(0.15000000000000002)));
    }

    #[test]
    fn photos_are_taken_evenly() {
        let csv: String = (0..10).map(|nth| format!("{nth}\n")).collect();
        let index = DegradeIndex::parse(format!("path\n{csv}").as_bytes(), 3).expect("an index");
        assert_eq!(index.paths, ["0", "3", "6"]);
        assert_eq!(DegradeIndex::parse(b"path\na\n", 100).expect("an index").n_looks(), 43);
    }
}
