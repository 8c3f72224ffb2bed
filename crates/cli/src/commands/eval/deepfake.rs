//! `faceward eval deepfake`.

use std::path::PathBuf;

use clap::Args;
use faceward_engine::{Output, Outputs};
use faceward_eval::protocols::deepfake::{DeepfakeIndex, measure};
use faceward_eval::protocols::pad::least_score;

use super::common::{Common, bar, engine, failed, read_index};
use crate::context::Context;
use crate::exit::Failure;

/// Arguments of `eval deepfake`.
#[derive(Debug, Args)]
pub(crate) struct Deepfake {
    /// CSV with columns `path,label` (real or fake), and optionally `generator`, `pipeline` and `group`
    #[arg(long, value_name = "INDEX.csv")]
    index: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Deepfake {
    /// Measures, and says what came out as Markdown.
    pub(super) fn measure(&self, context: &Context) -> Result<String, Failure> {
        let photos = self.common.photos()?;
        let index = DeepfakeIndex::parse(&read_index(&self.index, &photos)?).map_err(failed)?;
        let threshold = least_score(context.config.service.thresholds.deepfake).map_err(failed)?;
        let outputs = Outputs::of(&[Output::Genuine]);
        let options = self.common.options(context, outputs)?;
        let bar = bar(index.paths.len());
        let measured = measure(&engine(context)?, &photos, (&index, threshold), &options, &|| bar.inc(1));
        bar.finish_and_clear();
        self.common.output.finish(&measured.map_err(failed)?)
    }
}
