//! The quality keys of the OOTO API that need no network, one file a key. Scales: see [`super::Quality`].

pub(super) mod blur;
pub(super) mod contrast;
pub(super) mod emotion;
pub(super) mod exposure;
pub(super) mod eye_closed;
pub(super) mod macroblocks;
pub(super) mod occlusion;
pub(super) mod uniformity;
