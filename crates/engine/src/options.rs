//! How an engine is loaded, and what can go wrong with it.

use faceward_inference::{InferenceError, RuntimeKind};

use crate::image::{DecodeError, Limits, ResampleError};

/// Told how many networks are ready, and of how many; called from several threads.
pub type OnCompiled<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// How an [`crate::Engine`] is loaded.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Which runtime computes.
    pub runtime: RuntimeKind,
    /// In which numbers networks compute.
    pub precision: PrecisionChoice,
    /// What a photo may cost.
    pub limits: Limits,
    /// Ids of models that are not loaded; what depends on them is [`faceward_core::Outcome::Unavailable`].
    pub disabled: Vec<String>,
}

/// In which numbers networks compute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PrecisionChoice {
    /// Those networks of which it was measured that it changes nothing that matters compute in bf16 where the processor has
    /// instructions for it, all others in f32.
    #[default]
    Auto,
    /// All networks compute in f32: the same answers on machines of all kinds.
    F32,
    /// As [`Self::Auto`], and an engine does not load where the processor has no such instructions.
    Bf16,
}

impl PrecisionChoice {
    /// All choices.
    pub const ALL: [Self; 3] = [Self::Auto, Self::F32, Self::Bf16];

    /// A stable name: `auto`, `f32` or `bf16`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        }
    }
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
    /// Nobody waits for it any more.
    #[error("the analysis was cancelled")]
    Cancelled,
    /// A part of the photo could not be cut out: ours.
    #[error(transparent)]
    Resample(#[from] ResampleError),
}
