//! Photos to what the engine says about them, on all cores: one engine worker a thread, each taking the next photo.
//!
//! `record` is what is kept of an analysis, `journal` the file from which a cut run goes on, `face` which face of a
//! photo its label is about.

mod face;
mod fingerprint;
mod journal;
mod record;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use faceward_core::Outcome;
use faceward_engine::image::Limits;
use faceward_engine::{AnalyzeError, Engine, FacePart, Outputs, Request, Worker};

use crate::OnDone;
use crate::error::EvalError;
use crate::photos::ReadPhoto;
use crate::trivial;
use journal::{Digest, Journal};

pub use face::FaceChoice;
#[cfg(test)]
pub(crate) use record::Attributes;
pub(crate) use record::{FaceRecord, Observed, Reading, Sight};

/// How photos are looked at.
#[derive(Clone, Debug)]
pub struct ObserveOptions {
    /// Threads, each with a worker of its own.
    pub n_threads: NonZeroUsize,
    /// What is computed.
    pub outputs: Outputs,
    /// Whether the mirrored face is added to embeddings, as for references.
    pub mirrored: bool,
    /// Which face of a photo is meant.
    pub face: FaceChoice,
    /// What each photo shows, where it is not a face but a part of one: nothing is looked for then.
    pub part: Option<FacePart>,
    /// Whether the photo's trivial features are taken too.
    pub trivial: bool,
    /// Where a cut run goes on from.
    pub journal: JournalPlace,
}

/// Where results of single photos are kept while a run lasts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum JournalPlace {
    /// Nowhere: a cut run starts anew.
    #[default]
    Nowhere,
    /// In a file of this folder, removed when the run is through.
    UntilDone(PathBuf),
    /// In a file of this folder that stays, for other measurements of the same photos.
    Kept(PathBuf),
}

/// Says no if a face lacks what a protocol measures: its model is missing.
pub(crate) type Demand<'a> = &'a (dyn Fn(&FaceRecord) -> Result<(), EvalError> + Sync);

/// A photo that gave no result: a failure to acquire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The photo's path.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Looks at every photo, in the order asked for.
///
/// # Errors
/// A photo is not there, a network or the journal fails, or `demand` refuses. A photo without a usable face is no
/// error.
pub(crate) fn observe_all(
    engine: &Engine,
    photos: &dyn ReadPhoto,
    paths: &[String],
    options: &ObserveOptions,
    (demand, on_done): (Demand<'_>, OnDone<'_>),
) -> Result<Vec<Observed>, EvalError> {
    let journal = Journal::open(&options.journal, &fingerprint::of(engine, options))?;
    let run =
        Run { engine, photos, paths, options, journal: &journal, next: AtomicUsize::new(0), demand, on_done };
    let results: Vec<Result<Vec<(usize, Observed)>, EvalError>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..options.n_threads.get()).map(|_| scope.spawn(|| run.work())).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| EvalError::WorkerDied)?).collect()
    });
    let mut done = Vec::with_capacity(paths.len());
    for result in results {
        done.extend(result?);
    }
    done.sort_by_key(|(photo, _)| *photo);
    journal.finish()?;
    Ok(done.into_iter().map(|(_, observed)| observed).collect())
}

/// What all threads share.
struct Run<'a> {
    engine: &'a Engine,
    photos: &'a dyn ReadPhoto,
    paths: &'a [String],
    options: &'a ObserveOptions,
    journal: &'a Journal,
    next: AtomicUsize,
    demand: Demand<'a>,
    on_done: OnDone<'a>,
}

impl Run<'_> {
    fn work(&self) -> Result<Vec<(usize, Observed)>, EvalError> {
        let mut worker = self.engine.worker()?;
        let mut done = Vec::new();
        loop {
            let photo = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = self.paths.get(photo) else { return Ok(done) };
            let observed = self.observe(&mut worker, path);
            if observed.is_err() {
                // Nobody needs the rest.
                self.next.store(self.paths.len(), Ordering::Relaxed);
            }
            done.push((photo, observed?));
            (self.on_done)();
        }
    }

    /// What the journal knows of the photo, or what the engine says.
    fn observe(&self, worker: &mut Worker, path: &str) -> Result<Observed, EvalError> {
        let bytes = self.photos.read(path)?;
        let digest = Digest::of(&bytes);
        if let Some(known) = self.journal.find(&digest) {
            return Ok(known.clone());
        }
        let observed = look(worker, path, &bytes, self.options)?;
        if let Sight::Face(face) = &observed.sight {
            (self.demand)(face)?;
        }
        self.journal.add(&digest, &observed)?;
        Ok(observed)
    }
}

/// What the engine says about one photo.
///
/// # Errors
/// A network fails, or there is none for a part of a face.
pub(crate) fn look(
    worker: &mut Worker,
    path: &str,
    bytes: &[u8],
    options: &ObserveOptions,
) -> Result<Observed, EvalError> {
    let sight = match options.part {
        Some(part) => look_at_part(worker, bytes, part),
        None => look_for_face(worker, bytes, options),
    };
    let sight = match sight {
        Ok(sight) => sight,
        Err(AnalyzeError::Decode(error)) => Sight::Nothing(error.to_string()),
        Err(source @ (AnalyzeError::Inference(_) | AnalyzeError::Resample(_) | AnalyzeError::Cancelled)) => {
            return Err(EvalError::Analyze { path: path.to_owned(), source });
        }
    };
    if let (Sight::Part(Reading::Unavailable), Some(part)) = (&sight, options.part) {
        let what = match part {
            FacePart::Eye => "crops of eyes",
            FacePart::Mouth => "crops of mouths",
        };
        return Err(EvalError::NoModel { what });
    }
    let trivial = if options.trivial { trivial::features(bytes, &Limits::default()) } else { None };
    Ok(Observed { sight, trivial })
}

fn look_for_face(worker: &mut Worker, bytes: &[u8], options: &ObserveOptions) -> Result<Sight, AnalyzeError> {
    let ObserveOptions { outputs, mirrored, face, .. } = options;
    let (scope, mirrored_embedding) = (face.scope(), *mirrored);
    let request = Request { outputs: *outputs, scope, mirrored_embedding, ..Request::default() };
    let chosen = face.choose(worker.analyze(bytes, &request)?);
    let found = chosen.map(|face| Sight::Face(Box::new(face.into())));
    Ok(found.unwrap_or_else(|| Sight::Nothing("no face".to_owned())))
}

fn look_at_part(worker: &mut Worker, bytes: &[u8], part: FacePart) -> Result<Sight, AnalyzeError> {
    Ok(match worker.part_is_open(bytes, part)? {
        Outcome::Failed(reason) => Sight::Nothing(reason),
        outcome @ (Outcome::Value(_) | Outcome::Unavailable | Outcome::NotRequested) => {
            Sight::Part(outcome.into())
        }
    })
}
