//! Measures how well Faceward recognises, on labelled photos: protocols, metrics, reports.
//!
//! `metrics` is pure arithmetic over scores. `protocols` says which photos are judged and what is reported; `report` and
//! `plot` are how. `photos`, `index` and `observe` bring labelled photos to what the engine says about them; a run that
//! was cut goes on. Knows no terminal: progress is a callback.
//! Convention everywhere: a score at or above the threshold is accepted (the same person, live, genuine).

pub mod calibrate;
mod degrade;
mod error;
mod index;
mod matrix;
pub mod metrics;
mod observe;
mod pairing;
mod photos;
pub mod plot;
pub mod protocols;
mod report;
pub mod similarity;
mod trivial;

pub use degrade::Ruin;
pub use error::EvalError;
pub use index::{IdentityIndex, PairList, PhotoPair};
pub use observe::{FaceChoice, Failure, JournalPlace, ObserveOptions};
pub use photos::PhotoSource;
pub use report::{FailedPhoto, Measured, Report};

/// Told after each photo that is done; called from several threads.
pub type OnDone<'a> = &'a (dyn Fn() + Sync);
