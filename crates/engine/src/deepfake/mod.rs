//! Whether a face is genuine: neither swapped nor generated.
//!
//! Two networks of our own look at the face with a little of its surroundings (`square`), and at its mirror image. The
//! first gives two log-odds, one for each way of forging; the second looks closer and gives those of swapped faces, which
//! count half. `scale` makes one score of them. From one photo: what a better forger leaves no trace of is out of reach.

mod scale;
mod square;

use faceward_core::PixelRect;
use faceward_inference::Tensor;
use faceward_models::calibration::deepfake::deepfake as table;

use crate::face::{FaceGeometry, StepError};
use crate::image::{Border, Resampling, RgbImage};
use crate::networks::ModelSession;

/// Judges whether a face is genuine.
pub(crate) struct DeepfakeStep {
    both: ModelSession,
    closer: ModelSession,
}

impl DeepfakeStep {
    /// `sessions` of the network that knows both ways of forging, and of the one that looks closer.
    pub(crate) fn new(sessions: [ModelSession; 2]) -> Self {
        let [both, closer] = sessions;
        Self { both, closer }
    }

    /// How likely the face at `face` is genuine, 0 to 1; 0.9 is the stated operating point.
    ///
    /// # Errors
    /// The face box is empty or not finite, or a network fails.
    pub(crate) fn run(&mut self, photo: &RgbImage, face: &FaceGeometry) -> Result<f32, StepError> {
        let square = square::round(photo.size(), &face.rect).ok_or_else(no_face)?;
        let [swapped, generated] = log_odds(&mut self.both, photo, &square)?;
        let [swapped_too, _] = log_odds(&mut self.closer, photo, &square)?;
        Ok(scale::genuine(table(), [f32::midpoint(swapped, swapped_too), generated]))
    }
}

/// What one network says of the part of the photo in `square`: the log-odds of "swapped" and of "generated", averaged
/// over it and its mirror image.
fn log_odds(session: &mut ModelSession, photo: &RgbImage, square: &PixelRect) -> Result<[f32; 2], StepError> {
    // Never black: black borders once gave the class away.
    let chip = photo.resized_crop(square, session.image_size(), Border::Reflect, Resampling::Antialiased)?;
    let mut of = |view: &RgbImage| -> Result<[f32; 2], StepError> {
        let outputs = session.run_image(view)?;
        read(&outputs).ok_or_else(|| StepError::Photo("the deepfake network gave no number".to_owned()))
    };
    let (seen, mirrored) = (of(&chip)?, of(&chip.mirrored())?);
    Ok(std::array::from_fn(|answer| f32::midpoint(seen[answer], mirrored[answer])))
}

fn no_face() -> StepError {
    StepError::Photo("the face box is empty".to_owned())
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
