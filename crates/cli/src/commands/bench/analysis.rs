//! `faceward bench analysis`: everything about one face, by step and by network.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use faceward_engine::{Outputs, Request};

use super::fixtures;
use super::report::AnalysisReport;
use super::steps::time_steps;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{setup, terminal};

/// Time everything that is known about one face: every step, every network, on one thread
#[derive(Debug, Args)]
pub(crate) struct Analysis {
    /// The photo [default: a portrait of the test photos]
    #[arg(value_name = "PHOTO")]
    photo: Option<PathBuf>,
    /// Runs of each measurement
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::MIN.saturating_add(29))]
    runs: NonZeroUsize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Analysis {
    /// Measures.
    pub(super) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let path = match &self.photo {
            Some(path) => path.clone(),
            None => {
                let [path] = fixtures(context, ["obama.jpg"])?;
                path
            }
        };
        let photo = fs_err::read(&path).map_err(|error| Failure::new(Exit::PhotoRefused, error))?;
        let photo_bytes = photo.len();
        let engine = setup::engine(&context.config, &context.environment)?;
        let mut worker = engine.worker().map_err(|error| Failure::new(Exit::Failed, error))?;
        let request = Request { outputs: Outputs::ALL, ..Request::default() };
        let times = time_steps(&mut worker, &[photo], &request, self.runs.get())?;
        let report = AnalysisReport {
            photo_bytes,
            runs: self.runs.get(),
            runtime: engine.capabilities().runtime_version.clone(),
            steps: times.steps,
            networks: times.networks,
            engine_ms: times.total_ms,
            networks_ms: times.networks_ms,
        };
        if self.json {
            terminal::json(&report)?;
        } else {
            terminal::line(&report.in_words())?;
        }
        Ok(Exit::Yes)
    }
}
