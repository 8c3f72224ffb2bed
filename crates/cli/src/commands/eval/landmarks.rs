//! `faceward eval landmarks`.

use std::path::PathBuf;

use clap::Args;
use faceward_engine::{Output, Outputs};
use faceward_eval::protocols::landmarks::{LandmarksIndex, measure};

use super::common::{Common, bar, engine, failed, read_index};
use crate::context::Context;
use crate::exit::Failure;

/// Arguments of `eval landmarks`.
#[derive(Debug, Args)]
pub(crate) struct Landmarks {
    /// CSV with columns `path,points` (x and y of the 68 points of iBUG 300-W in pixels, separated by spaces), and
    /// optionally `identity`
    #[arg(long, value_name = "INDEX.csv")]
    index: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Landmarks {
    /// Measures, and says what came out as Markdown.
    pub(super) fn measure(&self, context: &Context) -> Result<String, Failure> {
        let photos = self.common.photos()?;
        let index = LandmarksIndex::parse(&read_index(&self.index, &photos)?).map_err(failed)?;
        let outputs = Outputs::of(&[Output::DenseLandmarks]);
        let options = self.common.options(context, outputs)?;
        let bar = bar(index.paths.len());
        let measured = measure(&engine(context)?, &photos, &index, &options, &|| bar.inc(1));
        bar.finish_and_clear();
        self.common.output.finish(&measured.map_err(failed)?)
    }
}
