//! Verification of poor photos: are two photos too poor to tell anybody taken for one person?
//!
//! Every photo is ruined in known ways, and compared as the service compares it: below the floor of utility not at all, above
//! it at the price of its condition. With one side ruined or both, and with none for what the price costs.

use std::collections::BTreeMap;

use faceward_core::{Embedding, PixelRect, Similarity};
use faceward_engine::Engine;
use faceward_engine::image::{Limits, decode};
use faceward_models::calibration::cohorts::cohorts;
use faceward_models::calibration::similarity::SimilarityCalibration;
use faceward_models::calibration::usability::{Condition, usability};
use serde::{Deserialize, Serialize};

use super::acquired::has_embedding;
use crate::OnDone;
use crate::degrade::Ruin;
use crate::error::EvalError;
use crate::index::IdentityIndex;
use crate::metrics::wilson;
use crate::observe::{FaceRecord, ObserveOptions, Observed, Sight, observe_all};
use crate::photos::{PhotoSource, ReadPhoto};
use crate::report::{MarkdownTable, Measured, Report, percent};

/// Which photos of a pair are ruined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Both.
    Both,
    /// One of them.
    One,
    /// None: what the price costs ordinary photos.
    None,
}

/// What is ruined, and where the line is.
#[derive(Clone, Debug)]
pub struct PoorPlan {
    /// The kinds, each for itself.
    pub kinds: Vec<Ruin>,
    /// Which photos of a pair.
    pub sides: Sides,
    /// Least similarity of one person.
    pub threshold: Similarity,
}

/// The result, as written to JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoorReport {
    /// Always `poor`.
    pub protocol: String,
    /// Least similarity of one person.
    pub threshold: f32,
    /// Photos, and those with a face as they are.
    pub n_photos: usize,
    /// Persons on them.
    pub n_persons: u32,
    /// By kind; `as_is` where nothing is ruined.
    pub kinds: BTreeMap<String, PoorRates>,
}

/// One kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoorRates {
    /// Photos on which a face is found.
    pub n_found: usize,
    /// Those that the photograph gate refuses.
    pub n_no_photograph: usize,
    /// Those of the others that lie below the floor of utility.
    pub n_too_poor: usize,
    /// Pairs of different persons that are compared.
    pub n_impostor: u64,
    /// Those called the same.
    pub n_false_matches: u64,
    /// 95 % of that share, as if pairs did not depend on each other.
    pub fmr_ci: [f64; 2],
    /// Pairs of one person that are compared.
    pub n_genuine: u64,
    /// Those called different.
    pub n_false_non_matches: u64,
    /// The same of pairs whose similarity has no price: what it was before.
    pub n_false_matches_without_price: u64,
    /// The same.
    pub n_false_non_matches_without_price: u64,
}

/// A face that is compared.
struct Usable {
    person: u32,
    photo: usize,
    embedding: Embedding,
    condition: Condition,
}

/// What there is of one kind.
#[derive(Default)]
struct Faces {
    usable: Vec<Usable>,
    n_found: usize,
    n_no_photograph: usize,
    n_too_poor: usize,
}

/// Ruined photos: names are `kind path`.
struct Ruined<'a> {
    photos: &'a PhotoSource,
    faces: BTreeMap<&'a str, PixelRect>,
}

impl ReadPhoto for Ruined<'_> {
    fn read(&self, name: &str) -> Result<Vec<u8>, EvalError> {
        let unknown = || EvalError::Unusable(format!("`{name}` is no ruined photo"));
        let (kind, path) = name.split_once(' ').ok_or_else(unknown)?;
        let ruin = Ruin::ALL.into_iter().find(|ruin| ruin.name() == kind).ok_or_else(unknown)?;
        let face = self.faces.get(path).ok_or_else(unknown)?;
        let failed = |reason: String| EvalError::Unusable(format!("`{path}`: {reason}"));
        let photo = decode(&self.photos.read(path)?, &Limits::default())
            .map_err(|error| failed(error.to_string()))?
            .photo;
        ruin.apply(&photo, face).map_err(|error| failed(error.to_string()))
    }
}

/// Ruins the photos of `index` as `plan` says, compares them and reports; similarities are those of `map`.
///
/// # Errors
/// A photo is missing, the engine fails, or no photo shows a face.
pub fn measure(
    engine: &Engine,
    photos: &PhotoSource,
    (index, map, plan): (&IdentityIndex, &SimilarityCalibration, &PoorPlan),
    options: &ObserveOptions,
    on_done: OnDone<'_>,
) -> Result<Measured<PoorReport>, EvalError> {
    let clean = observe_all(engine, photos, &index.paths, options, (&has_embedding, on_done))?;
    let rects = index.paths.iter().zip(&clean);
    let faces: BTreeMap<&str, PixelRect> =
        rects.filter_map(|(path, observed)| Some((path.as_str(), rect(face(observed)?)))).collect();
    if faces.is_empty() {
        return Err(EvalError::Unusable("no photo shows a face".to_owned()));
    }
    let as_is = sorted(index, index.paths.iter().zip(&clean));
    let mut kinds = BTreeMap::new();
    if plan.sides == Sides::None {
        kinds.insert("as_is".to_owned(), rates(&as_is, None, (map, plan.threshold))?);
    }
    let ruined = Ruined { photos, faces };
    for ruin in plan.kinds.iter().filter(|_| plan.sides != Sides::None) {
        let paths: Vec<&String> =
            index.paths.iter().filter(|path| ruined.faces.contains_key(path.as_str())).collect();
        let names: Vec<String> = paths.iter().map(|path| format!("{} {path}", ruin.name())).collect();
        let seen = observe_all(engine, &ruined, &names, options, (&has_embedding, on_done))?;
        let poor = sorted(index, paths.into_iter().zip(&seen));
        let others = (plan.sides == Sides::One).then_some(&as_is);
        kinds.insert(ruin.name().to_owned(), rates(&poor, others, (map, plan.threshold))?);
    }
    let report = PoorReport {
        protocol: "poor".to_owned(),
        threshold: plan.threshold.0,
        n_photos: index.paths.len(),
        n_persons: index.n_persons,
        kinds,
    };
    Ok(Measured { report, plots: Vec::new() })
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

/// Below this the gate takes a face for none that was photographed.
const PHOTOGRAPHED: f32 = 0.5;

/// Which of the faces may be compared, as the service decides.
fn sorted<'a>(index: &IdentityIndex, seen: impl Iterator<Item = (&'a String, &'a Observed)>) -> Faces {
    let place: BTreeMap<&str, usize> = index.paths.iter().map(String::as_str).zip(0..).collect();
    let mut faces = Faces::default();
    for (path, observed) in seen {
        let (Some(face), Some(&photo)) = (face(observed), place.get(path.as_str())) else { continue };
        faces.n_found += 1;
        let measure = |name: &str| face.quality.get(name).copied().unwrap_or(0.0);
        let shared = face.whole_embedding().and_then(|whole| cohorts().shared_with(&whole)).unwrap_or(1.0);
        let condition = Condition { utility: measure("utility"), occlusion: measure("occlusion"), shared };
        let photographed = face.photographed.value().is_none_or(|score| *score >= PHOTOGRAPHED);
        match face.embedding() {
            _ if !photographed => faces.n_no_photograph += 1,
            Some(embedding) if usability().is_usable(condition) => {
                faces.usable.push(Usable { person: index.persons[photo], photo, embedding, condition });
            }
            _ => faces.n_too_poor += 1,
        }
    }
    faces
}

/// Compares every two faces of `poor`, or each with each of `others`, but no photo with itself.
fn rates(
    poor: &Faces,
    others: Option<&Faces>,
    (map, threshold): (&SimilarityCalibration, Similarity),
) -> Result<PoorRates, EvalError> {
    let mut found = PoorRates {
        n_found: poor.n_found,
        n_no_photograph: poor.n_no_photograph,
        n_too_poor: poor.n_too_poor,
        n_impostor: 0,
        n_false_matches: 0,
        fmr_ci: [0.0, 1.0],
        n_genuine: 0,
        n_false_non_matches: 0,
        n_false_matches_without_price: 0,
        n_false_non_matches_without_price: 0,
    };
    for (nth, a) in poor.usable.iter().enumerate() {
        let partners = match others {
            Some(others) => others.usable.as_slice(),
            None => &poor.usable[nth + 1..],
        };
        for b in partners.iter().filter(|b| b.photo != a.photo) {
            let cosine =
                a.embedding.cosine(&b.embedding).map_err(|error| EvalError::Unusable(error.to_string()))?;
            let priced = usability().corrected(cosine, a.condition.of_pair(b.condition));
            let [same, same_before] = [priced, cosine].map(|cosine| map.similarity(cosine) >= threshold);
            if a.person == b.person {
                found.n_genuine += 1;
                found.n_false_non_matches += u64::from(!same);
                found.n_false_non_matches_without_price += u64::from(!same_before);
            } else {
                found.n_impostor += 1;
                found.n_false_matches += u64::from(same);
                found.n_false_matches_without_price += u64::from(same_before);
            }
        }
    }
    let share = found.n_false_matches as f64 / found.n_impostor.max(1) as f64;
    found.fmr_ci = wilson(share, found.n_impostor).ends();
    Ok(found)
}

impl Report for PoorReport {
    fn markdown(&self) -> String {
        let mut text = format!(
            "{} photos of {} persons; the same from a similarity of {} on, with the price of a face's condition (and without it).\n",
            self.n_photos, self.n_persons, self.threshold
        );
        let mut table = MarkdownTable::new(&[
            "kind",
            "faces found",
            "no photograph",
            "too poor",
            "false matches",
            "FMR (95 %, as if pairs were independent)",
            "false non-matches",
        ]);
        for (kind, found) in &self.kinds {
            let share = found.n_false_matches as f64 / found.n_impostor.max(1) as f64;
            let rate = (found.n_impostor > 0).then_some(share);
            table.row([
                kind.clone(),
                found.n_found.to_string(),
                found.n_no_photograph.to_string(),
                found.n_too_poor.to_string(),
                format!(
                    "{} of {} ({})",
                    found.n_false_matches, found.n_impostor, found.n_false_matches_without_price
                ),
                percent(rate, Some(found.fmr_ci)),
                format!(
                    "{} of {} ({})",
                    found.n_false_non_matches, found.n_genuine, found.n_false_non_matches_without_price
                ),
            ]);
        }
        text += &table.finish();
        text
    }
}

#[cfg(test)]
mod tests {
    use faceward_models::calibration::similarity::similarity;

    use super::*;

    fn usable(person: u32, photo: usize, degrees: f32, utility: f32) -> Usable {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let embedding = Embedding::normalised(similarity().model().clone(), vec![cos, sin]);
        let condition = Condition { utility, ..Condition::UNHINDERED };
        Usable { person, photo, embedding: embedding.expect("a direction"), condition }
    }

    fn faces(usable: Vec<Usable>) -> Faces {
        Faces { n_found: usable.len(), usable, ..Faces::default() }
    }

    #[test]
    fn pairs_are_counted_once_and_poor_ones_must_be_more_alike() {
        let least = usability().least_utility;
        // A cosine of .39 is the same person at .75, by a little.
        let (near, far) = (0.39_f32.acos().to_degrees(), -120.0);
        let line = (&**similarity(), Similarity(0.75));
        let good = faces(vec![usable(0, 0, 0.0, 0.9), usable(1, 1, near, 0.9), usable(0, 2, far, 0.9)]);
        let found = rates(&good, None, line).expect("one model");
        assert_eq!((found.n_impostor, found.n_genuine), (2, 1));
        assert_eq!((found.n_false_matches, found.n_false_non_matches), (1, 1));
        let poor = faces(vec![usable(0, 0, 0.0, least), usable(1, 1, near, least)]);
        let found = rates(&poor, None, line).expect("one model");
        assert_eq!((found.n_false_matches, found.n_false_matches_without_price), (0, 1));
        let found = rates(&poor, Some(&good), line).expect("one model");
        assert_eq!((found.n_impostor, found.n_genuine), (3, 1), "no photo meets itself");
    }
}
