//! `faceward bench search`: a search among many templates, without a model or a photo.

mod bandwidth;
mod folder;
mod report;
pub(super) mod truth;
pub(super) mod vectors;

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use faceward_core::{AppId, Embedding, GalleryId};
use faceward_index::{Asked, Index, Search, Tenant, bytes_looked_at};
use faceward_store::{AppSettings, Candidate, DEFAULT_GALLERY, Living, TemplateRecord};
use jiff::Timestamp;
use uuid::Uuid;

use super::report::{median, percentile, resident_bytes};
use crate::exit::{Exit, Failure};
use crate::terminal;
use report::SearchReport;
use vectors::Vectors;

/// Subjects in each answer.
const LIMIT: usize = 10;
const WARM_UP: usize = 3;
/// More probes are not compared with everything: that takes seconds each.
const CHECKED: usize = 20;
/// Templates put into memory one at a time, timed.
const INSERTED: u64 = 1000;
const EIGHT: usize = 8;

/// Time a search among made-up templates, and check its answers against comparing everything
#[derive(Debug, Args)]
pub(crate) struct BenchSearch {
    /// Templates to search
    #[arg(long, value_name = "N", default_value = "100000")]
    templates: NonZeroU64,
    /// Searches to time
    #[arg(long, value_name = "K", default_value = "100")]
    probes: NonZeroUsize,
    /// Values of a template
    #[arg(long, value_name = "N", default_value = "160")]
    values: NonZeroUsize,
    /// Templates to enrol on disk, one at a time, and to open; some milliseconds each
    #[arg(long, value_name = "N", default_value_t = 2000)]
    folder_templates: u64,
    /// Write the result to this file as well, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the vectors into this folder, as numbers of 4 bytes, for other programs: references.f32, probes.f32
    #[arg(long, value_name = "DIR")]
    write_vectors: Option<PathBuf>,
}

impl BenchSearch {
    /// Measures.
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let (n_templates, vectors) = (self.templates.get(), Vectors::new(self.values.get()));
        let n_probes = self.probes.get().max(EIGHT) as u64;
        let probes: Vec<Embedding> =
            (0..n_probes).filter_map(|number| vectors.probe(number, n_templates)).collect();
        if let Some(dir) = &self.write_vectors {
            write(dir, &vectors, n_templates, &probes)?;
        }
        let report = self.measured(&vectors, &probes)?;
        terminal::line(&report.in_words())?;
        if let Some(file) = &self.json {
            let text =
                serde_json::to_vec_pretty(&report).map_err(|error| Failure::new(Exit::Failed, error))?;
            fs_err::write(file, text).map_err(|error| Failure::new(Exit::Failed, error))?;
        }
        Ok(if report.identical { Exit::Yes } else { Exit::No })
    }

    fn measured(&self, vectors: &Vectors, probes: &[Embedding]) -> Result<SearchReport, Failure> {
        let n_templates = self.templates.get();
        let before = resident_bytes();
        let bench = Bench::filled(vectors, n_templates);
        let grown = before.zip(resident_bytes()).map(|(before, after)| after.saturating_sub(before));
        for probe in probes.iter().take(WARM_UP) {
            bench.search(std::slice::from_ref(probe))?;
        }
        let one = probes.chunks(1).take(self.probes.get());
        let times = one.map(|probe| bench.timed(probe)).collect::<Result<Vec<_>, _>>()?;
        let eights = probes.chunks_exact(EIGHT).cycle().take(self.probes.get().div_ceil(EIGHT).max(3));
        let eight = eights.map(|probes| bench.timed(probes)).collect::<Result<Vec<_>, _>>()?;
        let p50_ms = median(times.iter().copied());
        let threads = bench.index.n_threads();
        let bytes = bytes_looked_at(self.values.get()) * n_templates as usize;
        let bandwidth = bandwidth::measured(bytes, threads);
        let checked = &probes[..probes.len().min(CHECKED)];
        let (recall, identical) = bench.compared(vectors, checked, threads)?;
        let inserts = bench.inserted(vectors);
        let instructions = bench.index.instructions();
        drop(bench);
        let folder = folder::measured(vectors, self.folder_templates)?;
        Ok(SearchReport {
            templates: n_templates,
            values: self.values.get(),
            probes: times.len(),
            threads,
            instructions,
            p50_ms,
            p99_ms: percentile(times.iter().copied(), 0.99),
            recall,
            identical,
            checked_probes: checked.len(),
            bandwidth,
            bandwidth_share: bytes as f64 / (p50_ms / 1000.0) / bandwidth,
            eight_probes_ratio: median(eight.into_iter()) / p50_ms,
            bytes_per_template: grown.map(|bytes| bytes as f64 / n_templates as f64),
            insert_ms: median(inserts.iter().copied()),
            insert_max_ms: percentile(inserts.iter().copied(), 1.0),
            folder_templates: self.folder_templates,
            enrol_ms: median(folder.enrolments.into_iter()),
            open_s: folder.open.as_secs_f64(),
            open_without_snapshots_s: folder.open_without.as_secs_f64(),
            write_snapshots_s: folder.write.as_secs_f64(),
            delete_ms: median(folder.deletions.into_iter()),
        })
    }
}

/// An index with one app.
struct Bench {
    index: Index,
    n_templates: u64,
}

impl Bench {
    const APP: AppId = AppId(Uuid::nil());

    fn filled(vectors: &Vectors, n_templates: u64) -> Self {
        let mut tenant = Tenant::default();
        for number in 0..n_templates {
            if let Some((record, embedding)) = row(vectors, number) {
                tenant.insert(record, embedding.vector());
            }
        }
        Self { index: Index::of([(Self::APP, tenant)]), n_templates }
    }

    fn search(&self, probes: &[Embedding]) -> Result<Vec<Vec<Candidate>>, Failure> {
        let living = Living::at(Timestamp::UNIX_EPOCH, &AppSettings::default());
        let search = Search { galleries: None, probes, limit: LIMIT, living, asked: &Asked::default() };
        self.index.search(&Self::APP, search).map_err(|error| Failure::new(Exit::Failed, error))
    }

    fn timed(&self, probes: &[Embedding]) -> Result<Duration, Failure> {
        let started = Instant::now();
        self.search(probes)?;
        Ok(started.elapsed())
    }

    /// How much of the truth is found, and whether all of it is, bit for bit.
    fn compared(
        &self,
        vectors: &Vectors,
        probes: &[Embedding],
        n_threads: usize,
    ) -> Result<(f64, bool), Failure> {
        let truth = truth::found(vectors, self.n_templates, probes, LIMIT, n_threads);
        let (mut n_found, mut n_true, mut identical) = (0, 0, true);
        for (truth, found) in truth.iter().zip(self.search(probes)?) {
            let bits = |c: &Candidate| (c.cosine.0.to_bits(), c.template.as_str().to_owned());
            let found: Vec<_> = found.iter().map(bits).collect();
            n_true += truth.len();
            n_found += truth.iter().filter(|(_, id)| found.iter().any(|(_, other)| other == id)).count();
            identical &= *truth == found;
        }
        Ok((n_found as f64 / n_true.max(1) as f64, identical))
    }

    /// Puts some more templates in, one at a time.
    fn inserted(&self, vectors: &Vectors) -> Vec<Duration> {
        let Ok(tenant) = self.index.tenant(&Self::APP) else { return Vec::new() };
        let rows = (0..INSERTED).filter_map(|number| row(vectors, self.n_templates + number));
        let times = rows.map(|(record, embedding)| {
            let started = Instant::now();
            tenant.write().insert(record, embedding.vector());
            started.elapsed()
        });
        times.collect()
    }
}

fn row(vectors: &Vectors, number: u64) -> Option<(TemplateRecord, Embedding)> {
    let (subject, template) = vectors::ids(number)?;
    let (gallery, model) = (GalleryId::parse(DEFAULT_GALLERY).ok()?, vectors.model().clone());
    let (created_at, expires_at) = (Timestamp::UNIX_EPOCH, None);
    let record = TemplateRecord { gallery, subject, template, model, created_at, expires_at };
    Some((record, vectors.template(number)?))
}

/// The vectors for other programs, row after row.
fn write(dir: &Path, vectors: &Vectors, n_templates: u64, probes: &[Embedding]) -> Result<(), Failure> {
    use std::io::Write as _;
    let failed = |error: std::io::Error| Failure::new(Exit::Failed, error);
    fs_err::create_dir_all(dir).map_err(failed)?;
    let create = |name: &str| fs_err::File::create(dir.join(name)).map(std::io::BufWriter::new);
    let bytes =
        |embedding: &Embedding| embedding.vector().iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>();
    let mut file = create("references.f32").map_err(failed)?;
    for number in 0..n_templates {
        if let Some(embedding) = vectors.template(number) {
            file.write_all(&bytes(&embedding)).map_err(failed)?;
        }
    }
    file.flush().map_err(failed)?;
    let mut file = create("probes.f32").map_err(failed)?;
    for probe in probes {
        file.write_all(&bytes(probe)).map_err(failed)?;
    }
    file.flush().map_err(failed)
}
