//! What every protocol shares: where photos are, where results go, which errors are whose fault.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use faceward_engine::{Engine, Outputs};
use faceward_eval::{EvalError, FaceChoice, JournalPlace, Measured, ObserveOptions, PhotoSource, Report};
use indicatif::ProgressBar;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{progress, setup};

/// Options of every protocol.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Folder or .tar that the paths are relative to
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
    /// Which face of a photo its label is about
    #[arg(long, value_enum, default_value_t = Face::Largest)]
    face: Face,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Where results go.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Write the result to this file as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Draw the result into this folder, as SVG
    #[arg(long, value_name = "DIR")]
    pub(crate) plots: Option<PathBuf>,
    /// Keep what was found on each photo in this folder, for other measurements of the same photos; it may hold
    /// embeddings. By default it is kept until the run is through, so that a cut run goes on
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
}

/// Which face of a photo its label is about.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Face {
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

impl Common {
    /// The photos.
    pub(crate) fn photos(&self) -> Result<PhotoSource, Failure> {
        PhotoSource::open(&self.root).map_err(failed)
    }

    /// How photos are looked at for `outputs`.
    pub(crate) fn options(&self, context: &Context, outputs: Outputs) -> Result<ObserveOptions, Failure> {
        Ok(ObserveOptions {
            n_threads: context.config.service.compute.workers,
            outputs,
            mirrored: context.config.service.mirrored_probes,
            face: self.face.into(),
            part: None,
            trivial: false,
            journal: self.output.journal(context)?,
        })
    }
}

impl Output {
    /// Where results of single photos lie.
    pub(crate) fn journal(&self, context: &Context) -> Result<JournalPlace, Failure> {
        Ok(match &self.cache {
            Some(folder) => JournalPlace::Kept(folder.clone()),
            None => JournalPlace::UntilDone(
                setup::cache_folder(&context.config, &context.environment)?.join("eval"),
            ),
        })
    }

    /// Writes and draws a result, and says it as Markdown.
    pub(crate) fn finish<R: Report>(&self, measured: &Measured<R>) -> Result<String, Failure> {
        if let Some(path) = &self.json {
            let text = serde_json::to_string_pretty(&measured.report)
                .map_err(|error| Failure::new(Exit::Failed, error))?;
            fs_err::write(path, text + "\n").map_err(|error| Failure::new(Exit::Failed, error))?;
        }
        if let Some(folder) = &self.plots {
            fs_err::create_dir_all(folder).map_err(|error| Failure::new(Exit::Failed, error))?;
            for plot in &measured.plots {
                faceward_eval::plot::draw(plot, folder).map_err(|error| Failure::new(Exit::Failed, error))?;
            }
        }
        Ok(measured.report.markdown().trim_end().to_owned())
    }
}

/// The engine.
pub(crate) fn engine(context: &Context) -> Result<Engine, Failure> {
    setup::engine(&context.config, &context.environment)
}

/// A bar over photos.
pub(crate) fn bar(n_photos: usize) -> ProgressBar {
    progress::counting(n_photos, "photos")
}

/// An index is a file, or lies with the photos.
pub(crate) fn read_index(path: &Path, photos: &PhotoSource) -> Result<Vec<u8>, Failure> {
    if path.is_file() {
        return fs_err::read(path).map_err(|error| Failure::new(Exit::Usage, error));
    }
    // Names below a folder of photos are text, as they are in an index.
    let name = path.to_str().ok_or_else(|| Failure::usage(format_args!("there is no index {path:?}")))?;
    photos.read(name).map_err(failed)
}

/// Whose fault it is.
pub(crate) fn failed(error: EvalError) -> Failure {
    let exit = match &error {
        EvalError::Read { .. }
        | EvalError::NoSuchPhoto { .. }
        | EvalError::Index { .. }
        | EvalError::Unusable(_) => Exit::Usage,
        EvalError::NoModel { .. } => Exit::ModelsMissing,
        EvalError::Engine(_)
        | EvalError::Analyze { .. }
        | EvalError::Journal { .. }
        | EvalError::WorkerDied => Exit::Failed,
    };
    Failure::new(exit, error)
}
