//! The shared half: loaded networks and what they are able to answer.

use std::num::NonZeroUsize;
use std::sync::Arc;

use faceward_core::ModelId;
use faceward_inference::{InferenceError, RuntimeKind};
use faceward_models::Store;

use crate::image::{DecodeError, Limits};
use crate::request::Outputs;
use crate::run::Worker;

/// How an [`Engine`] is loaded.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Which runtime computes.
    pub runtime: RuntimeKind,
    /// How many workers will run at the same time.
    pub workers: NonZeroUsize,
    /// What a photo may cost.
    pub limits: Limits,
    /// Ids of models that are not loaded; what depends on them is [`faceward_core::Outcome::Unavailable`].
    pub disabled: Vec<String>,
}

/// What an engine is able to answer and what it computes with.
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// Outputs that have their models. One that is false comes back as [`faceward_core::Outcome::Unavailable`].
    pub outputs: Outputs,
    /// Every network that was loaded.
    pub models: Vec<LoadedModel>,
    /// The id that embeddings carry; `None` without models for them.
    pub embedding_model: Option<ModelId>,
    /// Which runtime computes.
    pub runtime: RuntimeKind,
    /// Its version text.
    pub runtime_version: String,
}

/// A network that was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedModel {
    /// Its id in the manifest.
    pub id: ModelId,
    /// Whether the compiled-model cache had it, where the runtime can tell.
    pub from_cache: Option<bool>,
}

/// Why an engine cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Model files or their contracts are not as declared; all problems at once.
    #[error("the models cannot be used:\n{}", .0.join("\n"))]
    Models(Vec<String>),
    /// The runtime failed.
    #[error(transparent)]
    Inference(#[from] InferenceError),
}

/// Why a photo was not analysed. No face is not an error.
#[derive(Debug, thiserror::Error)]
pub enum AnalyzeError {
    /// The bytes are no acceptable photo: the caller's fault.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A network failed: ours.
    #[error(transparent)]
    Inference(#[from] InferenceError),
}

/// Compiled networks, shared by all workers. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Capabilities>,
}

impl Engine {
    /// Compiles every enabled model of the manifest, checks it against its declaration and warms it up.
    ///
    /// # Errors
    /// A file is missing or not as declared (all such problems are listed), or the runtime fails.
    pub fn load(_store: &Store, _options: &EngineOptions) -> Result<Self, EngineError> {
        todo!()
    }

    /// What the engine is able to answer.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.shared
    }

    /// A worker for one thread, with sessions of its own.
    ///
    /// # Errors
    /// The runtime refuses another session.
    pub fn worker(&self) -> Result<Worker, EngineError> {
        todo!()
    }
}
