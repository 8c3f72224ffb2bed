//! Calibration tables, embedded in the binary: what turns raw scores into calibrated ones.
//!
//! Each table is `models/calibration/<name>.toml`, with a `.bin` of little-endian `f32` beside it where it is large,
//! and has an accessor file here. Each states the data that it was fitted on, the count, and the date.

pub mod attributes;
pub mod cohorts;
pub mod deepfake;
pub mod defects;
pub mod distortion;
mod embedded;
pub mod embedding;
pub mod evidence;
pub mod face_attributes;
pub mod head_pose;
pub mod landmarks68;
pub mod liveness;
pub mod photograph;
pub mod projection;
pub mod quality;
pub mod shape_network;
pub mod similarity;
pub mod thresholds;
pub mod usability;
pub mod utility;

pub use embedded::{TableError, numbers, table};
