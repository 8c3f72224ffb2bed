//! `faceward eval degrade`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use faceward_engine::Outputs;
use faceward_eval::protocols::degrade::{DegradeIndex, measure};

use super::common::{Common, bar, engine, failed, read_index};
use crate::context::Context;
use crate::exit::Failure;

/// Arguments of `eval degrade`.
#[derive(Debug, Args)]
pub(crate) struct Degrade {
    /// CSV with the column `path`: clean photos
    #[arg(long, value_name = "INDEX.csv")]
    index: PathBuf,
    /// Photos that are degraded, taken evenly from the index; each is looked at 43 times
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::MIN.saturating_add(99))]
    limit: NonZeroUsize,
    #[command(flatten)]
    common: Common,
}

impl Degrade {
    /// Measures, and says what came out as Markdown.
    pub(super) fn measure(&self, context: &Context) -> Result<String, Failure> {
        let photos = self.common.photos()?;
        let csv = read_index(&self.index, &photos)?;
        let index = DegradeIndex::parse(&csv, self.limit.get()).map_err(failed)?;
        let outputs = Outputs::QUALITY;
        let options = self.common.options(context, outputs)?;
        let bar = bar(index.n_looks());
        let measured = measure(&engine(context)?, &photos, &index, &options, &|| bar.inc(1));
        bar.finish_and_clear();
        self.common.output.finish(&measured.map_err(failed)?)
    }
}
