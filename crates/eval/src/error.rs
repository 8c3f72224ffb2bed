//! What can stop a measurement. A photo without a usable face does not: it is counted as a failure to acquire.

use std::io;
use std::path::PathBuf;

/// A measurement that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// A file or folder could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A photo named by an index is not below the root.
    #[error("`{path}` is named in the index but is not below {}", root.display())]
    NoSuchPhoto {
        /// The path as the index gives it.
        path: String,
        /// The folder or archive that was searched.
        root: PathBuf,
    },
    /// A line of an index could not be understood.
    #[error("line {line} of the index: {reason}")]
    Index {
        /// Line number, counted from 1, header included.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The index as a whole cannot be used.
    #[error("the index cannot be used: {0}")]
    Unusable(String),
    /// The engine failed for a reason that is not the photo's.
    #[error("the engine failed")]
    Engine(#[from] faceward_engine::EngineError),
    /// A network failed on a photo.
    #[error("the engine failed on `{path}`")]
    Analyze {
        /// The photo.
        path: String,
        /// What the engine said.
        #[source]
        source: faceward_engine::AnalyzeError,
    },
    /// What is to be measured has no model.
    #[error("this build has no model for {what}, or it is switched off: there is nothing to measure")]
    NoModel {
        /// The value.
        what: &'static str,
    },
    /// The results of single photos cannot be kept.
    #[error("cannot use the results of photos in {}", path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A thread ended without an answer.
    #[error("a worker thread died")]
    WorkerDied,
}
