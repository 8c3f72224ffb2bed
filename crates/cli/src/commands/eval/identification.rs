//! `faceward eval identification`.

use std::path::{Path, PathBuf};

use clap::Args;
use faceward_engine::{Output, Outputs};
use faceward_eval::protocols::identification::{Searches, measure};
use faceward_eval::{IdentityIndex, PhotoSource};

use super::common::{Common, bar, engine, failed, read_index};
use crate::context::Context;
use crate::exit::Failure;

/// Arguments of `eval identification`.
#[derive(Debug, Args)]
pub(crate) struct Identification {
    /// Who is enrolled: CSV with columns `path,identity`
    #[arg(long, value_name = "INDEX.csv")]
    gallery: PathBuf,
    /// Who is looked for, enrolled people and others: CSV with columns `path,identity`
    #[arg(long, value_name = "INDEX.csv")]
    probes: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Identification {
    /// Measures, and says what came out as Markdown.
    pub(super) fn measure(&self, context: &Context) -> Result<String, Failure> {
        let photos = self.common.photos()?;
        let searches = Searches::new(read(&self.gallery, &photos)?, read(&self.probes, &photos)?);
        let searches = searches.map_err(failed)?;
        let outputs = Outputs::of(&[Output::Embedding]);
        let options = self.common.options(context, outputs)?;
        let bar = bar(searches.paths().len());
        let searched = (&searches, &*context.config.service.similarity_map);
        let measured = measure(&engine(context)?, &photos, searched, &options, &|| bar.inc(1));
        bar.finish_and_clear();
        self.common.output.finish(&measured.map_err(failed)?)
    }
}

fn read(index: &Path, photos: &PhotoSource) -> Result<IdentityIndex, Failure> {
    IdentityIndex::parse(&read_index(index, photos)?).map_err(failed)
}
