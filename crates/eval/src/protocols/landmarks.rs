//! Landmarks: how far the 68 points lie from labelled ones.
//!
//! Labels of the 300-W family count pixels from 1; the engine's 68 points follow them
//! (`models/calibration/landmarks68.toml`), so both are compared as they are.

use faceward_engine::Engine;
use serde::{Deserialize, Serialize};

use super::SEED;
use super::acquired::{acquire, demand, value};
use crate::OnDone;
use crate::error::EvalError;
use crate::index::Table;
use crate::metrics::{Groups, NormalisedError, mean, normalised_error};
use crate::observe::{FaceRecord, ObserveOptions, observe_all};
use crate::photos::PhotoSource;
use crate::plot::{Chart, Curve, Drawing, Plot};
use crate::report::{FailedPhoto, MarkdownTable, Measured, Report, ends, number, percent};

/// Above this error a face counts as lost.
const LOST: f64 = 0.10;

/// Labelled photos.
#[derive(Clone, Debug, PartialEq)]
pub struct LandmarksIndex {
    /// Paths relative to the root.
    pub paths: Vec<String>,
    /// The 68 true points of each photo.
    pub points: Vec<Vec<[f32; 2]>>,
    /// Photos that are not independent of each other share a number.
    pub groups: Vec<u32>,
}

impl LandmarksIndex {
    /// Reads `path,points[,identity]`; `points` is x and y of the 68 points of iBUG 300-W, in pixels, separated
    /// by spaces. Intervals are over the first of the columns `identity` and `group` that is there.
    ///
    /// # Errors
    /// A column is missing, a cell is empty or not understood, or there is no line at all.
    pub fn parse(csv: &[u8]) -> Result<Self, EvalError> {
        let table = Table::read(csv, &["path", "points"])?;
        let points = table.rows.iter().map(|row| {
            let numbers: Option<Vec<f32>> =
                row.cell(1)?.split_whitespace().map(|text| text.parse().ok()).collect();
            let numbers =
                numbers.filter(|numbers| numbers.len() == 136 && numbers.iter().all(|n| n.is_finite()));
            let numbers = numbers.ok_or_else(|| row.error("`points` is not 136 numbers".to_owned()))?;
            Ok(numbers.chunks_exact(2).map(|point| [point[0], point[1]]).collect())
        });
        let points = points.collect::<Result<_, EvalError>>()?;
        Ok(Self { paths: table.paths()?, points, groups: table.groups(&["identity", "group"]) })
    }
}

/// The result, as written to JSON. Errors are parts of the distance between the outer corners of the eyes; intervals
/// hold 95 % of 1,000 draws of groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LandmarksReport {
    /// Always `landmarks`.
    pub protocol: String,
    /// Photos named.
    pub n_photos: usize,
    /// Groups that the intervals are over.
    pub n_groups: usize,
    /// Failures to acquire: photos without points. They are in no figure.
    pub failures: usize,
    /// Mean error of all 68 points.
    pub nme: f64,
    /// Its interval.
    pub nme_ci: Option<[f64; 2]>,
    /// Mean error of the inner 51 points.
    pub nme_inner: f64,
    /// Its interval.
    pub nme_inner_ci: Option<[f64; 2]>,
    /// Median error of all 68 points.
    pub nme_median: f64,
    /// Share of photos with an error above 0.10.
    pub lost: f64,
    /// Which photos failed, and why.
    pub failed: Vec<FailedPhoto>,
}

/// Looks at the photos of `index` and reports.
///
/// # Errors
/// A photo is missing, there is no model for points, or no photo gave any.
pub fn measure(
    engine: &Engine,
    photos: &PhotoSource,
    index: &LandmarksIndex,
    options: &ObserveOptions,
    on_done: OnDone<'_>,
) -> Result<Measured<LandmarksReport>, EvalError> {
    let has_points = |face: &FaceRecord| demand(&face.points, "landmarks");
    let observed = observe_all(engine, photos, &index.paths, options, (&has_points, on_done))?;
    let acquired = acquire(&index.paths, &observed, |face| value(&face.points));
    let mut errors: Vec<(NormalisedError, u32)> = Vec::new();
    for (place, found) in acquired.values.iter().enumerate() {
        let Some(found) = found else { continue };
        let error = normalised_error(found, &index.points[place]);
        let Some(error) = error else {
            let path = &index.paths[place];
            return Err(EvalError::Unusable(format!("the labelled eyes of `{path}` coincide")));
        };
        errors.push((error, index.groups[place]));
    }
    if errors.is_empty() {
        return Err(EvalError::Unusable("no photo gave points".to_owned()));
    }
    let failed = acquired.failures.iter().map(FailedPhoto::from).collect();
    Ok(report(index.paths.len(), &errors, failed))
}

fn report(
    n_photos: usize,
    errors: &[(NormalisedError, u32)],
    failed: Vec<FailedPhoto>,
) -> Measured<LandmarksReport> {
    let groups = Groups::new(&errors.iter().map(|(_, group)| *group).collect::<Vec<_>>());
    let found = groups.intervals(SEED, |samples| {
        let drawn = || samples.iter().map(|sample| errors[*sample].0);
        vec![mean(drawn().map(|error| error.all)), mean(drawn().map(|error| error.inner))]
    });
    let mut all: Vec<f64> = errors.iter().map(|(error, _)| error.all).collect();
    all.sort_unstable_by(f64::total_cmp);
    let report = LandmarksReport {
        protocol: "landmarks".to_owned(),
        n_photos,
        n_groups: groups.len(),
        failures: failed.len(),
        nme: mean(all.iter().copied()).unwrap_or_default(),
        nme_ci: ends(found.first().copied().flatten()),
        nme_inner: mean(errors.iter().map(|(error, _)| error.inner)).unwrap_or_default(),
        nme_inner_ci: ends(found.get(1).copied().flatten()),
        nme_median: all[all.len() / 2],
        lost: all.iter().filter(|error| **error > LOST).count() as f64 / all.len() as f64,
        failed,
    };
    Measured { plots: vec![cumulative(&all)], report }
}

/// Share of photos up to each error.
fn cumulative(sorted: &[f64]) -> Plot {
    let n = sorted.len() as f64;
    let points = sorted.iter().zip(1..).map(|(error, rank)| (*error, f64::from(rank) / n));
    let curve = Curve { name: "68 points".to_owned(), points: points.collect() };
    let chart = Chart {
        x: "error in distances of the outer eye corners".to_owned(),
        y: "share of photos up to it".to_owned(),
        curves: vec![curve],
    };
    Plot { name: "errors".to_owned(), title: "Landmarks: errors".to_owned(), drawing: Drawing::Lines(chart) }
}

impl Report for LandmarksReport {
    fn markdown(&self) -> String {
        let Self { n_photos, failures, n_groups, .. } = self;
        let mut table = MarkdownTable::new(&["points", "mean error", "median", "photos over .10"]);
        table.row([
            "all 68".to_owned(),
            number(Some(self.nme), self.nme_ci, 4),
            number(Some(self.nme_median), None, 4),
            percent(Some(self.lost), None),
        ]);
        let inner = number(Some(self.nme_inner), self.nme_inner_ci, 4);
        table.row(["inner 51".to_owned(), inner, "-".to_owned(), "-".to_owned()]);
        format!(
            "{n_photos} photos in {n_groups} groups, {failures} failures to acquire; errors in distances of the outer \
             eye corners.\n{}",
            table.finish()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_136_numbers() {
        let numbers = |n: usize| vec!["1.5"; n].join(" ");
        let csv = format!("path,identity,points\na.jpg,x,{}\n", numbers(136));
        let index = LandmarksIndex::parse(csv.as_bytes()).expect("a fine index");
        assert_eq!((index.points[0].len(), index.points[0][67]), (68, [1.5, 1.5]));
        for bad in [numbers(135), format!("{} x", numbers(135)), format!("{} inf", numbers(135))] {
            let csv = format!("path,points\na.jpg,{bad}\n");
            let error = LandmarksIndex::parse(csv.as_bytes()).expect_err("a bad label").to_string();
            assert_eq!(error, "line 2 of the index: `points` is not 136 numbers");
        }
    }

    #[test]
    fn errors_are_averaged_over_photos() {
        let error = |all, inner, group| (NormalisedError { all, inner }, group);
        let errors = [error(0.04, 0.03, 0), error(0.06, 0.05, 1), error(0.2, 0.1, 2)];
        let report = report(4, &errors, Vec::new()).report;
        assert!((report.nme - 0.1).abs() < 1e-12 && (report.nme_inner - 0.06).abs() < 1e-12);
        assert!((report.nme_median - 0.06).abs() < 1e-12 && (report.lost - 1.0 / 3.0).abs() < 1e-12);
    }
}
