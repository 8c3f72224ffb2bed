//! What is handed back: the result, its table and its plots.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::DeepfakeIndex;
use super::figures::{
    GeneratorFigures, Scored, against_its_reals, classes, generator_figures, overall, sorted, trivial_classes,
};
use crate::error::EvalError;
use crate::metrics::TwoClasses;
use crate::observe::Observed;
use crate::plot::Plot;
use crate::protocols::acquired::{acquire, value};
use crate::report::{FailedPhoto, MarkdownTable, Measured, Report, number, percent};

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

/// Figures of the photos with a score, at `threshold`.
///
/// # Errors
/// One of the two classes has no score.
pub(super) fn report(
    index: &DeepfakeIndex,
    threshold: f64,
    observed: &[Observed],
) -> Result<Measured<DeepfakeReport>, EvalError> {
    let acquired = acquire(&index.paths, observed, |face| Ok(f64::from(value(&face.genuine)?)));
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
