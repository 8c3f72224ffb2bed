//! Times of the steps of one analysis, gathered over many runs.

use std::time::Duration;

use faceward_engine::{Outputs, Request, Scope, Worker};

use super::report::{Step, median};
use crate::exit::{Exit, Failure};

/// What one worker needs for both photos of a comparison.
pub(super) struct EngineTimes {
    /// Median of each step, both photos together.
    pub(super) steps: Vec<Step>,
    /// Median of all steps, milliseconds.
    pub(super) total_ms: f64,
    /// Median of the time inside networks, milliseconds.
    pub(super) networks_ms: f64,
}

/// Analyses both photos `n_runs` times, as the verify endpoint does.
///
/// # Errors
/// A photo is refused or a network fails.
pub(super) fn time_steps(
    worker: &mut Worker,
    photos: &[Vec<u8>; 2],
    mirrored: bool,
    n_runs: usize,
) -> Result<EngineTimes, Failure> {
    let outputs =
        Outputs { pose: true, embedding: true, attributes: true, quality: true, ..Outputs::default() };
    let request = Request { outputs, scope: Scope::Primary, mirrored_embedding: mirrored };
    let mut runs: Vec<Vec<Sample>> = Vec::with_capacity(n_runs);
    // The first run fills caches and is not counted.
    for run in 0..=n_runs {
        let samples = one_run(worker, photos, &request)?;
        if run > 0 {
            runs.push(samples);
        }
    }
    let names: Vec<&'static str> =
        runs.first().map(|run| run.iter().map(|s| s.step).collect()).unwrap_or_default();
    let steps = names.into_iter().enumerate().map(|(at, step)| {
        let column =
            |value: fn(&Sample) -> Duration| median(runs.iter().filter_map(|run| run.get(at)).map(value));
        Step { step: step.to_owned(), total_ms: column(|s| s.duration), network_ms: column(|s| s.network) }
    });
    let whole = |value: fn(&Sample) -> Duration| median(runs.iter().map(|run| run.iter().map(value).sum()));
    Ok(EngineTimes {
        steps: steps.collect(),
        total_ms: whole(|s| s.duration),
        networks_ms: whole(|s| s.network),
    })
}

/// One step's time in one run, both photos together.
#[derive(Clone, Copy)]
struct Sample {
    step: &'static str,
    duration: Duration,
    network: Duration,
}

fn one_run(worker: &mut Worker, photos: &[Vec<u8>; 2], request: &Request) -> Result<Vec<Sample>, Failure> {
    let mut samples: Vec<Sample> = Vec::new();
    for photo in photos {
        let analysis =
            worker.analyze(photo, request).map_err(|error| Failure::new(Exit::PhotoRefused, error))?;
        if analysis.faces.is_empty() {
            return Err(Failure::new(Exit::PhotoRefused, anyhow::anyhow!("one of the photos shows no face")));
        }
        for timing in analysis.timings {
            match samples.iter_mut().find(|sample| sample.step == timing.step) {
                Some(sample) => {
                    sample.duration += timing.duration;
                    sample.network += timing.network;
                }
                None => {
                    let (step, duration, network) = (timing.step, timing.duration, timing.network);
                    samples.push(Sample { step, duration, network });
                }
            }
        }
    }
    Ok(samples)
}
