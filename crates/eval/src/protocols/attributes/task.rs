//! What is asked of a photo: the column of its label, the classes, where the engine's answer is.

use faceward_engine::{FacePart, Output};

use super::super::acquired::{demand, value};
use super::figures::Answer;
use crate::error::EvalError;
use crate::observe::{FaceRecord, Reading};

/// What is asked of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the word for itself")]
pub enum Task {
    Age,
    Gender,
    Race,
    Mask,
    Eyes,
    Mouth,
    Expression,
}

/// The group of those whom the labels do not name.
pub(super) const OTHERS: &str = "other";

impl Task {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Gender => "gender",
            Self::Race => "race",
            Self::Mask => "mask",
            Self::Eyes => "eyes",
            Self::Mouth => "mouth",
            Self::Expression => "expression",
        }
    }

    /// What the engine has to find out for it.
    #[must_use]
    pub const fn output(self) -> Output {
        match self {
            Self::Age => Output::Age,
            Self::Gender => Output::Gender,
            Self::Race => Output::Race,
            Self::Mask => Output::Coverings,
            Self::Eyes => Output::Eyes,
            Self::Mouth => Output::Mouth,
            Self::Expression => Output::Expression,
        }
    }

    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Gender => "gender",
            Self::Race => "race",
            Self::Mask | Self::Eyes | Self::Mouth => "label",
            Self::Expression => "emotion",
        }
    }

    /// Names of the classes; of two, the second is the one whose probability the engine gives. Empty for a number.
    pub(super) const fn classes(self) -> &'static [&'static str] {
        match self {
            Self::Age => &[],
            Self::Gender => &["female", "male"],
            Self::Race => &["white", "black", "asian", "indian", OTHERS],
            Self::Mask => &["no_mask", "mask"],
            Self::Eyes | Self::Mouth => &["closed", "open"],
            Self::Expression => &["expressive", "neutral"],
        }
    }

    /// Whether it is about who the subject is: minors then stand apart.
    pub(super) const fn is_demographic(self) -> bool {
        match self {
            Self::Age | Self::Gender | Self::Race => true,
            Self::Mask | Self::Eyes | Self::Mouth | Self::Expression => false,
        }
    }

    /// What crops for it show.
    pub(super) fn part(self) -> Result<FacePart, EvalError> {
        match self {
            Self::Eyes => Ok(FacePart::Eye),
            Self::Mouth => Ok(FacePart::Mouth),
            Self::Age | Self::Gender | Self::Race | Self::Mask | Self::Expression => {
                Err(EvalError::Unusable("crops can be judged for eyes and mouth only".to_owned()))
            }
        }
    }

    /// The true answer that a label means.
    pub(super) fn truth(self, label: &str) -> Result<Answer, String> {
        let label = label.to_lowercase();
        if self == Self::Age {
            return years(&label).map(Answer::Number);
        }
        let name = match (self, label.as_str()) {
            (Self::Race, "others") => OTHERS,
            (Self::Expression, emotion) if emotion != "neutral" => "expressive",
            (_, other) => other,
        };
        let class = self.classes().iter().position(|class| *class == name);
        class.map(Answer::Class).ok_or_else(|| {
            format!("`{}` is `{label}`, not one of {}", self.column(), self.classes().join(", "))
        })
    }

    /// Refuses a face that lacks the answer for want of a model.
    pub(super) fn demand(self, face: &FaceRecord) -> Result<(), EvalError> {
        let attributes = &face.attributes;
        match self {
            Self::Age => demand(&attributes.age, "age"),
            Self::Gender => demand(&attributes.male, "gender"),
            Self::Race => demand(&attributes.race, "race"),
            Self::Mask => demand(&attributes.masked, "masks"),
            Self::Eyes => demand(&attributes.left_eye_open, "eyes"),
            Self::Mouth => demand(&attributes.mouth_open, "the mouth"),
            Self::Expression => demand(&attributes.neutral, "expressions"),
        }
    }

    /// The engine's answer.
    pub(super) fn answer(self, face: &FaceRecord) -> Result<Answer, String> {
        let attributes = &face.attributes;
        let probability = |reading: &Reading<f32>| Ok(Answer::Probability(f64::from(value(reading)?)));
        match self {
            Self::Age => Ok(Answer::Number(f64::from(value(&attributes.age)?))),
            Self::Gender => probability(&attributes.male),
            Self::Race => {
                let race = value(&attributes.race)?;
                let class = self.classes().iter().position(|class| *class == race);
                class.map(Answer::Class).ok_or_else(|| format!("the engine says `{race}`"))
            }
            Self::Mask => probability(&attributes.masked),
            Self::Eyes => both_eyes(&attributes.left_eye_open, &attributes.right_eye_open),
            Self::Mouth => probability(&attributes.mouth_open),
            Self::Expression => probability(&attributes.neutral),
        }
    }
}

/// The mean over both eyes, or the one that has a value.
fn both_eyes(left: &Reading<f32>, right: &Reading<f32>) -> Result<Answer, String> {
    let values: Vec<f64> =
        [left, right].iter().filter_map(|eye| eye.value().copied().map(f64::from)).collect();
    if values.is_empty() {
        return value(left).map(|open| Answer::Probability(f64::from(open)));
    }
    Ok(Answer::Probability(values.iter().sum::<f64>() / values.len() as f64))
}

/// An age in years.
pub(super) fn years(text: &str) -> Result<f64, String> {
    let age = text.parse::<f64>().ok().filter(|age| (0.0..=130.0).contains(age));
    age.ok_or_else(|| format!("`{text}` is not an age in years"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_those_of_the_sets() {
        let cases = [
            (Task::Gender, "Male", Some(Answer::Class(1))),
            (Task::Race, "Others", Some(Answer::Class(4))),
            (Task::Race, "White", Some(Answer::Class(0))),
            (Task::Mask, "no_mask", Some(Answer::Class(0))),
            (Task::Eyes, "open", Some(Answer::Class(1))),
            (Task::Expression, "neutral", Some(Answer::Class(1))),
            (Task::Expression, "anger", Some(Answer::Class(0))),
            (Task::Age, "30.5", Some(Answer::Number(30.5))),
            (Task::Age, "old", None),
            (Task::Age, "-3", None),
            (Task::Mouth, "ajar", None),
        ];
        for (task, label, expected) in cases {
            assert_eq!(task.truth(label).ok(), expected, "{task:?} {label}");
        }
    }

    #[test]
    fn only_eyes_and_mouth_have_crops() {
        assert_eq!(Task::Eyes.part().ok(), Some(FacePart::Eye));
        assert_eq!(Task::Mouth.part().ok(), Some(FacePart::Mouth));
        assert!(Task::Age.part().is_err());
    }

    #[test]
    fn both_eyes_are_averaged_and_one_stands_alone() {
        let failed = || Reading::Failed("it has no width".to_owned());
        assert_eq!(both_eyes(&Reading::Value(1.0), &Reading::Value(0.5)), Ok(Answer::Probability(0.75)));
        assert_eq!(both_eyes(&failed(), &Reading::Value(0.5)), Ok(Answer::Probability(0.5)));
        assert_eq!(both_eyes(&failed(), &failed()), Err("it has no width".to_owned()));
    }
}
