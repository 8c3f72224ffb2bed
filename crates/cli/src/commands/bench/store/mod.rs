//! `faceward bench store`: enrolments, searches and deletions through the configured store, without a model or a photo.

mod report;

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use faceward_core::{AppId, Embedding, GalleryId};
use faceward_store::{
    AppRecord, AppSettings, Candidate, DEFAULT_GALLERY, KeyHash, NewTemplate, OnConflict, StoreError, Stores,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::report::{median, percentile};
use super::search::truth;
use super::search::vectors::{self, Vectors};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{stores, terminal};
use report::StoreReport;

/// Subjects in each answer.
const LIMIT: usize = 10;
const WARM_UP: usize = 5;
/// How long a search may be refused after the last enrolment.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long nobody asks who was refused.
const PERIOD: Duration = Duration::from_millis(100);

/// Time enrolments, searches and deletions of made-up templates in the configured store
///
/// They belong to an app of their own, which goes in the end. Each answer is held against comparing everything.
#[derive(Debug, Args)]
pub(crate) struct BenchStore {
    /// Templates to enrol and search
    #[arg(long, value_name = "N", default_value = "100000")]
    templates: NonZeroU64,
    /// Searches to time, one after the other
    #[arg(long, value_name = "K", default_value = "200")]
    probes: NonZeroUsize,
    /// Values of a template
    #[arg(long, value_name = "N", default_value = "160")]
    values: NonZeroUsize,
    /// Who enrols and deletes at once
    #[arg(long, value_name = "N", default_value = "16")]
    clients: NonZeroUsize,
    /// Templates to delete one after the other, and as many times the number of clients at once
    #[arg(long, value_name = "N", default_value_t = 20)]
    deletions: u64,
    /// Seconds between the last enrolment and the first search, for an index that is made meanwhile
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    rest: u64,
    /// Write the result to this file as well, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl BenchStore {
    /// Measures.
    pub(super) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let stores = stores::open(&context.config, &context.environment)?;
        let failed = |error: anyhow::Error| Failure::new(Exit::Failed, error);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| failed(error.into()))?;
        let bench = Bench { stores, vectors: Vectors::new(self.values.get()), app: AppId(Uuid::new_v4()) };
        let report = runtime.block_on(async {
            let bench = Arc::new(bench);
            bench.create_app().await?;
            let report = self.measured(&bench).await;
            let _traces = bench.stores.directory.delete_app(&bench.app).await?;
            report
        });
        let report = report.map_err(failed)?;
        terminal::line(&report.in_words())?;
        if let Some(file) = &self.json {
            let text = serde_json::to_vec_pretty(&report).map_err(|error| failed(error.into()))?;
            fs_err::write(file, text).map_err(|error| failed(error.into()))?;
        }
        Ok(Exit::Yes)
    }

    async fn measured(&self, bench: &Arc<Bench>) -> anyhow::Result<StoreReport> {
        let (n_templates, n_clients) = (self.templates.get(), self.clients.get());
        let started = Instant::now();
        let enrolments = at_once(n_clients, 0..n_templates, bench, Bench::enrol).await?;
        let enrolling = started.elapsed();
        let probes: Vec<Embedding> = (0..self.probes.get() as u64)
            .filter_map(|number| bench.vectors.probe(number, n_templates))
            .collect();
        let started = Instant::now();
        bench.until_searched(&probes).await?;
        let refused_for = started.elapsed();
        tokio::time::sleep(Duration::from_secs(self.rest)).await;
        for probe in probes.iter().take(WARM_UP) {
            bench.search(probe).await?;
        }
        let (mut times, mut answers) = (Vec::new(), Vec::new());
        for probe in &probes {
            let started = Instant::now();
            answers.push(bench.search(probe).await?);
            times.push(started.elapsed());
        }
        let (recall, mates) = self.compared(bench, &probes, &answers);
        let in_turn = self.deletions.min(n_templates);
        let deletions = at_once(1, 0..in_turn, bench, Bench::delete).await?;
        let rest = in_turn..n_templates.min(in_turn + in_turn.saturating_mul(n_clients as u64));
        let (n_at_once, started) = (rest.end - rest.start, Instant::now());
        at_once(n_clients, rest, bench, Bench::delete).await?;
        Ok(StoreReport {
            templates: n_templates,
            values: self.values.get(),
            clients: n_clients,
            enrolments_a_second: n_templates as f64 / enrolling.as_secs_f64(),
            enrol_p50_ms: median(enrolments.iter().copied()),
            enrol_p99_ms: percentile(enrolments.into_iter(), 0.99),
            refused_s: refused_for.as_secs_f64(),
            probes: times.len(),
            search_p50_ms: median(times.iter().copied()),
            search_p99_ms: percentile(times.into_iter(), 0.99),
            recall,
            mates,
            delete_p50_ms: median(deletions.iter().copied()),
            delete_p99_ms: percentile(deletions.into_iter(), 0.99),
            deletions_a_second: n_at_once as f64 / started.elapsed().as_secs_f64(),
        })
    }

    /// Which share of the best is found, and of the probes' own persons.
    fn compared(&self, bench: &Bench, probes: &[Embedding], answers: &[Vec<Candidate>]) -> (f64, f64) {
        let n_threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let truth = truth::found(&bench.vectors, self.templates.get(), probes, LIMIT, n_threads);
        let (mut n_found, mut n_true, mut n_mates, mut n_mates_found) = (0_u32, 0_u32, 0_u32, 0_u32);
        for ((number, truth), found) in (0_u64..).zip(&truth).zip(answers) {
            let is_found = |id: &str| found.iter().any(|candidate| candidate.template.as_str() == id);
            n_true += truth.len() as u32;
            n_found += truth.iter().filter(|(_, id)| is_found(id)).count() as u32;
            if number.is_multiple_of(2) {
                let mate = vectors::ids(vectors::whose(number, self.templates.get()));
                n_mates += 1;
                n_mates_found += u32::from(mate.is_some_and(|(_, id)| is_found(id.as_str())));
            }
        }
        (f64::from(n_found) / f64::from(n_true.max(1)), f64::from(n_mates_found) / f64::from(n_mates.max(1)))
    }
}

/// A store with an app of made-up templates.
struct Bench {
    stores: Stores,
    vectors: Vectors,
    app: AppId,
}

impl Bench {
    async fn create_app(&self) -> Result<(), StoreError> {
        let (settings, created_at) = (AppSettings::default(), Timestamp::now());
        let app = AppRecord { id: self.app, name: "bench".to_owned(), settings, created_at };
        // Nobody has the key of this hash.
        self.stores.directory.create_app(&app, &KeyHash { sha256: [0; 32] }).await
    }

    async fn enrol(self: Arc<Self>, number: u64) -> anyhow::Result<()> {
        let (Some(embedding), Some((subject, template))) =
            (self.vectors.template(number), vectors::ids(number))
        else {
            anyhow::bail!("template {number} cannot be made");
        };
        let gallery = GalleryId::parse(DEFAULT_GALLERY)?;
        let (name, created_at, expires_at) = (None, None, None);
        let new = NewTemplate { gallery, subject, name, template, embedding, created_at, expires_at };
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.stores.templates.add(&self.app, &new, OnConflict::Refuse).await {
                // Who enrols faster than Milvus takes it is told to wait.
                Err(StoreError::Unreachable(_)) if Instant::now() < deadline => {
                    tokio::time::sleep(PERIOD).await;
                }
                added => return Ok(added.map(drop)?),
            }
        }
    }

    async fn delete(self: Arc<Self>, number: u64) -> anyhow::Result<()> {
        let Some((_, template)) = vectors::ids(number) else { return Ok(()) };
        let _deleted = self.stores.templates.delete_template(&self.app, &template).await?;
        Ok(())
    }

    async fn search(&self, probe: &Embedding) -> Result<Vec<Candidate>, StoreError> {
        self.stores.templates.search(&self.app, None, probe, LIMIT).await
    }

    /// Waits until a search is answered.
    async fn until_searched(&self, probes: &[Embedding]) -> anyhow::Result<()> {
        let Some(probe) = probes.first() else { return Ok(()) };
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.search(probe).await {
                Err(StoreError::Unreachable(_)) if Instant::now() < deadline => {
                    tokio::time::sleep(PERIOD).await;
                }
                found => return Ok(found.map(drop)?),
            }
        }
    }
}

/// Does something with each number, by so many at once, and gives the times.
async fn at_once<F>(
    n_clients: usize,
    numbers: std::ops::Range<u64>,
    bench: &Arc<Bench>,
    act: impl Fn(Arc<Bench>, u64) -> F + Copy + Send + Sync + 'static,
) -> anyhow::Result<Vec<Duration>>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let (next, end) = (Arc::new(AtomicU64::new(numbers.start)), numbers.end);
    let clients: Vec<_> = (0..n_clients)
        .map(|_| {
            let (bench, next) = (Arc::clone(bench), Arc::clone(&next));
            tokio::spawn(async move {
                let mut times = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= end {
                        return Ok::<_, anyhow::Error>(times);
                    }
                    let started = Instant::now();
                    act(Arc::clone(&bench), number).await?;
                    times.push(started.elapsed());
                }
            })
        })
        .collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await??);
    }
    Ok(times)
}
