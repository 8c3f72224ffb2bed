//! `faceward eval`: accuracy on labelled photos.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use faceward_eval::protocols::verification::{Comparisons, RateAt, VerificationReport, measure};
use faceward_eval::{EmbedOptions, EvalError, FaceChoice, IdentityIndex, PairList, PhotoSource};

use super::Context;
use crate::exit::{Exit, Failure};
use crate::{progress, setup, terminal};

/// False matches below which a rate is an anecdote (the rule of 30).
const FEW: u64 = 30;

/// Measure accuracy on labelled photos
///
/// Index files are CSV; paths in them are relative to --root, a folder or an uncompressed .tar. Photos never leave the
/// machine, and results hold no embeddings.
#[derive(Debug, Subcommand)]
pub(crate) enum Eval {
    /// Are two photos of one person told from two photos of different persons?
    Verification(Verification),
}

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
    /// Folder or .tar that the paths are relative to
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
    /// Which face of a photo its label is about
    #[arg(long, value_enum, default_value_t = Face::Largest)]
    face: Face,
    /// Write the result to this file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Which face of a photo its label is about.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Face {
    /// The largest one, as in the server's answers
    Largest,
    /// The one nearest to the middle, for sets that were cut out around the labelled person
    Central,
}

impl From<Face> for FaceChoice {
    fn from(face: Face) -> Self {
        match face {
            Face::Largest => Self::Largest,
            Face::Central => Self::Central,
        }
    }
}

impl Eval {
    /// Measures.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        match self {
            Self::Verification(verification) => verification.run(context),
        }
    }
}

impl Verification {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let photos = PhotoSource::open(&self.root).map_err(failed)?;
        let comparisons = self.comparisons(&photos)?;
        let n_threads = context.config.service.compute.workers;
        let engine = setup::engine(&context.config, &context.environment)?;
        let bar = progress::counting(comparisons.paths().len(), "photos");
        let options = EmbedOptions {
            n_threads,
            mirrored: context.config.service.mirrored_probes,
            face: self.face.into(),
        };
        let report = measure(&engine, &photos, &comparisons, options, &|| bar.inc(1)).map_err(failed)?;
        bar.finish_and_clear();
        if let Some(path) = &self.json {
            write_json(path, &report)?;
        }
        terminal::line(&markdown(&report))?;
        Ok(Exit::Yes)
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

/// An index is a file, or lies with the photos.
fn read_index(path: &Path, photos: &PhotoSource) -> Result<Vec<u8>, Failure> {
    if path.is_file() {
        return fs_err::read(path).map_err(|error| Failure::new(Exit::Usage, error));
    }
    photos.read(&path.to_string_lossy()).map_err(failed)
}

fn failed(error: EvalError) -> Failure {
    let exit = match &error {
        EvalError::Read { .. }
        | EvalError::NoSuchPhoto { .. }
        | EvalError::Index { .. }
        | EvalError::Unusable(_) => Exit::Usage,
        EvalError::NoEmbeddingModel => Exit::ModelsMissing,
        EvalError::Engine(_) | EvalError::Analyze { .. } | EvalError::WorkerDied => Exit::Failed,
    };
    Failure::new(exit, error)
}

fn write_json(path: &Path, report: &VerificationReport) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(report).map_err(|error| Failure::new(Exit::Failed, error))?;
    fs_err::write(path, text + "\n").map_err(|error| Failure::new(Exit::Failed, error))
}

/// The headline figures as Markdown.
fn markdown(report: &VerificationReport) -> String {
    let mut text = format!(
        "`{}`: {} photos of {} persons, {} failures to acquire, {} genuine and {} impostor pairs.\n",
        report.model, report.n_photos, report.n_persons, report.failures, report.n_genuine, report.n_impostor
    );
    let percent = |share: Option<f64>| {
        share.map_or("not measurable".to_owned(), |share| format!("{:.3} %", 100.0 * share))
    };
    let error =
        report.accuracy_standard_error.map_or(String::new(), |error| format!(" ± {:.3}", 100.0 * error));
    // Writing into a string cannot fail.
    let _ = writeln!(
        text,
        "Accuracy over {} folds {}{error}; equal error rate {}{}.\n",
        report.n_folds,
        percent(report.accuracy),
        percent(report.eer),
        interval(report.eer_ci)
    );
    text += "| FMR | FNMR (95 % interval) | cosine | similarity | false matches |\n|---|---|---|---|---|\n";
    for (fmr, rate) in report.fnmr_at_fmr.iter().rev() {
        text += &row(fmr, rate);
    }
    if report.fnmr_at_fmr.values().any(|rate| rate.n_false_matches < FEW) {
        text += "\nRows with fewer than 30 false matches are anecdotes: more impostor pairs are needed.\n";
    }
    text.trim_end().to_owned()
}

fn row(fmr: &str, rate: &RateAt) -> String {
    let RateAt { fnmr, threshold, similarity_threshold, ci, threshold_ci: _, n_false_matches } = rate;
    let similarity = similarity_threshold.map_or("-".to_owned(), |similarity| format!("{similarity:.4}"));
    format!(
        "| {fmr} | {:.3} %{} | {threshold:.4} | {similarity} | {n_false_matches} |\n",
        100.0 * fnmr,
        interval(*ci)
    )
}

fn interval(ends: Option<[f64; 2]>) -> String {
    ends.map_or(String::new(), |[low, high]| format!(" ({:.3} to {:.3})", 100.0 * low, 100.0 * high))
}
