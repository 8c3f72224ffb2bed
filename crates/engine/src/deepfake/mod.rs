//! Whether a face is genuine: neither swapped nor generated.
//!
//! Three networks of our own look at the face with a little of its surroundings (`square`), the first two at its mirror
//! image too. The first gives two log-odds, one for each way of forging; the second looks closer and gives those of
//! swapped faces, which count half. The third knows methods of 2023 and later: live swaps, and portraits drawn from a
//! text. `scale` makes one score of them, and `edge` says where it deserves less confidence. From one photo: what a better
//! forger leaves no trace of is out of reach.

mod edge;
mod scale;
mod square;

use faceward_core::PixelRect;
use faceward_inference::Tensor;
use faceward_models::calibration::deepfake::deepfake as table;

pub use self::edge::NEAR_EDGE;
use self::scale::Odds;
use crate::face::{FaceGeometry, StepError};
use crate::findings::Genuineness;
use crate::image::{Border, Resampling, RgbImage};
use crate::networks::ModelSession;

/// Judges whether a face is genuine.
pub(crate) struct DeepfakeStep {
    both: ModelSession,
    closer: ModelSession,
    recent: ModelSession,
}

impl DeepfakeStep {
    /// `sessions` of the network that knows both ways of forging, of the one that looks closer, and of the one that knows
    /// recent methods.
    pub(crate) fn new(sessions: [ModelSession; 3]) -> Self {
        let [both, closer, recent] = sessions;
        Self { both, closer, recent }
    }

    /// How likely the face at `face` is genuine, and what it would be if it were not.
    ///
    /// # Errors
    /// The face box is empty or not finite, or a network fails.
    pub(crate) fn run(&mut self, photo: &RgbImage, face: &FaceGeometry) -> Result<Genuineness, StepError> {
        let square = square::round(photo.size(), &face.rect).ok_or_else(no_face)?;
        let [swapped, generated] = of_both_sides(&mut self.both, photo, &square)?;
        let [swapped_too, _] = of_both_sides(&mut self.closer, photo, &square)?;
        let seen = chip(&self.recent, photo, &square)?;
        let recent = log_odds(&mut self.recent, &seen)?;
        let (score, suspected) =
            scale::genuine(table(), [f32::midpoint(swapped, swapped_too), generated], recent);
        let near = edge::room(photo.size(), &face.points).is_some_and(|room| room < table().near_edge);
        Ok(Genuineness { score, suspected, reasons: if near { vec![NEAR_EDGE] } else { Vec::new() } })
    }
}

/// What one network says of the part of the photo in `square`, averaged over it and its mirror image.
fn of_both_sides(
    session: &mut ModelSession,
    photo: &RgbImage,
    square: &PixelRect,
) -> Result<Odds, StepError> {
    let chip = chip(session, photo, square)?;
    let (seen, mirrored) = (log_odds(session, &chip)?, log_odds(session, &chip.mirrored())?);
    Ok(std::array::from_fn(|answer| f32::midpoint(seen[answer], mirrored[answer])))
}

/// What a network looks at. Never black: black borders once gave the class away.
fn chip(session: &ModelSession, photo: &RgbImage, square: &PixelRect) -> Result<RgbImage, StepError> {
    Ok(photo.resized_crop(square, session.image_size(), Border::Reflect, Resampling::Antialiased)?)
}

/// What one network says of a chip.
fn log_odds(session: &mut ModelSession, chip: &RgbImage) -> Result<Odds, StepError> {
    let outputs = session.run_image(chip)?;
    read(&outputs).ok_or_else(|| StepError::Photo("the deepfake network gave no number".to_owned()))
}

fn no_face() -> StepError {
    StepError::Photo("the face box is empty".to_owned())
}

/// The log-odds of "swapped" and of "generated".
fn read(outputs: &[Tensor]) -> Option<Odds> {
    let odds = Odds::try_from(outputs.first()?.data.as_slice()).ok()?;
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
