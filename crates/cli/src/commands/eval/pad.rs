//! `faceward eval pad`.

use std::path::PathBuf;

use clap::Args;
use faceward_engine::{Output, Outputs};
use faceward_eval::protocols::pad::{PadIndex, least_score, measure};

use super::common::{Common, bar, engine, failed, read_index};
use crate::context::Context;
use crate::exit::Failure;

/// Arguments of `eval pad`.
#[derive(Debug, Args)]
pub(crate) struct Pad {
    /// CSV with columns `path,label` (live or spoof), and optionally `attack` and `group`
    #[arg(long, value_name = "INDEX.csv")]
    index: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Pad {
    /// Measures, and says what came out as Markdown.
    pub(super) fn measure(&self, context: &Context) -> Result<String, Failure> {
        let photos = self.common.photos()?;
        let index = PadIndex::parse(&read_index(&self.index, &photos)?).map_err(failed)?;
        let threshold = least_score(context.config.service.thresholds.liveness).map_err(failed)?;
        let outputs = Outputs::of(&[Output::Liveness]);
        let options = self.common.options(context, outputs)?;
        let bar = bar(index.paths.len());
        let measured = measure(&engine(context)?, &photos, (&index, threshold), &options, &|| bar.inc(1));
        bar.finish_and_clear();
        self.common.output.finish(&measured.map_err(failed)?)
    }
}
