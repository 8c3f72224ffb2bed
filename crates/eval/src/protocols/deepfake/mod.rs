//! Deepfake detection: are swapped and generated faces told from genuine ones, whatever made them?
//!
//! Each generator is judged on its own, and only against real photos of the same `pipeline` where the index has that
//! column: a set whose fakes were cut and stored in another way than its real photos measures the storing. Beside the
//! network stands what a bag of trees makes of trivial features alone. `figures` holds the figures, `report` what is
//! handed back.

mod figures;
mod report;

use faceward_engine::{Engine, Output};

use super::acquired::demand;
use crate::OnDone;
use crate::error::EvalError;
use crate::index::Table;
use crate::observe::{FaceRecord, ObserveOptions, observe_all};
use crate::photos::PhotoSource;
use crate::report::Measured;

pub use figures::GeneratorFigures;
pub use report::DeepfakeReport;

use report::report;

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
    if !engine.capabilities().outputs.contains(Output::Genuine) {
        return Err(EvalError::NoModel { what: "deepfakes" });
    }
    let options = ObserveOptions { trivial: true, ..options.clone() };
    let has_deepfake = |face: &FaceRecord| demand(&face.genuine, "deepfakes");
    let observed = observe_all(engine, photos, &index.paths, &options, (&has_deepfake, on_done))?;
    report(index, threshold, &observed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::observe::Observed;
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
            genuine: Reading::Value(score),
            photographed: Reading::NotRequested,
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
