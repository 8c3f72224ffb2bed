//! Whether what the detector found is the photographed face of a human: no drawing, no animal, no statue, no negative.
//!
//! One network of our own looks at the chip of the face attributes with a little more round it. What it learned from, and what
//! it takes for a photograph: `models/cards/photograph-1.md`.

use faceward_core::Point;
use faceward_inference::Tensor;
use faceward_models::calibration::photograph::photograph as table;

use crate::alignment;
use crate::face::{FaceGeometry, StepError};
use crate::image::{Border, Resampling, RgbImage};
use crate::networks::ModelSession;

/// Pixels of the chip beside what the network of the attributes sees.
const MARGIN: f32 = 8.0;

/// Judges whether a face was photographed.
pub(crate) struct PhotographStep {
    network: ModelSession,
}

impl PhotographStep {
    /// From the session of the network.
    pub(crate) fn new([network]: [ModelSession; 1]) -> Self {
        Self { network }
    }

    /// Score 0 to 1, higher is more likely a photograph; below 0.5 it is none.
    ///
    /// # Errors
    /// The five points have no extent, or the network fails.
    pub(crate) fn run(&mut self, photo: &RgbImage, face: &FaceGeometry) -> Result<f32, StepError> {
        let to_chip = alignment::similarity(&face.points.to_array(), &template())
            .ok_or_else(|| StepError::Photo("the five points of the face coincide".to_owned()))?;
        let chip =
            photo.warp(&to_chip, self.network.image_size(), Border::Reflect, Resampling::Antialiased)?;
        let outputs = self.network.run_image(&chip)?;
        read(&outputs)
            .map(|odds| 1.0 / (1.0 + (table().least_odds - odds).exp()))
            .ok_or_else(|| StepError::Photo("the photograph network gave no number".to_owned()))
    }
}

/// Where the five points lie on the chip: `ArcFace`'s places, smaller and higher, and the margin.
fn template() -> [Point; 5] {
    alignment::TEMPLATE.map(|point| {
        let (x, y) = (0.83 * (point.x - 56.0) + 56.0, 0.83 * (point.y - 72.0) + 62.0);
        Point::new(x + MARGIN, y + MARGIN)
    })
}

/// The log-odds of a photograph.
fn read(outputs: &[Tensor]) -> Option<f32> {
    let [odds] = outputs.first()?.data.as_slice() else { return None };
    odds.is_finite().then_some(*odds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_face_lies_inside_the_margin() {
        let [left, right, ..] = template();
        // 0.83 x 35.24 between the eyes; 0.83 x (38.29 - 56) + 64 to the first.
        assert!(
            (right.x - left.x - 29.247).abs() < 0.01 && (left.x - 49.304).abs() < 0.01,
            "{left:?} {right:?}"
        );
    }

    #[test]
    fn what_is_no_number_is_no_score() {
        let read = |data: &[f32]| read(&[Tensor { shape: vec![1, data.len()], data: data.to_vec() }]);
        assert_eq!(read(&[1.5]), Some(1.5));
        assert_eq!(read(&[f32::NAN]), None);
        assert_eq!(read(&[0.0, 1.0]), None);
    }
}
