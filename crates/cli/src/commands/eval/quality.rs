//! `faceward eval quality`.

use std::path::PathBuf;

use clap::Args;
use faceward_engine::{Output, Outputs};
use faceward_eval::IdentityIndex;
use faceward_eval::protocols::quality::measure;

use super::common::{Common, bar, engine, failed, read_index};
use crate::context::Context;
use crate::exit::Failure;
use crate::flags::share;

/// Arguments of `eval quality`.
#[derive(Debug, Args)]
pub(crate) struct Quality {
    /// CSV with columns `path,identity`: every pair of photos of one person is compared
    #[arg(long, value_name = "INDEX.csv")]
    index: PathBuf,
    /// False non-match rate without discards. Easy sets have too few errors at the threshold in use
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = share)]
    fnmr: f64,
    #[command(flatten)]
    common: Common,
}

impl Quality {
    /// Measures, and says what came out as Markdown.
    pub(super) fn measure(&self, context: &Context) -> Result<String, Failure> {
        let photos = self.common.photos()?;
        let index = IdentityIndex::parse(&read_index(&self.index, &photos)?).map_err(failed)?;
        let outputs = Outputs::QUALITY.with(Output::Embedding);
        let options = self.common.options(context, outputs)?;
        let bar = bar(index.paths.len());
        let measured = measure(&engine(context)?, &photos, (&index, self.fnmr), &options, &|| bar.inc(1));
        bar.finish_and_clear();
        self.common.output.finish(&measured.map_err(failed)?)
    }
}
