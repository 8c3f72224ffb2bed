//! What can go wrong between a model file and its outputs. Texts are written for the operator and name the file.

use std::path::PathBuf;

use faceward_core::Precision;

/// Failure of a runtime, a model file or a run.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    /// The runtime's library is not where it was said to be.
    #[error("the library of {runtime} is missing: {}", path.display())]
    LibraryMissing {
        /// The runtime's name.
        runtime: &'static str,
        /// Where the library was expected.
        path: PathBuf,
    },
    /// The library is there and cannot be used.
    #[error("the library of {runtime} at {} cannot be used: {reason}", path.display())]
    LibraryUnusable {
        /// The runtime's name.
        runtime: &'static str,
        /// The library.
        path: PathBuf,
        /// The runtime's or the system's words.
        reason: String,
    },
    /// A process loads one library of each runtime and keeps it.
    #[error("{runtime} is already loaded from {}, so not from {}", loaded.display(), wanted.display())]
    LibraryConflict {
        /// The runtime's name.
        runtime: &'static str,
        /// The library in use.
        loaded: PathBuf,
        /// The library that was asked for.
        wanted: PathBuf,
    },
    /// The folder of compiled networks cannot be made.
    #[error("the folder for compiled networks cannot be made")]
    CompiledCache(#[source] std::io::Error),
    /// The model file cannot be read, or the runtime cannot compute what is in it.
    #[error("the model {} cannot be compiled: {reason}", file.display())]
    Model {
        /// The model file.
        file: PathBuf,
        /// The runtime's or the system's words.
        reason: String,
    },
    /// The runtime does not compute in this precision.
    #[error("{runtime} does not compute in {precision}")]
    Precision {
        /// The runtime's name.
        runtime: &'static str,
        /// What was asked for.
        precision: Precision,
    },
    /// A tensor of a model holds something else than `f32`.
    #[error("tensor `{tensor}` of the model {} is {element}, not f32", file.display())]
    ElementType {
        /// The model file.
        file: PathBuf,
        /// Name of the tensor.
        tensor: String,
        /// The element type as the runtime calls it.
        element: String,
    },
    /// As many tensors as the network has inputs are needed.
    #[error("the network has {expected} inputs and was given {actual}")]
    InputCount {
        /// How many inputs the network has.
        expected: usize,
        /// How many were given.
        actual: usize,
    },
    /// A tensor does not fit the input.
    #[error("input `{input}` has the shape {expected} and was given {actual}")]
    InputShape {
        /// Name of the input.
        input: String,
        /// Its shape; `?` where any size goes.
        expected: String,
        /// What was given.
        actual: String,
    },
    /// The runtime failed while computing.
    #[error("the network could not be run: {0}")]
    Run(String),
}
