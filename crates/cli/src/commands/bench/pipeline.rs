//! `faceward bench pipeline`: the comparison of two photos, step by step and as a whole request.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use faceward_engine::{Engine, Output, Outputs, Request};
use faceward_http::Metrics;

use super::client::{Connection, Exchange, verify_request};
use super::fixtures;
use super::report::{Report, Throughput, median, peak_resident_bytes, percentile};
use super::server::Server;
use super::steps::time_steps;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{setup, terminal};

/// Clients for each worker: one computes, one waits, so that no worker ever does.
const CLIENTS_PER_WORKER: usize = 2;

/// Time the comparison of two photos: every step, the whole request over HTTP, one worker and two
#[derive(Debug, Args)]
pub(crate) struct Pipeline {
    /// Two photos to compare [default: two portraits of the test photos]
    #[arg(value_name = "PHOTO", num_args = 0..=2)]
    photos: Vec<PathBuf>,
    /// Runs of each measurement
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::MIN.saturating_add(29))]
    runs: NonZeroUsize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Pipeline {
    /// Measures.
    pub(super) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let photos = self.read_photos(context)?;
        let runs = self.runs.get();
        let metrics = Metrics::install().map_err(|error| Failure::new(Exit::Failed, error))?;
        let mut bench = Measuring { context, photos: &photos, runs, metrics };
        let one_worker = NonZeroUsize::MIN;
        let engine = setup::engine(&context.config, &context.environment)?;
        let runtime = engine.capabilities().runtime_version.clone();
        let mut worker = engine.worker().map_err(|error| Failure::new(Exit::Failed, error))?;
        // What the answer of the comparison says about both faces, as the server asks for it.
        let outputs = Outputs::MEASURES.and(Outputs::of(&[
            Output::Embedding,
            Output::Pose,
            Output::Gender,
            Output::Age,
            Output::Race,
        ]));
        let mirrored_embedding = context.config.service.mirrored_probes;
        let request = Request { outputs, mirrored_embedding, ..Request::default() };
        let steps = time_steps(&mut worker, &photos, &request, runs)?;
        drop(worker);
        let one = bench.serve(engine, one_worker)?;
        let two_workers = one_worker.saturating_add(1);
        let two = bench.serve(setup::engine(&context.config, &context.environment)?, two_workers)?;
        let request_ms = median(one.alone.iter().copied());
        let report = Report {
            photo_bytes: [photos[0].len(), photos[1].len()],
            runs,
            runtime,
            steps: steps.steps,
            engine_ms: steps.total_ms,
            networks_ms: steps.networks_ms,
            request_ms,
            request_p95_ms: percentile(one.alone.iter().copied(), 0.95),
            server_share: request_ms / steps.total_ms - 1.0,
            overhead_share: request_ms / steps.networks_ms - 1.0,
            scaling: two.requests_per_second / one.requests_per_second,
            throughput: vec![
                Throughput { workers: 1, requests_per_second: one.requests_per_second },
                Throughput { workers: 2, requests_per_second: two.requests_per_second },
            ],
            peak_resident_bytes: peak_resident_bytes(),
        };
        if self.json {
            terminal::json(&report)?;
        } else {
            terminal::line(&report.in_words())?;
        }
        Ok(Exit::Yes)
    }

    fn read_photos(&self, context: &Context) -> Result<[Vec<u8>; 2], Failure> {
        let paths = match self.photos.as_slice() {
            [] => fixtures(context, ["obama.jpg", "obama2.jpg"])?,
            [one] => [one.clone(), one.clone()],
            [first, second, ..] => [first.clone(), second.clone()],
        };
        let read =
            |path: &PathBuf| fs_err::read(path).map_err(|error| Failure::new(Exit::PhotoRefused, error));
        Ok([read(&paths[0])?, read(&paths[1])?])
    }
}

/// What all measurements over HTTP share.
struct Measuring<'a> {
    context: &'a Context,
    photos: &'a [Vec<u8>; 2],
    runs: usize,
    metrics: Metrics,
}

/// One number of workers, over HTTP.
struct Served {
    /// Times of requests that had the server for themselves.
    alone: Vec<Duration>,
    /// Under load.
    requests_per_second: f64,
}

impl Measuring<'_> {
    /// Runs a whole server in this process, asks it, and stops it.
    fn serve(&mut self, engine: Engine, workers: NonZeroUsize) -> Result<Served, Failure> {
        let server = Server::start(&self.context.config, &self.metrics, engine, workers)?;
        let request = verify_request(server.credentials(), self.photos.each_ref().map(Vec::as_slice));
        let served = self.ask(server.address(), &request, workers.get() * CLIENTS_PER_WORKER);
        server.stop();
        served
    }

    fn ask(&self, address: SocketAddr, request: &Exchange, n_clients: usize) -> Result<Served, Failure> {
        let mut connection = Connection::open(address)?;
        connection.ask(request)?;
        let mut alone = Vec::with_capacity(self.runs);
        for _ in 0..self.runs {
            let start = Instant::now();
            connection.ask(request)?;
            alone.push(start.elapsed());
        }
        let n_each = self.runs.div_ceil(n_clients);
        let start = Instant::now();
        thread::scope(|scope| {
            let clients: Vec<_> = (0..n_clients)
                .map(|_| {
                    scope.spawn(move || {
                        let mut connection = Connection::open(address)?;
                        (0..n_each).try_for_each(|_| connection.ask(request))
                    })
                })
                .collect();
            clients.into_iter().try_for_each(|client| {
                client.join().unwrap_or_else(|_| Err(Failure::from(anyhow::anyhow!("a client thread died"))))
            })
        })?;
        let requests_per_second = (n_each * n_clients) as f64 / start.elapsed().as_secs_f64();
        Ok(Served { alone, requests_per_second })
    }
}
