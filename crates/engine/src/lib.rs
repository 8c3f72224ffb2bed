//! Photo to [`Analysis`]: synchronous and deterministic.
//!
//! An [`Engine`] holds the compiled networks and is shared; each compute thread owns a [`Worker`] made from it.
//! `image` decodes and resamples, one folder a task holds the rest. `step` lists what each step computes with and gives,
//! `plan` orders those that a request needs, `run` executes them. Not here: thresholds and what is "fine" (service), templates (gallery).

mod alignment;
mod analysis;
mod attributes;
mod deepfake;
mod detection;
mod draft;
mod embedding;
mod engine;
mod face;
mod findings;
mod fingerprint;
pub mod image;
mod landmarks;
mod liveness;
mod meanwhile;
mod networks;
mod options;
mod photograph;
mod picture;
mod plan;
pub mod quality;
mod request;
mod run;
mod sessions;
mod step;
mod steps;
mod timer;
mod turned;

pub use analysis::{Analysis, FaceAnalysis, PhotoInfo, StepTiming};
pub use attributes::FacePart;
pub use deepfake::NEAR_EDGE;
pub use engine::{Capabilities, Engine, LoadedModel};
pub use face::FaceGeometry;
pub use findings::{Attributes, Forgery, Genuineness, Liveness, Race};
pub use fingerprint::{Fingerprint, Grid};
pub use liveness::LITTLE_CONTEXT;
pub use meanwhile::{Meanwhile, SpareCore};
pub use networks::NetworkTiming;
pub use options::{AnalyzeError, EngineError, EngineOptions, OnCompiled, PrecisionChoice};
pub use request::{Output, Outputs, Request, Scope};
pub use run::Worker;
