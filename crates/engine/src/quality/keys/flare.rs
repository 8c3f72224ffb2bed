//! Light that shines into the lens: a glow, a veil over the face, streaks.
//!
//! A small network of our own sees a square round the face. It learned from drawn flares of known strength, on photos
//! whose exposure, contrast, colour, sharpness and compression were drawn as well: see `models/cards/flare-1.md`.

use faceward_core::Point;

use super::super::context::{Absent, FaceContext, present};
use crate::face::{FaceGeometry, StepError};
use crate::image::{Border, Resampling, RgbImage};
use crate::landmarks::LevelSquare;
use crate::networks::ModelSession;

/// Side of the square that the network sees, in longer sides of the detector box.
const SQUARE_PER_BOX: f32 = 2.2;

/// 0 (none) to 1: what the network says.
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<f32, Absent> {
    present(face.input.flare).copied()
}

/// Estimates flare.
pub(crate) struct FlareStep {
    session: ModelSession,
}

impl FlareStep {
    pub(crate) const fn new(session: ModelSession) -> Self {
        Self { session }
    }

    /// Strength of the flare in and round the face, 0 (none) to 1.
    ///
    /// # Errors
    /// The box is empty, or the network fails.
    pub(crate) fn run(&mut self, photo: &RgbImage, face: &FaceGeometry) -> Result<f32, StepError> {
        let size = self.session.image_size();
        let chip =
            photo.warp(&square(face).to_chip(size.width), size, Border::Reflect, Resampling::Antialiased)?;
        let outputs = self.session.run_image(&chip)?;
        match outputs.first().map(|output| output.data.as_slice()) {
            Some([strength]) if strength.is_finite() => Ok(strength.clamp(0.0, 1.0)),
            _ => Err(StepError::Photo("the flare network gave no number".to_owned())),
        }
    }
}

/// What the network is shown: upright in the photo, whatever the head does.
fn square(face: &FaceGeometry) -> LevelSquare {
    let rect = &face.rect;
    let centre = Point::new((rect.left + rect.right) / 2.0, (rect.top + rect.bottom) / 2.0);
    LevelSquare { centre, side: SQUARE_PER_BOX * rect.width().max(rect.height()), eye_line_degrees: 0.0 }
}
