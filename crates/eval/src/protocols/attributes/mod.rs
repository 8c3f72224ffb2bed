//! Attributes: age, gender, race, mask, eyes, mouth, expression, against labels and for groups of people apart.
//!
//! `task` says what is asked of a photo, `figures` how right answers are, `report` what is handed back. Age, gender and
//! race are reported for adults; minors stand apart, because these networks know them badly.

mod figures;
mod report;
mod task;

use faceward_engine::{Engine, FacePart};

use super::acquired::{acquire_from, value};
use crate::OnDone;
use crate::error::EvalError;
use crate::index::Table;
use crate::observe::{FaceRecord, ObserveOptions, Sight, observe_all};
use crate::photos::PhotoSource;
use crate::report::Measured;

pub use figures::Figures;
pub use report::AttributesReport;
pub use task::Task;

use figures::{Answer, Sample};
use report::Judged;

/// From this age on, a subject is an adult.
const ADULT: f64 = 18.0;

/// Labelled photos.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributesIndex {
    /// What the labels are about.
    pub task: Task,
    /// Paths relative to the root.
    pub paths: Vec<String>,
    /// The true answer of each photo.
    truths: Vec<Answer>,
    /// Age, gender and race of each subject, as far as the index knows.
    people: Vec<Person>,
    /// Photos that are not independent of each other share a number.
    groups: Vec<u32>,
}

/// What the index says about a subject.
#[derive(Clone, Debug, Default, PartialEq)]
struct Person {
    age: Option<f64>,
    gender: Option<String>,
    race: Option<String>,
}

impl Person {
    fn is_minor(&self) -> bool {
        self.age.is_some_and(|age| age < ADULT)
    }
}

impl AttributesIndex {
    /// Reads `path` and the column of the task: `age` (years), `gender` (male, female), `race` (White, Black, Asian,
    /// Indian, Others), `label` (`mask` or `no_mask`; `open` or `closed`), `emotion` (neutral, or any other word). The
    /// columns `age`, `gender` and `race` make groups where they are there; intervals are over the first of `group` and
    /// `identity`.
    ///
    /// # Errors
    /// A column is missing, a cell is empty or not understood, or there is no line at all.
    pub fn parse(csv: &[u8], task: Task) -> Result<Self, EvalError> {
        let table = Table::read(csv, &["path", task.column()])?;
        let truths =
            table.rows.iter().map(|row| task.truth(row.cell(1)?).map_err(|reason| row.error(reason)));
        let truths = truths.collect::<Result<_, EvalError>>()?;
        let [age, gender, race] = ["age", "gender", "race"].map(|name| table.column(name));
        let people = table.rows.iter().map(|row| {
            let text = |column: Option<usize>| column.and_then(|c| row.optional(c)).map(str::to_lowercase);
            let years = text(age).map(|age| task::years(&age).map_err(|reason| row.error(reason)));
            Ok(Person { age: years.transpose()?, gender: text(gender), race: text(race) })
        });
        let people = people.collect::<Result<_, EvalError>>()?;
        let groups = table.groups(&["group", "identity"]);
        Ok(Self { task, paths: table.paths()?, truths, people, groups })
    }
}

/// Looks at the photos of `index` and reports.
///
/// With `crops` every photo is a single eye or a mouth, and no face is looked for.
///
/// # Errors
/// A photo is missing, there is no model for the task, there are no crops for it, or no photo gave an answer.
pub fn measure(
    engine: &Engine,
    photos: &PhotoSource,
    (index, crops): (&AttributesIndex, bool),
    options: &ObserveOptions,
    on_done: OnDone<'_>,
) -> Result<Measured<AttributesReport>, EvalError> {
    let task = index.task;
    let part: Option<FacePart> = if crops { Some(task.part()?) } else { None };
    let options = ObserveOptions { part, ..options.clone() };
    let has_model = |face: &FaceRecord| task.demand(face);
    let observed = observe_all(engine, photos, &index.paths, &options, (&has_model, on_done))?;
    let acquired = acquire_from(&index.paths, &observed, |sight| match sight {
        Sight::Face(face) => task.answer(face),
        Sight::Part(open) => Ok(Answer::Probability(f64::from(value(open)?))),
        Sight::Nothing(reason) => Err(reason.clone()),
    });
    let judged: Vec<Judged<'_>> = acquired
        .values
        .iter()
        .enumerate()
        .filter_map(|(place, answer)| {
            let sample =
                Sample { truth: index.truths[place], answer: (*answer)?, group: index.groups[place] };
            Some(Judged { sample, person: &index.people[place] })
        })
        .collect();
    if judged.is_empty() {
        return Err(EvalError::Unusable("no photo gave an answer".to_owned()));
    }
    Ok(report::report((task, crops), index.paths.len(), &judged, &acquired.failures))
}
