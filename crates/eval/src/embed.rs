//! Photos to embeddings on all cores: one engine worker a thread, each taking the next photo.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use faceward_core::{Embedding, Outcome, Point};
use faceward_engine::{Analysis, AnalyzeError, Engine, FaceAnalysis, Outputs, Request, Scope, Worker};

use crate::OnDone;
use crate::error::EvalError;
use crate::photos::PhotoSource;

/// A photo that gave no embedding: a failure to acquire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The photo's path.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What became of each photo.
#[derive(Clone, Debug, Default)]
pub struct Embedded {
    /// The embedding of each photo, in the order asked for; `None` for a failure.
    pub embeddings: Vec<Option<Embedding>>,
    /// The failures, in the order asked for.
    pub failures: Vec<Failure>,
}

/// How photos are embedded.
#[derive(Clone, Copy, Debug)]
pub struct EmbedOptions {
    /// Threads, each with a worker of its own.
    pub n_threads: NonZeroUsize,
    /// Whether the mirrored face is added, as for references.
    pub mirrored: bool,
    /// Which face of a photo is meant.
    pub face: FaceChoice,
}

/// Which face of a photo its label is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FaceChoice {
    /// The largest one, as in the server's answers.
    #[default]
    Largest,
    /// The one nearest to the middle: sets cut out around the labelled person hold larger faces of others.
    Central,
}

impl FaceChoice {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Largest => "largest",
            Self::Central => "central",
        }
    }

    const fn scope(self) -> Scope {
        match self {
            Self::Largest => Scope::Primary,
            Self::Central => Scope::All,
        }
    }

    /// The face of `analysis`, whose faces come largest first.
    fn choose(self, analysis: Analysis) -> Option<FaceAnalysis> {
        let (width, height) = (analysis.photo.width as f32, analysis.photo.height as f32);
        let middle = Point::new(width / 2.0, height / 2.0);
        let off_middle = |face: &FaceAnalysis| face.rect.center().distance(middle);
        let mut faces = analysis.faces.into_iter();
        match self {
            Self::Largest => faces.next(),
            Self::Central => faces.min_by(|a, b| off_middle(a).total_cmp(&off_middle(b))),
        }
    }
}

/// Embeds the chosen face of every photo.
///
/// # Errors
/// A photo is not there, or a network fails. A photo without a usable face is a [`Failure`], not an error.
pub fn embed_all(
    engine: &Engine,
    photos: &PhotoSource,
    paths: &[String],
    options: EmbedOptions,
    on_done: OnDone<'_>,
) -> Result<Embedded, EvalError> {
    let next = AtomicUsize::new(0);
    let results = thread::scope(|scope| {
        let threads: Vec<_> = (0..options.n_threads.get())
            .map(|_| scope.spawn(|| work(engine, photos, paths, options, &Shared { next: &next, on_done })))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| EvalError::WorkerDied)?)
            .collect::<Vec<_>>()
    });
    let mut done: Vec<(usize, Result<Embedding, String>)> = Vec::with_capacity(paths.len());
    for result in results {
        done.extend(result?);
    }
    done.sort_by_key(|(photo, _)| *photo);
    Ok(collect(paths, done))
}

struct Shared<'a> {
    next: &'a AtomicUsize,
    on_done: OnDone<'a>,
}

type Done = Vec<(usize, Result<Embedding, String>)>;

fn work(
    engine: &Engine,
    photos: &PhotoSource,
    paths: &[String],
    options: EmbedOptions,
    shared: &Shared<'_>,
) -> Result<Done, EvalError> {
    let mut worker = engine.worker()?;
    let mut done = Vec::new();
    loop {
        let photo = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(path) = paths.get(photo) else { return Ok(done) };
        done.push((photo, embed(&mut worker, path, &photos.read(path)?, options)?));
        (shared.on_done)();
    }
}

/// The embedding, or why this photo has none.
fn embed(
    worker: &mut Worker,
    path: &str,
    photo: &[u8],
    options: EmbedOptions,
) -> Result<Result<Embedding, String>, EvalError> {
    let outputs = Outputs { embedding: true, ..Outputs::default() };
    let request = Request { outputs, scope: options.face.scope(), mirrored_embedding: options.mirrored };
    let analysis = match worker.analyze(photo, &request) {
        Ok(analysis) => analysis,
        Err(AnalyzeError::Decode(error)) => return Ok(Err(error.to_string())),
        Err(source @ AnalyzeError::Inference(_)) => {
            return Err(EvalError::Analyze { path: path.to_owned(), source });
        }
    };
    let Some(face) = options.face.choose(analysis) else { return Ok(Err("no face".to_owned())) };
    match face.embedding {
        Outcome::Value(embedding) => Ok(Ok(embedding)),
        Outcome::Failed(reason) => Ok(Err(reason)),
        Outcome::Unavailable | Outcome::NotRequested => Err(EvalError::NoEmbeddingModel),
    }
}

fn collect(paths: &[String], done: Done) -> Embedded {
    let mut embedded = Embedded::default();
    for (photo, result) in done {
        match result {
            Ok(embedding) => embedded.embeddings.push(Some(embedding)),
            Err(reason) => {
                embedded.embeddings.push(None);
                embedded.failures.push(Failure { path: paths[photo].clone(), reason });
            }
        }
    }
    embedded
}
