//! Figures of some scored photos: all of them, and each generator against the real photos of its pipelines.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::super::SEED;
use crate::metrics::{Groups, TwoClasses};
use crate::report::ends;
use crate::trivial::{Sample, cross_validated};

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

/// One photo with a score.
pub(super) struct Scored<'a> {
    pub(super) score: f64,
    pub(super) generator: Option<&'a str>,
    pub(super) pipeline: &'a str,
    pub(super) group: u32,
    pub(super) trivial: Option<&'a [f64]>,
}

pub(super) fn classes<'a>(photos: impl Iterator<Item = &'a Scored<'a>>) -> Option<TwoClasses> {
    TwoClasses::new(photos.map(|photo| (photo.generator.is_none(), photo.score))).ok()
}

pub(super) fn sorted<'a>(photos: impl Iterator<Item = &'a Scored<'a>>) -> Vec<f64> {
    let mut scores: Vec<f64> = photos.map(|photo| photo.score).collect();
    scores.sort_unstable_by(f64::total_cmp);
    scores
}

/// Intervals of the figures over all photos.
pub(super) struct Overall {
    pub(super) n_groups: usize,
    groups: Groups,
    pub(super) auc: Option<[f64; 2]>,
    pub(super) eer: Option<[f64; 2]>,
}

pub(super) fn overall(photos: &[Scored<'_>]) -> Overall {
    let groups = Groups::new(&photos.iter().map(|photo| photo.group).collect::<Vec<_>>());
    let found = groups.intervals(SEED, |samples| {
        let drawn = classes(samples.iter().map(|sample| &photos[*sample]));
        vec![drawn.as_ref().map(TwoClasses::auc), drawn.as_ref().map(TwoClasses::equal_error_rate)]
    });
    let at = |place: usize| ends(found.get(place).copied().flatten());
    Overall { n_groups: groups.len(), auc: at(0), eer: at(1), groups }
}

impl Overall {
    pub(super) fn false_alarms(&self, photos: &[Scored<'_>], threshold: f64) -> Option<[f64; 2]> {
        let share = |samples: &[usize]| {
            let reals = samples.iter().map(|s| &photos[*s]).filter(|photo| photo.generator.is_none());
            crate::metrics::mean(reals.map(|photo| f64::from(u8::from(photo.score < threshold))))
        };
        ends(self.groups.interval(SEED, share))
    }
}

/// The fakes of `generator`, and the real photos of the pipelines that they come from.
pub(super) fn against_its_reals<'a>(photos: &'a [Scored<'a>], generator: &str) -> Vec<&'a Scored<'a>> {
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
pub(super) fn generator_figures(photos: &[&Scored<'_>], threshold: f64) -> Option<GeneratorFigures> {
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
pub(super) fn trivial_classes(photos: &[&Scored<'_>]) -> Option<TwoClasses> {
    let sample = |photo: &&Scored<'_>| {
        let features = photo.trivial?.to_vec();
        Some(Sample { features, positive: photo.generator.is_none(), group: photo.group })
    };
    let samples: Vec<Sample> = photos.iter().filter_map(sample).collect();
    let predictions = cross_validated(&samples)?;
    TwoClasses::new(samples.iter().zip(predictions).map(|(sample, p)| (sample.positive, p))).ok()
}
