//! `faceward eval precision`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use faceward_engine::{Outputs, PrecisionChoice};
use faceward_eval::protocols::precision::{measure, parse_index};

use super::common::{Common, bar, failed, read_index};
use crate::config::Config;
use crate::context::Context;
use crate::exit::Failure;
use crate::setup;

/// Arguments of `eval precision`.
#[derive(Debug, Args)]
pub(crate) struct Precision {
    /// CSV with the column `path`
    #[arg(long, value_name = "INDEX.csv")]
    index: PathBuf,
    /// Photos that are looked at, taken evenly from the index; each is looked at twice
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::MIN.saturating_add(1999))]
    limit: NonZeroUsize,
    #[command(flatten)]
    common: Common,
}

impl Precision {
    /// Measures, and says what came out as Markdown.
    pub(super) fn measure(&self, context: &Context) -> Result<String, Failure> {
        let photos = self.common.photos()?;
        let paths = parse_index(&read_index(&self.index, &photos)?, self.limit.get()).map_err(failed)?;
        let options = self.common.options(context, Outputs::ALL)?;
        let engine =
            |precision| setup::engine(&Config { precision, ..context.config.clone() }, &context.environment);
        let (exact, short) = (engine(PrecisionChoice::F32)?, engine(PrecisionChoice::Bf16)?);
        let bar = bar(2 * paths.len());
        let measured = measure([&exact, &short], &photos, &paths, &options, &|| bar.inc(1));
        bar.finish_and_clear();
        self.common.output.finish(&measured.map_err(failed)?)
    }
}
