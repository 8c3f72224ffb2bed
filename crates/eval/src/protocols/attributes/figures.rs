//! How right the answers to one task are, with intervals over groups.

use serde::{Deserialize, Serialize};

use super::super::SEED;
use super::task::{OTHERS, Task};
use crate::metrics::{Confusion, Groups, TwoClasses, mean};
use crate::report::ends;

/// From this probability on, the answer is yes.
const EVEN: f64 = 0.5;
/// Years off that are counted as near.
const NEAR: f64 = 5.0;

/// A label, or what the engine says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Answer {
    /// A number.
    Number(f64),
    /// One of the task's classes.
    Class(usize),
    /// Probability of the second of two classes.
    Probability(f64),
}

/// One photo that was answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) truth: Answer,
    pub(super) answer: Answer,
    pub(super) group: u32,
}

/// How right answers are; what a task does not have is `null`. Intervals hold 95 % of 1,000 draws of groups.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Photos judged.
    pub n: usize,
    /// Mean absolute error, in years.
    pub mae: Option<f64>,
    /// Its interval.
    pub mae_ci: Option<[f64; 2]>,
    /// Mean error, in years: above 0 where people are taken for older.
    pub bias: Option<f64>,
    /// Its interval.
    pub bias_ci: Option<[f64; 2]>,
    /// Share of photos not more than five years off.
    pub within_5: Option<f64>,
    /// Its interval.
    pub within_5_ci: Option<[f64; 2]>,
    /// Share of right answers; probabilities are answered at 0.5.
    pub accuracy: Option<f64>,
    /// Its interval.
    pub accuracy_ci: Option<[f64; 2]>,
    /// Mean share of right answers over the classes that occur; `null` if only one does.
    pub balanced_accuracy: Option<f64>,
    /// Its interval.
    pub balanced_accuracy_ci: Option<[f64; 2]>,
    /// The same without subjects of the group Others.
    pub balanced_accuracy_without_others: Option<f64>,
    /// Area under the ROC curve; `null` without probabilities, or if only one class occurs.
    pub auc: Option<f64>,
    /// Its interval.
    pub auc_ci: Option<[f64; 2]>,
}

impl Figures {
    /// The figures of `samples`.
    pub(super) fn of(task: Task, samples: &[&Sample]) -> Self {
        let groups = Groups::new(&samples.iter().map(|sample| sample.group).collect::<Vec<_>>());
        let values = Values::of(task, samples);
        let found = groups.intervals(SEED, |drawn| {
            let drawn: Vec<&Sample> = drawn.iter().map(|place| samples[*place]).collect();
            Values::of(task, &drawn).with_intervals().to_vec()
        });
        let at = |place: usize| ends(found.get(place).copied().flatten());
        Self {
            n: samples.len(),
            mae: values.mae,
            mae_ci: at(0),
            bias: values.bias,
            bias_ci: at(1),
            within_5: values.within_5,
            within_5_ci: at(2),
            accuracy: values.accuracy,
            accuracy_ci: at(3),
            balanced_accuracy: values.balanced_accuracy,
            balanced_accuracy_ci: at(4),
            balanced_accuracy_without_others: values.without_others,
            auc: values.auc,
            auc_ci: at(5),
        }
    }
}

/// Figures without intervals.
#[derive(Default)]
struct Values {
    mae: Option<f64>,
    bias: Option<f64>,
    within_5: Option<f64>,
    accuracy: Option<f64>,
    balanced_accuracy: Option<f64>,
    without_others: Option<f64>,
    auc: Option<f64>,
}

impl Values {
    fn of(task: Task, samples: &[&Sample]) -> Self {
        if task.classes().is_empty() { Self::of_numbers(samples) } else { Self::of_classes(task, samples) }
    }

    fn of_numbers(samples: &[&Sample]) -> Self {
        let errors: Vec<f64> = samples
            .iter()
            .filter_map(|sample| match (sample.truth, sample.answer) {
                (Answer::Number(truth), Answer::Number(answer)) => Some(answer - truth),
                _ => None,
            })
            .collect();
        Self {
            mae: mean(errors.iter().map(|error| error.abs())),
            bias: mean(errors.iter().copied()),
            within_5: mean(errors.iter().map(|error| f64::from(u8::from(error.abs() <= NEAR)))),
            ..Self::default()
        }
    }

    fn of_classes(task: Task, samples: &[&Sample]) -> Self {
        let others = task.classes().iter().position(|class| *class == OTHERS);
        let n_classes = task.classes().len();
        let counted = |without: Option<usize>| {
            let answers =
                samples.iter().filter_map(|sample| Some((class(sample.truth)?, class(sample.answer)?)));
            Confusion::new(n_classes, answers.filter(|(truth, _)| Some(*truth) != without))
        };
        let scores = samples.iter().filter_map(|sample| match sample.answer {
            Answer::Probability(score) => Some((class(sample.truth)? == 1, score)),
            Answer::Number(_) | Answer::Class(_) => None,
        });
        let confusion = counted(None);
        Self {
            accuracy: confusion.accuracy(),
            balanced_accuracy: confusion.balanced_accuracy(),
            without_others: others.and_then(|others| counted(Some(others)).balanced_accuracy()),
            auc: TwoClasses::new(scores).ok().map(|classes| classes.auc()),
            ..Self::default()
        }
    }

    const fn with_intervals(&self) -> [Option<f64>; 6] {
        [self.mae, self.bias, self.within_5, self.accuracy, self.balanced_accuracy, self.auc]
    }
}

/// The class that an answer means.
pub(super) fn class(answer: Answer) -> Option<usize> {
    match answer {
        Answer::Class(class) => Some(class),
        Answer::Probability(probability) => Some(usize::from(probability >= EVEN)),
        Answer::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(task: Task, answers: &[(Answer, Answer)]) -> Figures {
        let samples: Vec<Sample> = answers
            .iter()
            .zip(0..)
            .map(|((truth, answer), group)| Sample { truth: *truth, answer: *answer, group })
            .collect();
        Figures::of(task, &samples.iter().collect::<Vec<_>>())
    }

    #[test]
    fn ages_are_off_by_years() {
        let years = |truth, answer| (Answer::Number(truth), Answer::Number(answer));
        let figures = figures(Task::Age, &[years(30.0, 33.0), years(40.0, 30.0), years(50.0, 55.0)]);
        assert_eq!((figures.n, figures.mae, figures.within_5), (3, Some(6.0), Some(2.0 / 3.0)));
        assert!((figures.bias.expect("a number") + 2.0 / 3.0).abs() < 1e-12);
        assert_eq!((figures.accuracy, figures.auc), (None, None));
    }

    #[test]
    fn probabilities_are_answered_at_one_half_and_ranked() {
        let open = |truth, p| (Answer::Class(truth), Answer::Probability(p));
        let figures =
            figures(Task::Eyes, &[open(1, 0.5), open(1, 0.4), open(0, 0.45), open(0, 0.1), open(0, 0.2)]);
        assert_eq!((figures.accuracy, figures.balanced_accuracy), (Some(0.8), Some(0.75)));
        assert!((figures.auc.expect("both classes") - 5.0 / 6.0).abs() < 1e-12);
        assert_eq!(figures.mae, None);
    }

    #[test]
    fn one_class_has_an_accuracy_and_no_more() {
        let open = |truth, p| (Answer::Class(truth), Answer::Probability(p));
        let figures = figures(Task::Mouth, &[open(1, 0.9), open(1, 0.3)]);
        assert_eq!((figures.accuracy, figures.balanced_accuracy, figures.auc), (Some(0.5), None, None));
    }

    #[test]
    fn others_can_be_left_out() {
        let race = |truth, answer| (Answer::Class(truth), Answer::Class(answer));
        let figures = figures(Task::Race, &[race(0, 0), race(0, 4), race(1, 1), race(4, 0), race(4, 0)]);
        assert_eq!(figures.balanced_accuracy, Some(0.5));
        assert_eq!(figures.balanced_accuracy_without_others, Some(0.75));
    }
}
