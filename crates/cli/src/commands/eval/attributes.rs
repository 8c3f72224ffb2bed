//! `faceward eval attributes`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use faceward_engine::Outputs;
use faceward_eval::protocols::attributes::{AttributesIndex, Task, measure};

use super::common::{Common, bar, engine, failed, read_index};
use crate::context::Context;
use crate::exit::Failure;

/// Arguments of `eval attributes`.
#[derive(Debug, Args)]
pub(crate) struct Attributes {
    /// What the labels are about
    #[arg(long, value_enum)]
    task: TaskName,
    /// CSV with the column `path` and that of the task: `age`, `gender`, `race`, `label` (mask, eyes, mouth) or
    /// `emotion`. The columns `age`, `gender` and `race` make groups where they are there
    #[arg(long, value_name = "INDEX.csv")]
    index: PathBuf,
    /// Every photo is a single eye or a mouth: look for no face
    #[arg(long)]
    crops: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TaskName {
    /// Years; MAE
    Age,
    /// Male or female
    Gender,
    /// White, Black, Asian, Indian, Others
    Race,
    /// `mask` or `no_mask`
    Mask,
    /// `open` or `closed`; of a face, both eyes
    Eyes,
    /// `open` or `closed`
    Mouth,
    /// Neutral, or any other word
    Expression,
}

impl From<TaskName> for Task {
    fn from(name: TaskName) -> Self {
        match name {
            TaskName::Age => Self::Age,
            TaskName::Gender => Self::Gender,
            TaskName::Race => Self::Race,
            TaskName::Mask => Self::Mask,
            TaskName::Eyes => Self::Eyes,
            TaskName::Mouth => Self::Mouth,
            TaskName::Expression => Self::Expression,
        }
    }
}

impl Attributes {
    /// Measures, and says what came out as Markdown.
    pub(super) fn measure(&self, context: &Context) -> Result<String, Failure> {
        let photos = self.common.photos()?;
        let csv = read_index(&self.index, &photos)?;
        let index = AttributesIndex::parse(&csv, self.task.into()).map_err(failed)?;
        let outputs = Outputs::of(&[Task::from(self.task).output()]);
        let options = self.common.options(context, outputs)?;
        let bar = bar(index.paths.len());
        let measured = measure(&engine(context)?, &photos, (&index, self.crops), &options, &|| bar.inc(1));
        bar.finish_and_clear();
        self.common.output.finish(&measured.map_err(failed)?)
    }
}
