//! Observations to what a protocol judges, and the failures to acquire beside them.

use faceward_core::{Embedding, ModelId};

use crate::error::EvalError;
use crate::observe::{FaceRecord, Failure, Observed, Reading, Sight};

/// Values by photo, in the order asked for; `None` for a failure.
pub(super) struct Acquired<T> {
    pub(super) values: Vec<Option<T>>,
    /// The failures, in the order asked for.
    pub(super) failures: Vec<Failure>,
}

/// What `read` finds on the face of each photo.
pub(super) fn acquire<T>(
    paths: &[String],
    observed: &[Observed],
    read: impl Fn(&FaceRecord) -> Result<T, String>,
) -> Acquired<T> {
    acquire_from(paths, observed, |sight| match sight {
        Sight::Face(face) => read(face),
        Sight::Part(_) => Err("only a part of a face was looked at".to_owned()),
        Sight::Nothing(reason) => Err(reason.clone()),
    })
}

/// What `read` finds on each photo.
pub(super) fn acquire_from<T>(
    paths: &[String],
    observed: &[Observed],
    read: impl Fn(&Sight) -> Result<T, String>,
) -> Acquired<T> {
    let mut acquired = Acquired { values: Vec::with_capacity(paths.len()), failures: Vec::new() };
    for (path, observed) in paths.iter().zip(observed) {
        acquired.values.push(match read(&observed.sight) {
            Ok(value) => Some(value),
            Err(reason) => {
                acquired.failures.push(Failure { path: path.clone(), reason });
                None
            }
        });
    }
    acquired
}

/// The value of a reading, or why there is none.
pub(super) fn value<T: Clone>(reading: &Reading<T>) -> Result<T, String> {
    match reading {
        Reading::Value(value) => Ok(value.clone()),
        Reading::Failed(reason) => Err(reason.clone()),
        Reading::Unavailable | Reading::NotRequested => Err("it has no model".to_owned()),
    }
}

/// Refuses a reading without a model.
pub(super) const fn demand<T>(reading: &Reading<T>, what: &'static str) -> Result<(), EvalError> {
    match reading {
        Reading::Value(_) | Reading::Failed(_) => Ok(()),
        Reading::Unavailable | Reading::NotRequested => Err(EvalError::NoModel { what }),
    }
}

/// Refuses an engine that makes no embeddings.
pub(super) fn has_embedding(face: &FaceRecord) -> Result<(), EvalError> {
    demand(&face.embedding, "embeddings")
}

/// Embeddings of one model.
pub(super) struct Embedded {
    /// In the order asked for; `None` for a failure.
    pub(super) embeddings: Vec<Option<Embedding>>,
    /// The failures, in the order asked for.
    pub(super) failures: Vec<Failure>,
    /// What made them.
    pub(super) model: ModelId,
}

/// The embeddings of all photos.
///
/// # Errors
/// No photo gave one.
pub(super) fn embedded(paths: &[String], observed: &[Observed]) -> Result<Embedded, EvalError> {
    let read = |face: &FaceRecord| {
        value(&face.embedding)?;
        face.embedding().ok_or_else(|| "its embedding is damaged".to_owned())
    };
    let Acquired { values: embeddings, failures } = acquire(paths, observed, read);
    let model = embeddings.iter().flatten().next().map(|embedding| embedding.model().clone());
    let model = model.ok_or_else(|| EvalError::Unusable("no photo gave an embedding".to_owned()))?;
    Ok(Embedded { embeddings, failures, model })
}
