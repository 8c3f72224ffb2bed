//! What can go wrong with a store, each with who has to act: the caller, time, or the operator.

use std::pin::Pin;

use faceward_core::{AppId, GalleryId, ModelId, TemplateId};

/// Failure of a store. No text holds a vector, a name or a key.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No app has this id.
    #[error("there is no app {0}")]
    AppUnknown(AppId),
    /// Another app has this id.
    #[error("the app {0} already exists")]
    AppExists(AppId),
    /// No operator has this name.
    #[error("there is no operator of this name")]
    OperatorUnknown,
    /// Another operator has this name.
    #[error("an operator of this name already exists")]
    OperatorExists,
    /// The app has no gallery of this id. Only `default` springs into being by itself.
    #[error("there is no gallery `{0}`")]
    GalleryUnknown(GalleryId),
    /// The app has a gallery of this id.
    #[error("the gallery `{0}` already exists")]
    GalleryExists(GalleryId),
    /// The app has a template of this id, and replacing it was not asked for.
    #[error("the template `{0}` already exists")]
    TemplateExists(TemplateId),
    /// A model makes embeddings of one length in all of an app.
    #[error("embeddings of `{model}` have {expected} values, this one has {actual}")]
    Length {
        /// The model.
        model: ModelId,
        /// Values in the stored embeddings.
        expected: usize,
        /// Values in the one that was given.
        actual: usize,
    },
    /// The app has as many sessions under way as it may have.
    #[error("too many sessions under way")]
    TooManySessions,
    /// A challenge cannot be made or answered.
    #[error(transparent)]
    Challenge(#[from] ChallengeRefusal),
    /// The store cannot be reached at present. Nothing was changed; later it may work.
    #[error("the store cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store failed: a full disk, damaged data. An operator has to look.
    #[error("the store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The answer of a store in the making: boxed, so that a store can be held behind a trait object, and written out, so that no
/// macro is needed to read the traits.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

impl StoreError {
    /// A failure because of `cause`.
    pub fn failed(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed(cause.into())
    }
}

/// Why a challenge cannot be made or answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeRefusal {
    /// The app has as many open ones as it may have.
    #[error("too many open challenges")]
    TooMany,
    /// There is none of this name, or it is forgotten.
    #[error("no challenge of this name")]
    Unknown,
    /// Another app's. It learns nothing else.
    #[error("the challenge was made for another app")]
    Foreign,
    /// Somebody was first. Known for at least as long as the challenge would have been open.
    #[error("the challenge was answered already")]
    Replayed,
    /// Its time is over.
    #[error("the challenge has expired")]
    Expired,
}
