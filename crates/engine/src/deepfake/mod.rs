//! Whether a face is genuine: neither swapped nor generated.
//!
//! One network of our own looks at the face with a little of its surroundings (`square`), and at its mirror image, and
//! gives two log-odds, one for each way of forging; `scale` makes one score of them. From one photo: what a better forger leaves no trace of is
//! out of reach.

mod scale;
mod square;

use faceward_inference::Tensor;
use faceward_models::calibration::deepfake::deepfake as table;

use crate::face::{FaceGeometry, StepError};
use crate::image::{Border, Resampling, Upright};
use crate::networks::ModelSession;

/// Id in the manifest.
pub(crate) const MODEL: &str = "faceward-deepfake-1";

/// Judges whether a face is genuine.
pub(crate) struct DeepfakeStep(ModelSession);

impl DeepfakeStep {
    /// `session` of [`MODEL`].
    pub(crate) const fn new(session: ModelSession) -> Self {
        Self(session)
    }

    /// How likely the face at `face` is genuine, 0 to 1; 0.9 is the stated operating point.
    ///
    /// # Errors
    /// The face box is empty or not finite, or the network fails.
    pub(crate) fn run(&mut self, photo: &Upright, face: &FaceGeometry) -> Result<f32, StepError> {
        let chip = square::round(photo.size(), &face.rect)
            .and_then(|square| {
                // Never black: black borders once gave the class away.
                let size = self.0.image_size();
                photo.resized_crop(&square, size, Border::Reflect, Resampling::Antialiased)
            })
            .ok_or_else(|| StepError::Photo("the face box is empty".to_owned()))?;
        let seen = self.log_odds(&chip)?;
        let mirrored = self.log_odds(&chip.mirrored())?;
        let odds = std::array::from_fn(|answer| f32::midpoint(seen[answer], mirrored[answer]));
        Ok(scale::genuine(table(), odds))
    }

    /// The log-odds of "swapped" and of "generated" for one view.
    fn log_odds(&mut self, chip: &Upright) -> Result<[f32; 2], StepError> {
        let outputs = self.0.run_image(chip)?;
        read(&outputs).ok_or_else(|| StepError::Photo("the deepfake network gave no number".to_owned()))
    }
}

/// The log-odds of "swapped" and of "generated".
fn read(outputs: &[Tensor]) -> Option<[f32; 2]> {
    let odds = <[f32; 2]>::try_from(outputs.first()?.data.as_slice()).ok()?;
    odds.iter().all(|odds| odds.is_finite()).then_some(odds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_no_score() {
        let read = |data: &[f32]| read(&[Tensor { shape: vec![1, data.len()], data: data.to_vec() }]);
        assert_eq!(read(&[0.5, -2.0]), Some([0.5, -2.0]));
        assert_eq!(read(&[0.5, f32::NAN]), None);
        assert_eq!(read(&[0.5]), None);
    }
}
