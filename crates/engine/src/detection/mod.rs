//! Photo to faces: boxes, scores and five points.
//!
//! `yunet` turns tensors into detections, `nms` drops doubles, `view` maps between photo and network, `search`
//! decides which views of the photo are worth a look, `turn` which way is up. Everything that leaves this module is in pixels of the photo.

mod nms;
mod search;
mod tiles;
mod turn;
mod view;
mod yunet;

pub(crate) use search::{DetectError, Detector, Found};
pub(crate) use yunet::Detection;

/// Id of the detector in the manifest.
pub(crate) const MODEL: &str = "yunet-2023mar";

/// Input sides that the detector is compiled for: a close look at one face, an overview, small faces.
pub(crate) const SIDES: [u32; 3] = [CLOSE, OVERVIEW, FINE];

const CLOSE: u32 = 160;
const OVERVIEW: u32 = 320;
const FINE: u32 = 640;

/// Part of the canvas that the photo is shrunk to when nothing was found: faces without surroundings need some.
const SHRUNKEN: f32 = 0.5;
