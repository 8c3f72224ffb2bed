//! How each [`QualityKey`] is measured, one file a key, and what it needs.

pub(super) mod blur;
mod contrast;
mod distortion;
mod emotion;
mod exposure;
mod eye_closed;
mod flare;
pub(super) mod macroblocks;
mod occlusion;
mod uniformity;
mod utility;

use faceward_core::QualityKey;

pub(crate) use flare::FlareStep;

use super::context::{Absent, FaceContext};
use crate::step::Step;

/// How a value of 0 to 1 comes about.
type Formula = fn(&FaceContext<'_>) -> Result<f32, Absent>;

/// The steps without which a measure has no value, and its formula.
const fn row(key: QualityKey) -> (&'static [Step], Formula) {
    match key {
        QualityKey::Uniformity => (&[Step::Landmarks], uniformity::measure),
        QualityKey::Exposure => (&[Step::Landmarks], exposure::measure),
        QualityKey::Contrast => (&[Step::Landmarks], contrast::measure),
        QualityKey::Flare => (&[Step::Flare], flare::measure),
        QualityKey::Blur => (&[Step::Landmarks], blur::measure),
        QualityKey::Macroblocks => (&[Step::Landmarks], macroblocks::measure),
        QualityKey::Distortion => (&[Step::Landmarks], distortion::measure),
        QualityKey::Occlusion => (&[Step::FaceAttributes], occlusion::measure),
        QualityKey::Emotion => (&[Step::Expression], emotion::measure),
        QualityKey::LeftEyeClosed => (&[Step::Eyes], eye_closed::left),
        QualityKey::RightEyeClosed => (&[Step::Eyes], eye_closed::right),
        QualityKey::Utility => (&[Step::Embedding], utility::measure),
    }
}

/// The steps without which `key` has no value.
pub(crate) const fn needs(key: QualityKey) -> &'static [Step] {
    row(key).0
}

/// `key` of `face`, 0 to 1.
pub(super) fn measure(key: QualityKey, face: &FaceContext<'_>) -> Result<f32, Absent> {
    row(key).1(face)
}
