//! `faceward bench`: how fast this machine is.

mod client;
mod pipeline;
mod report;
mod steps;

use clap::Subcommand;

use super::Context;
use crate::exit::{Exit, Failure};

/// Measure speed
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    Pipeline(pipeline::Pipeline),
}

impl Bench {
    /// Measures.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        match self {
            Self::Pipeline(pipeline) => pipeline.run(context),
        }
    }
}
