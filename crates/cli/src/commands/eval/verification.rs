//! `faceward eval verification`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use faceward_engine::{Output, Outputs};
use faceward_eval::protocols::verification::{Comparisons, measure};
use faceward_eval::{IdentityIndex, PairList, PhotoSource};

use super::common::{Common, bar, engine, failed, read_index};
use crate::context::Context;
use crate::exit::Failure;

/// Arguments of `eval verification`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true))]
pub(crate) struct Verification {
    /// Compare every photo with every other: CSV with columns `path,identity`
    #[arg(long, value_name = "INDEX.csv", group = "what")]
    all_pairs: Option<PathBuf>,
    /// Compare the listed pairs: CSV with columns `path_a,path_b,same` and optionally `fold`
    #[arg(long, value_name = "PAIRS.csv", group = "what")]
    pairs: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

impl Verification {
    /// Measures, and says what came out as Markdown.
    pub(super) fn measure(&self, context: &Context) -> Result<String, Failure> {
        let photos = self.common.photos()?;
        let comparisons = self.comparisons(&photos)?;
        let outputs = Outputs::of(&[Output::Embedding]);
        let options = self.common.options(context, outputs)?;
        let bar = bar(comparisons.paths().len());
        let compared = (&comparisons, &*context.config.service.similarity_map);
        let measured = measure(&engine(context)?, &photos, compared, &options, &|| bar.inc(1));
        bar.finish_and_clear();
        self.common.output.finish(&measured.map_err(failed)?)
    }

    fn comparisons(&self, photos: &PhotoSource) -> Result<Comparisons, Failure> {
        match (&self.all_pairs, &self.pairs) {
            (Some(index), _) => {
                Ok(Comparisons::EveryPair(IdentityIndex::parse(&read_index(index, photos)?).map_err(failed)?))
            }
            (None, Some(pairs)) => {
                Ok(Comparisons::Listed(PairList::parse(&read_index(pairs, photos)?).map_err(failed)?))
            }
            (None, None) => Err(Failure::usage("name an index with --all-pairs or --pairs")),
        }
    }
}
