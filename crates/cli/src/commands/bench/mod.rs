//! `faceward bench`: how fast this machine is.

mod analysis;
mod client;
mod pipeline;
mod report;
mod search;
mod server;
mod soak;
mod steps;
mod store;

use std::path::PathBuf;

use clap::Subcommand;
use faceward_models::{FetchOptions, Selection};

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::setup;

/// Measure speed
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    Analysis(analysis::Analysis),
    Pipeline(pipeline::Pipeline),
    Search(search::BenchSearch),
    Soak(soak::Soak),
    Store(store::BenchStore),
}

impl Bench {
    /// Measures.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        match self {
            Self::Analysis(analysis) => analysis.run(context),
            Self::Pipeline(pipeline) => pipeline.run(context),
            Self::Search(search) => search.run(),
            Self::Soak(soak) => soak.run(context),
            Self::Store(store) => store.run(context),
        }
    }
}

/// Where these of the test photos lie, for whoever names none of their own.
fn fixtures<const N: usize>(context: &Context, names: [&str; N]) -> Result<[PathBuf; N], Failure> {
    let missing = |error: anyhow::Error| Failure::new(Exit::ModelsMissing, error);
    let store = setup::store(&context.config, &context.environment)?;
    let fetch = FetchOptions { offline: context.config.offline, from: None };
    let photos = Selection::nothing().with_fixtures();
    setup::fetch(&store, &photos, &fetch)?;
    let mut paths = [const { PathBuf::new() }; N];
    for (path, name) in paths.iter_mut().zip(names) {
        *path = store.fixture(name).map_err(|error| missing(error.into()))?;
    }
    Ok(paths)
}
