//! `faceward eval verification`.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{ArgGroup, Args, ValueEnum};
use faceward_core::{QualityKey, Similarity};
use faceward_engine::{Output, Outputs};
use faceward_eval::protocols::poor::{self, PoorPlan};
use faceward_eval::protocols::verification::{Comparisons, measure};
use faceward_eval::{IdentityIndex, PairList, PhotoSource, Ruin};

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
    /// Ruin the photos in this way, and compare them as the server does, with the floor and the price of poor faces; may be
    /// given several times
    #[arg(long, value_name = "KIND", requires = "all_pairs")]
    degrade: Vec<Kind>,
    /// Which photos of a pair are ruined; `none`: the price on photos as they are
    #[arg(long, value_enum, requires = "all_pairs")]
    sides: Option<Sides>,
    #[command(flatten)]
    common: Common,
}

/// A kind by its name.
#[derive(Clone, Copy, Debug)]
struct Kind(Ruin);

impl ValueEnum for Kind {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Kind; Ruin::ALL.len()] = {
            let mut all = [Kind(Ruin::Blur06); Ruin::ALL.len()];
            let mut nth = 0;
            while nth < all.len() {
                all[nth] = Kind(Ruin::ALL[nth]);
                nth += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

/// Which photos of a pair are ruined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sides {
    Both,
    One,
    None,
}

impl From<Sides> for poor::Sides {
    fn from(sides: Sides) -> Self {
        match sides {
            Sides::Both => Self::Both,
            Sides::One => Self::One,
            Sides::None => Self::None,
        }
    }
}

impl Verification {
    /// Measures, and says what came out as Markdown.
    pub(super) fn measure(&self, context: &Context) -> Result<String, Failure> {
        match (&self.all_pairs, self.sides) {
            (Some(index), sides) if sides.is_some() || !self.degrade.is_empty() => {
                self.measure_poor(context, index, sides.unwrap_or(Sides::Both))
            }
            _ => self.measure_pairs(context),
        }
    }

    fn measure_poor(&self, context: &Context, index: &Path, sides: Sides) -> Result<String, Failure> {
        let kinds: Vec<Ruin> = self.degrade.iter().map(|kind| kind.0).collect();
        if kinds.is_empty() != (sides == Sides::None) {
            return Err(Failure::usage("--sides both and one take a --degrade, --sides none takes none"));
        }
        let photos = self.common.photos()?;
        let index = IdentityIndex::parse(&read_index(index, &photos)?).map_err(failed)?;
        let outputs = Outputs::of(&[
            Output::Embedding,
            Output::Photographed,
            Output::Quality(QualityKey::Utility),
            Output::Quality(QualityKey::Occlusion),
        ]);
        let options = self.common.options(context, outputs)?;
        let service = &context.config.service;
        let threshold = Similarity(service.thresholds.similarity);
        let bar = bar(index.paths.len() * (1 + kinds.len()));
        let plan = PoorPlan { kinds, sides: sides.into(), threshold };
        let measured = poor::measure(
            &engine(context)?,
            &photos,
            (&index, &*service.similarity_map, &plan),
            &options,
            &|| bar.inc(1),
        );
        bar.finish_and_clear();
        self.common.output.finish(&measured.map_err(failed)?)
    }

    fn measure_pairs(&self, context: &Context) -> Result<String, Failure> {
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
