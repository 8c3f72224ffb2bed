//! How the photo of the face was taken: light that shines into the lens, and what bends the face.

mod distortion;
mod flare;

pub(crate) use distortion::distortion;
pub(crate) use flare::{FlareStep, MODEL as FLARE_MODEL};
