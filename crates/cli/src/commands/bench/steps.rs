//! Times of the steps of one analysis, gathered over many runs.

use std::time::Duration;

use faceward_engine::{NetworkTiming, Request, StepTiming, Worker};

use super::report::{Network, Step, median};
use crate::exit::{Exit, Failure};

/// What one worker needs for some photos.
pub(super) struct EngineTimes {
    /// Median of each step, all photos together.
    pub(super) steps: Vec<Step>,
    /// Median of each network, all photos together.
    pub(super) networks: Vec<Network>,
    /// Median of all steps, milliseconds.
    pub(super) total_ms: f64,
    /// Median of the time inside networks, milliseconds.
    pub(super) networks_ms: f64,
}

/// Analyses all photos `n_runs` times.
///
/// # Errors
/// A photo is refused or a network fails.
pub(super) fn time_steps(
    worker: &mut Worker,
    photos: &[Vec<u8>],
    request: &Request,
    n_runs: usize,
) -> Result<EngineTimes, Failure> {
    let mut runs: Vec<Run> = Vec::with_capacity(n_runs);
    // The first run fills caches and is not counted.
    for run in 0..=n_runs {
        let times = one_run(worker, photos, request)?;
        if run > 0 {
            runs.push(times);
        }
    }
    let first = runs.first().cloned().unwrap_or_default();
    let steps = first.steps.iter().enumerate().map(|(at, step)| {
        let column = |value: fn(&StepTiming) -> Duration| {
            median(runs.iter().filter_map(|run| run.steps.get(at)).map(value))
        };
        Step {
            step: step.step.to_owned(),
            total_ms: column(|s| s.duration),
            network_ms: column(|s| s.network),
        }
    });
    let networks = first.networks.iter().enumerate().map(|(at, network)| Network {
        model: network.model.to_owned(),
        runs: network.runs,
        total_ms: median(runs.iter().filter_map(|run| run.networks.get(at)).map(|n| n.duration)),
    });
    let whole =
        |value: fn(&StepTiming) -> Duration| median(runs.iter().map(|run| run.steps.iter().map(value).sum()));
    Ok(EngineTimes {
        steps: steps.collect(),
        networks: networks.collect(),
        total_ms: whole(|s| s.duration),
        networks_ms: whole(|s| s.network),
    })
}

/// The times of one run, all photos together.
#[derive(Clone, Default)]
struct Run {
    steps: Vec<StepTiming>,
    networks: Vec<NetworkTiming>,
}

fn one_run(worker: &mut Worker, photos: &[Vec<u8>], request: &Request) -> Result<Run, Failure> {
    let mut sum = Run::default();
    for photo in photos {
        let analysis =
            worker.analyze(photo, request).map_err(|error| Failure::new(Exit::PhotoRefused, error))?;
        if analysis.faces.is_empty() {
            return Err(Failure::new(Exit::PhotoRefused, anyhow::anyhow!("one of the photos shows no face")));
        }
        for timing in analysis.timings {
            match sum.steps.iter_mut().find(|step| step.step == timing.step) {
                Some(step) => {
                    step.duration += timing.duration;
                    step.network += timing.network;
                }
                None => sum.steps.push(timing),
            }
        }
        for timing in analysis.networks {
            match sum.networks.iter_mut().find(|network| network.model == timing.model) {
                Some(network) => {
                    network.duration += timing.duration;
                    network.runs += timing.runs;
                }
                None => sum.networks.push(timing),
            }
        }
    }
    Ok(sum)
}
