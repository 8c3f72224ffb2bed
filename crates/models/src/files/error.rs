//! Files that cannot be given.

use std::path::PathBuf;

use faceward_core::RuntimeKind;

/// A file that the store cannot give.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No model has this id.
    #[error("there is no model `{id}`")]
    UnknownModel {
        /// The id.
        id: String,
    },
    /// The runtime cannot read the model.
    #[error("{runtime} cannot read the model `{id}`")]
    Unreadable {
        /// The model.
        id: String,
        /// The runtime.
        runtime: RuntimeKind,
    },
    /// No wheel of the runtime is known for this machine.
    #[error("there is no {runtime} for this operating system and processor")]
    NoRuntime {
        /// The runtime.
        runtime: RuntimeKind,
    },
    /// No fixture has this name.
    #[error("there is no test photo `{name}`")]
    UnknownFixture {
        /// The name.
        name: String,
    },
    /// It was not fetched yet.
    #[error("{} is not there: run `faceward models fetch`", path.display())]
    NotFetched {
        /// Where it belongs.
        path: PathBuf,
    },
}
