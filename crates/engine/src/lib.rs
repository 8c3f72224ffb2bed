//! Photo to [`Analysis`]: synchronous and deterministic.
//!
//! An [`Engine`] holds the compiled networks and is shared; each compute thread owns a [`Worker`] made from it.
//! `image` decodes and resamples, one folder a task holds the rest, `plan` orders the steps that a request needs,
//! `run` executes them. Not here: thresholds and what is "fine" (service), templates (gallery).

mod alignment;
mod analysis;
mod attributes;
mod capture;
mod deepfake;
mod detection;
mod embedding;
mod engine;
mod face;
mod fingerprint;
pub mod image;
mod landmarks;
mod liveness;
mod networks;
mod plan;
pub mod quality;
mod request;
mod run;
mod steps;
mod turned;

pub use analysis::{
    Analysis, Attributes, FaceAnalysis, Liveness, NetworkTiming, PhotoInfo, Race, StepTiming,
};
pub use attributes::FacePart;
pub use engine::{AnalyzeError, Capabilities, Engine, EngineError, EngineOptions, LoadedModel};
pub use face::FaceGeometry;
pub use fingerprint::{Fingerprint, Grid};
pub use request::{Outputs, Request, Scope};
pub use run::Worker;
