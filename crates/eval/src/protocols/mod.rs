//! What is measured and how it is reported: one file a protocol.

mod acquired;
pub mod attributes;
pub mod deepfake;
pub mod degrade;
pub mod identification;
pub mod landmarks;
pub mod methods;
pub mod pad;
pub mod poor;
pub mod precision;
pub mod quality;
pub mod verification;

/// Seed of every interval.
const SEED: u64 = 19_795;
