//! Precision: what changes when networks compute in shorter numbers?
//!
//! The same photos are looked at by two engines, one in f32 and one in the precision in question. The detector and the mesh
//! compute in f32 in both, so every other network sees the same input, and a change of a value is its network's own.

use std::collections::BTreeMap;

use faceward_core::{Cosine, Precision};
use faceward_engine::Engine;
use faceward_models::calibration::thresholds::{Rule, thresholds};
use serde::{Deserialize, Serialize};

use crate::OnDone;
use crate::error::EvalError;
use crate::index::{Table, evenly};
use crate::observe::{FaceRecord, ObserveOptions, Observed, Sight, observe_all};
use crate::photos::PhotoSource;
use crate::report::{MarkdownTable, Measured, Report, number};

/// Reads `path` and takes `most` photos, evenly over the index.
///
/// # Errors
/// The column is missing, a cell is empty, or there is no line at all.
pub fn parse_index(csv: &[u8], most: usize) -> Result<Vec<String>, EvalError> {
    Ok(evenly(&Table::read(csv, &["path"])?.paths()?, most))
}

/// The result, as written to JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrecisionReport {
    /// Always `precision`.
    pub protocol: String,
    /// Photos.
    pub n_photos: usize,
    /// Faces found by both engines.
    pub n_faces: usize,
    /// Photos on which only one engine found a face.
    pub n_one_sided: usize,
    /// Networks of the second engine that do not compute in f32.
    pub networks: Vec<String>,
    /// The cosine of the two embeddings of a face.
    pub embedding: Option<CosineSummary>,
    /// By value.
    pub values: BTreeMap<String, Change>,
}

/// How alike two embeddings of one face are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CosineSummary {
    /// Faces.
    pub n: usize,
    /// Mean cosine.
    pub mean: f64,
    /// Least cosine.
    pub least: f64,
}

/// How a value changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Faces on which both engines give it.
    pub n: usize,
    /// Faces on which only one does.
    pub n_one_sided: usize,
    /// Mean of the absolute change, in the unit of the value.
    pub mean: f64,
    /// Largest absolute change.
    pub largest: f64,
    /// Faces on which the verdict at the shipped threshold differs; `null` where there is none.
    pub flipped: Option<usize>,
}

/// Looks at every photo with both engines and compares.
///
/// # Errors
/// A photo is missing, an engine fails, the second computes as the first does, or no photo shows a face.
pub fn measure(
    [exact, short]: [&Engine; 2],
    photos: &PhotoSource,
    paths: &[String],
    options: &ObserveOptions,
    on_done: OnDone<'_>,
) -> Result<Measured<PrecisionReport>, EvalError> {
    let networks: Vec<String> = shorter(short);
    if networks.is_empty() || !shorter(exact).is_empty() {
        return Err(EvalError::Unusable("no network computes in anything else than f32".to_owned()));
    }
    let look = |engine| {
        let anything = |_: &FaceRecord| Ok(());
        observe_all(engine, photos, paths, options, (&anything, on_done))
    };
    let (exact, short) = (look(exact)?, look(short)?);
    let mut report = compare(&exact, &short);
    if report.n_faces == 0 {
        return Err(EvalError::Unusable("no photo shows a face".to_owned()));
    }
    report.networks = networks;
    Ok(Measured { report, plots: Vec::new() })
}

/// Ids of the networks that do not compute in f32.
fn shorter(engine: &Engine) -> Vec<String> {
    let models = engine.capabilities().models.iter();
    models.filter(|model| model.precision != Precision::F32).map(|model| model.id.to_string()).collect()
}

fn compare(exact: &[Observed], short: &[Observed]) -> PrecisionReport {
    let (mut n_faces, mut n_one_sided) = (0, 0);
    let (mut cosines, mut values) = (Vec::new(), BTreeMap::<String, Change>::new());
    for (exact, short) in exact.iter().zip(short) {
        let (exact, short) = match (&exact.sight, &short.sight) {
            (Sight::Face(exact), Sight::Face(short)) => (exact, short),
            (Sight::Face(_), _) | (_, Sight::Face(_)) => {
                n_one_sided += 1;
                continue;
            }
            (Sight::Part(_) | Sight::Nothing(_), Sight::Part(_) | Sight::Nothing(_)) => continue,
        };
        n_faces += 1;
        if let (Some((_, exact)), Some((_, short))) = (exact.embedding.value(), short.embedding.value()) {
            cosines.push(f64::from(Cosine::of(exact, short).0));
        }
        let (exact, mut short) = (scores(exact), scores(short));
        for (name, exact) in exact {
            let change = values.entry(name.clone()).or_default();
            match short.remove(&name) {
                Some(short) => change.add(&name, exact, short),
                None => change.n_one_sided += 1,
            }
        }
        for name in short.into_keys() {
            values.entry(name).or_default().n_one_sided += 1;
        }
    }
    for change in values.values_mut() {
        change.mean /= change.n.max(1) as f64;
    }
    let embedding = (!cosines.is_empty()).then(|| CosineSummary {
        n: cosines.len(),
        mean: cosines.iter().sum::<f64>() / cosines.len() as f64,
        least: cosines.iter().copied().fold(1.0, f64::min),
    });
    PrecisionReport {
        protocol: "precision".to_owned(),
        n_photos: exact.len(),
        n_faces,
        n_one_sided,
        networks: Vec::new(),
        embedding,
        values,
    }
}

impl Change {
    /// Counts a face. [`Self::mean`] is the sum until all are counted.
    fn add(&mut self, name: &str, exact: f32, short: f32) {
        let (exact, short) = (f64::from(exact), f64::from(short));
        let change = (exact - short).abs();
        self.n += 1;
        self.mean += change;
        self.largest = self.largest.max(change);
        if let Some(rule) = rule(name) {
            let flipped = rule.accepts(exact) != rule.accepts(short);
            *self.flipped.get_or_insert(0) += usize::from(flipped);
        }
    }
}

/// Everything about a face that is one number, by name.
fn scores(face: &FaceRecord) -> BTreeMap<String, f32> {
    let attributes = &face.attributes;
    let own = [
        ("liveness", &face.liveness),
        ("deepfake", &face.genuine),
        ("photographed", &face.photographed),
        ("left_eye_open", &attributes.left_eye_open),
        ("right_eye_open", &attributes.right_eye_open),
        ("mouth_open", &attributes.mouth_open),
        ("neutral", &attributes.neutral),
        ("male", &attributes.male),
        ("age_years", &attributes.age),
        ("masked", &attributes.masked),
    ];
    let own = own.into_iter().filter_map(|(name, reading)| Some((name.to_owned(), *reading.value()?)));
    own.chain(face.quality.iter().map(|(name, value)| (name.clone(), *value))).collect()
}

/// The shipped rule about a value.
fn rule(name: &str) -> Option<Rule> {
    match name {
        // Which of two answers is given.
        "photographed" | "male" | "masked" | "mouth_open" | "left_eye_open" | "right_eye_open" => {
            Some(Rule::AtLeast(0.5))
        }
        other => thresholds().rules().find(|(rule, _)| *rule == other).map(|(_, rule)| rule),
    }
}

impl Report for PrecisionReport {
    fn markdown(&self) -> String {
        let mut text = format!(
            "{} photos, {} faces; found by one engine only: {}. Networks that do not compute in f32: {}.\n",
            self.n_photos,
            self.n_faces,
            self.n_one_sided,
            self.networks.join(", ")
        );
        if let Some(CosineSummary { n, mean, least }) = &self.embedding {
            text +=
                &format!("Cosine to the embedding in f32, {n} faces: mean {mean:.6}, least {least:.6}.\n");
        }
        let columns = ["value", "faces", "mean change", "largest change", "verdicts that differ"];
        let mut table = MarkdownTable::new(&columns);
        for (name, change) in self.values.iter().filter(|(_, change)| change.largest > 0.0) {
            let flipped = change.flipped.map_or("-".to_owned(), |flipped| flipped.to_string());
            let [mean, largest] = [change.mean, change.largest].map(|value| number(Some(value), None, 4));
            table.row([name.clone(), change.n.to_string(), mean, largest, flipped]);
        }
        text + &table.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_summed_and_verdicts_on_both_sides_of_a_threshold_counted() {
        let Rule::AtLeast(least) = thresholds().liveness else { panic!("a least score") };
        let least = least as f32;
        let mut change = Change::default();
        change.add("liveness", least + 0.01, least - 0.01);
        change.add("liveness", least + 0.02, least + 0.01);
        assert_eq!((change.n, change.flipped), (2, Some(1)));
        assert!((change.largest - 0.02).abs() < 1e-6 && (change.mean - 0.03).abs() < 1e-6);
        let mut age = Change::default();
        age.add("age_years", 30.0, 31.0);
        assert_eq!(age.flipped, None, "there is no verdict about an age");
    }

    #[test]
    fn photos_without_a_face_are_compared_as_well() {
        let nothing = || Observed { sight: Sight::Nothing("no face".to_owned()), trivial: None };
        let report = compare(&[nothing()], &[nothing()]);
        assert_eq!((report.n_photos, report.n_faces, report.n_one_sided), (1, 0, 0));
    }
}
