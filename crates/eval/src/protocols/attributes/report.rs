//! Figures for everybody, for adults and minors, and for each group of people.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Person;
use super::figures::{Answer, Figures, Sample, class};
use super::task::Task;
use crate::metrics::{Confusion, calibration_error, reliability};
use crate::observe::Failure;
use crate::plot::{Chart, Curve, Drawing, Plot};
use crate::report::{FailedPhoto, MarkdownTable, Measured, Report, number, percent};

/// First age and name of each band.
const AGE_BANDS: [(f64, &str); 7] = [
    (0.0, "00-09"),
    (10.0, "10-17"),
    (18.0, "18-29"),
    (30.0, "30-44"),
    (45.0, "45-59"),
    (60.0, "60-74"),
    (75.0, "75+"),
];
/// Bins of the reliability diagram.
const N_BINS: usize = 10;

/// One photo that was answered, and who is on it.
pub(super) struct Judged<'a> {
    pub(super) sample: Sample,
    pub(super) person: &'a Person,
}

/// The result, as written to JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttributesReport {
    /// Always `attributes`.
    pub protocol: String,
    /// What was asked.
    pub task: String,
    /// Whether photos were single eyes or mouths.
    pub crops: bool,
    /// Photos named.
    pub n_photos: usize,
    /// Failures to acquire: photos without an answer. They are in no figure.
    pub failures: usize,
    /// Whom the figures beside this are about: `adults` for age, gender and race (18 years or more, or of unknown age),
    /// else `everybody`.
    pub subjects: String,
    /// The figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// Everybody, minors too.
    pub everybody: Figures,
    /// Subjects under 18; `null` without any.
    pub minors: Option<Figures>,
    /// By `age_band`, `gender` and `race`, as far as the index knows them; by gender and race only of `subjects`.
    pub per_group: BTreeMap<String, BTreeMap<String, Figures>>,
    /// Names of the classes; empty for age.
    pub classes: Vec<String>,
    /// Photos of `subjects` by true class and answer, in the order of `classes`.
    pub confusion: Vec<Vec<u64>>,
    /// Mean distance between probability and truth over all photos of `subjects`, in ten bins.
    pub calibration_error: Option<f64>,
    /// Which photos failed, and why.
    pub failed: Vec<FailedPhoto>,
}

/// Reports on `judged`, of `n_photos` photos.
pub(super) fn report(
    (task, crops): (Task, bool),
    n_photos: usize,
    judged: &[Judged<'_>],
    failures: &[Failure],
) -> Measured<AttributesReport> {
    let everybody: Vec<&Judged<'_>> = judged.iter().collect();
    let (minors, adults): (Vec<&Judged<'_>>, Vec<&Judged<'_>>) =
        judged.iter().partition(|one| one.person.is_minor());
    let subjects = if task.is_demographic() { &adults } else { &everybody };
    let scores = probabilities(subjects);
    let bins = reliability(&scores, N_BINS);
    let answers =
        subjects.iter().filter_map(|one| Some((class(one.sample.truth)?, class(one.sample.answer)?)));
    let report = AttributesReport {
        protocol: "attributes".to_owned(),
        task: task.name().to_owned(),
        crops,
        n_photos,
        failures: failures.len(),
        subjects: if task.is_demographic() { "adults" } else { "everybody" }.to_owned(),
        figures: figures(task, subjects),
        everybody: figures(task, &everybody),
        minors: (!minors.is_empty()).then(|| figures(task, &minors)),
        per_group: per_group(task, &everybody, subjects),
        classes: task.classes().iter().map(|class| (*class).to_owned()).collect(),
        confusion: Confusion::new(task.classes().len(), answers).counts().to_vec(),
        calibration_error: calibration_error(&bins),
        failed: failures.iter().map(FailedPhoto::from).collect(),
    };
    let plots =
        if scores.is_empty() { number_plots(&report, subjects) } else { score_plots(&report, &scores) };
    Measured { report, plots }
}

fn figures(task: Task, judged: &[&Judged<'_>]) -> Figures {
    Figures::of(task, &judged.iter().map(|one| &one.sample).collect::<Vec<_>>())
}

fn per_group(
    task: Task,
    everybody: &[&Judged<'_>],
    subjects: &[&Judged<'_>],
) -> BTreeMap<String, BTreeMap<String, Figures>> {
    let by = |judged: &[&Judged<'_>], group: fn(&Person) -> Option<String>| {
        let mut groups = BTreeMap::<String, Vec<&Sample>>::new();
        for one in judged {
            if let Some(name) = group(one.person) {
                groups.entry(name).or_default().push(&one.sample);
            }
        }
        groups
            .into_iter()
            .map(|(name, samples)| (name, Figures::of(task, &samples)))
            .collect::<BTreeMap<_, _>>()
    };
    let tables = [
        ("age_band", by(everybody, |person| person.age.map(|age| age_band(age).to_owned()))),
        ("gender", by(subjects, |person| person.gender.clone())),
        ("race", by(subjects, |person| person.race.clone())),
    ];
    let known = tables.into_iter().filter(|(_, groups)| !groups.is_empty());
    known.map(|(name, groups)| (name.to_owned(), groups)).collect()
}

fn age_band(age: f64) -> &'static str {
    AGE_BANDS.iter().rev().find(|(first, _)| age >= *first).map_or(AGE_BANDS[0].1, |(_, name)| name)
}

/// Truth and probability of the second of two classes.
fn probabilities(judged: &[&Judged<'_>]) -> Vec<(bool, f64)> {
    let probability = |one: &&Judged<'_>| match one.sample.answer {
        Answer::Probability(probability) => Some((class(one.sample.truth)? == 1, probability)),
        Answer::Number(_) | Answer::Class(_) => None,
    };
    judged.iter().filter_map(probability).collect()
}

fn score_plots(report: &AttributesReport, scores: &[(bool, f64)]) -> Vec<Plot> {
    let of =
        |wanted: bool| scores.iter().filter(|(truth, _)| *truth == wanted).map(|(_, score)| *score).collect();
    let classes: Vec<(String, Vec<f64>)> =
        report.classes.iter().zip([false, true]).map(|(name, truth)| (name.clone(), of(truth))).collect();
    let positive = report.classes.last().map_or("", String::as_str);
    let axis = format!("probability of `{positive}`");
    vec![
        Plot::histogram(
            &format!("{}: probabilities by true class", report.task),
            &axis,
            [0.0, 1.0],
            &classes,
        ),
        Plot::reliability(&format!("{}: said and come true", report.task), &reliability(scores, N_BINS)),
    ]
}

/// Mean answer over the true ages, in steps of five years.
fn number_plots(report: &AttributesReport, judged: &[&Judged<'_>]) -> Vec<Plot> {
    let mut steps = BTreeMap::<u32, (f64, f64)>::new();
    for one in judged {
        if let (Answer::Number(truth), Answer::Number(answer)) = (one.sample.truth, one.sample.answer) {
            let step = steps.entry((truth / 5.0) as u32).or_default();
            *step = (step.0 + answer, step.1 + 1.0);
        }
    }
    if steps.is_empty() {
        return Vec::new();
    }
    let middle = |step: u32| 5.0 * f64::from(step) + 2.0;
    let answers = steps.iter().map(|(step, (sum, n))| (middle(*step), sum / n)).collect();
    let truths = steps.keys().map(|step| (middle(*step), middle(*step))).collect();
    let curve = |name: &str, points| Curve { name: name.to_owned(), points };
    let chart = Chart {
        x: "true age".to_owned(),
        y: "mean answer".to_owned(),
        curves: vec![curve("answer", answers), curve("truth", truths)],
    };
    vec![Plot {
        name: "ages".to_owned(),
        title: format!("{}: answers over the truth", report.task),
        drawing: Drawing::Lines(chart),
    }]
}

impl Report for AttributesReport {
    fn markdown(&self) -> String {
        let Self { task, n_photos, failures, subjects, .. } = self;
        let mut text = format!("{task}: {n_photos} photos, {failures} failures to acquire.\n");
        let mut table = MarkdownTable::new(&[
            "who",
            "photos",
            "MAE (years)",
            "bias",
            "accuracy",
            "balanced accuracy",
            "AUC",
        ]);
        table.row(row(&format!("**{subjects}**"), &self.figures));
        if subjects != "everybody" {
            table.row(row("everybody", &self.everybody));
        }
        if let Some(minors) = &self.minors {
            table.row(row("minors", minors));
        }
        for (by, groups) in &self.per_group {
            for (name, figures) in groups {
                table.row(row(&format!("{} {name}", by.replace('_', " ")), figures));
            }
        }
        text += &table.finish();
        if let Some(without) = self.figures.balanced_accuracy_without_others {
            text += &format!("\nBalanced accuracy without Others: {}.\n", percent(Some(without), None));
        }
        text
    }
}

fn row(who: &str, figures: &Figures) -> [String; 7] {
    [
        who.to_owned(),
        figures.n.to_string(),
        number(figures.mae, figures.mae_ci, 1),
        number(figures.bias, None, 1),
        percent(figures.accuracy, figures.accuracy_ci),
        percent(figures.balanced_accuracy, figures.balanced_accuracy_ci),
        number(figures.auc, figures.auc_ci, 3),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> Vec<(Person, Sample)> {
        let person =
            |age: f64, gender: &str| Person { age: Some(age), gender: Some(gender.to_owned()), race: None };
        let sample =
            |group, truth, p| Sample { truth: Answer::Class(truth), answer: Answer::Probability(p), group };
        vec![
            (person(30.0, "male"), sample(0, 1, 0.9)),
            (person(40.0, "female"), sample(1, 0, 0.1)),
            (person(70.0, "female"), sample(2, 0, 0.8)),
            (person(6.0, "male"), sample(3, 1, 0.2)),
            (Person::default(), sample(4, 1, 0.7)),
        ]
    }

    #[test]
    fn minors_stand_apart_where_it_is_about_who_somebody_is() {
        let people = people();
        let judged: Vec<Judged<'_>> =
            people.iter().map(|(person, sample)| Judged { sample: *sample, person }).collect();
        let about_gender = report((Task::Gender, false), 6, &judged, &[]).report;
        assert_eq!((about_gender.figures.n, about_gender.figures.accuracy), (4, Some(0.75)));
        assert_eq!(about_gender.minors.as_ref().map(|figures| figures.accuracy), Some(Some(0.0)));
        assert_eq!(about_gender.everybody.accuracy, Some(0.6));
        assert_eq!(about_gender.per_group["gender"]["female"].accuracy, Some(0.5));
        assert_eq!(about_gender.per_group["gender"]["male"].n, 1);
        assert_eq!(about_gender.per_group["age_band"]["00-09"].n, 1);
        assert!(!about_gender.per_group.contains_key("race"));
        assert_eq!(about_gender.confusion, [vec![1, 1], vec![0, 2]]);
        let about_masks = report((Task::Mask, false), 6, &judged, &[]).report;
        assert_eq!((about_masks.subjects.as_str(), about_masks.figures.n), ("everybody", 5));
    }

    #[test]
    fn the_figures_stand_at_the_top_of_the_json() {
        let people = people();
        let judged: Vec<Judged<'_>> =
            people.iter().map(|(person, sample)| Judged { sample: *sample, person }).collect();
        let json = serde_json::to_value(report((Task::Gender, false), 5, &judged, &[]).report).expect("JSON");
        for key in ["accuracy", "balanced_accuracy", "auc", "mae", "per_group", "failures"] {
            assert!(json.get(key).is_some(), "{key}");
        }
    }

    #[test]
    fn bands_begin_where_they_say() {
        for (age, band) in [(0.0, "00-09"), (17.9, "10-17"), (18.0, "18-29"), (60.0, "60-74"), (116.0, "75+")]
        {
            assert_eq!(age_band(age), band);
        }
    }
}
