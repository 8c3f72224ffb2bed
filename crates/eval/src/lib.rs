//! Measures how well Faceward recognises, on labelled photos: protocols, metrics, reports.
//!
//! `metrics` is pure arithmetic over scores. `protocols` says which photos are compared and what is reported.
//! `photos`, `index` and `embed` bring labelled photos to embeddings. Knows no terminal: progress is a callback.
//! Convention everywhere: a pair is called the same person when its score is at or above the threshold.

mod embed;
mod error;
mod index;
mod matrix;
pub mod metrics;
mod pairing;
mod photos;
pub mod protocols;
pub mod similarity;

pub use embed::{EmbedOptions, Embedded, FaceChoice, Failure, embed_all};
pub use error::EvalError;
pub use index::{IdentityIndex, PairList, PhotoPair};
pub use pairing::{Scored, score_every_pair, score_listed_pairs};
pub use photos::PhotoSource;

/// Told after each photo that is done; called from several threads.
pub type OnDone<'a> = &'a (dyn Fn() + Sync);
