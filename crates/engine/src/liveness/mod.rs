//! Presentation attack detection: is this a person in front of the camera, or a print, a screen, a replay?
//!
//! Two networks look at the face with its surroundings (`surroundings`); `fusion` makes one score of what they say and
//! of how much of the surroundings there was. Passive and from one photo: masks and injected photos are out of reach.

mod fusion;
mod surroundings;

use faceward_core::ModelId;
use faceward_inference::Tensor;
use faceward_models::calibration::liveness::liveness as table;

use crate::analysis::Liveness;
use crate::face::{FaceGeometry, StepError};
use crate::image::Upright;
use crate::networks::ModelSession;
use surroundings::Surroundings;

/// Ids in the manifest, in the order in which [`LivenessStep::new`] takes their sessions.
pub(crate) const MODELS: [&str; 2] = ["fr-liveness", "minifasnet-2.7"];

/// The photo shows too little around the face to see the edge of a print or screen.
const LITTLE_CONTEXT: &str = "little_context";

/// Judges liveness.
pub(crate) struct LivenessStep {
    fr_liveness: ModelSession,
    minifasnet: ModelSession,
}

impl LivenessStep {
    /// `sessions` of [`MODELS`].
    pub(crate) fn new(sessions: [ModelSession; 2]) -> Self {
        let [fr_liveness, minifasnet] = sessions;
        Self { fr_liveness, minifasnet }
    }

    /// The liveness of the face at `face`.
    ///
    /// # Errors
    /// The face box is empty or lies outside of the photo, or a network fails.
    pub(crate) fn run(&mut self, photo: &Upright, face: &FaceGeometry) -> Result<Liveness, StepError> {
        let seen = Surroundings::of(photo, &face.rect).ok_or_else(|| failed("the face box is empty"))?;
        // fr-liveness: class 0 is bona fide. MiniFASNet: class 1, the others are prints and screens.
        let fr_liveness = log_odds(&mut self.fr_liveness, photo, &seen, 0)?;
        let minifasnet = log_odds(&mut self.minifasnet, photo, &seen, 1)?;
        let score = fusion::score(table(), [fr_liveness, minifasnet], seen.context);
        let little = seen.context < table().little_context;
        Ok(Liveness {
            score,
            raw: vec![
                (ModelId::new(self.fr_liveness.id()), fusion::sigmoid(fr_liveness)),
                (ModelId::new(self.minifasnet.id()), fusion::sigmoid(minifasnet)),
            ],
            reasons: if little { vec![LITTLE_CONTEXT] } else { Vec::new() },
        })
    }
}

/// What one network says: log-odds of class `bona_fide` against all others.
fn log_odds(
    session: &mut ModelSession,
    photo: &Upright,
    seen: &Surroundings,
    bona_fide: usize,
) -> Result<f32, StepError> {
    let chip = seen.chip(photo, session.image_size()).ok_or_else(|| failed("the face box is empty"))?;
    let outputs = session.run_image(&chip)?;
    read(&outputs, bona_fide).ok_or_else(|| failed("the liveness network gave no number"))
}

/// Log-odds of class `bona_fide` from the logits of all classes.
fn read(outputs: &[Tensor], bona_fide: usize) -> Option<f32> {
    let logits = &outputs.first()?.data;
    let own = *logits.get(bona_fide)?;
    let others =
        || logits.iter().enumerate().filter(|(class, _)| *class != bona_fide).map(|(_, logit)| *logit);
    let largest = others().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = others().map(|logit| (logit - largest).exp()).sum();
    let odds = own - largest - sum.ln();
    odds.is_finite().then_some(odds)
}

fn failed(reason: &str) -> StepError {
    StepError::Photo(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_odds(logits: &[f32], bona_fide: usize, expected: Option<f32>) {
        let actual = read(&[Tensor { shape: vec![1, logits.len()], data: logits.to_vec() }], bona_fide);
        match (actual, expected) {
            (Some(actual), Some(expected)) => {
                assert!((actual - expected).abs() < 1e-5, "{logits:?}: {actual}");
            }
            (actual, expected) => assert_eq!(actual, expected, "{logits:?}"),
        }
    }

    #[test]
    fn the_odds_are_those_of_the_softmax() {
        check_odds(&[0.0, 0.0, 0.0], 0, Some(-std::f32::consts::LN_2));
        check_odds(&[3.0, 1.0, 1.0], 0, Some(2.0 - std::f32::consts::LN_2));
        check_odds(&[1.0, 3.0, -1e9], 1, Some(2.0));
        check_odds(&[100.0, -100.0, -100.0], 0, Some(200.0 - std::f32::consts::LN_2));
    }

    #[test]
    fn what_is_no_number_is_no_score() {
        check_odds(&[f32::NAN, 0.0, 0.0], 0, None);
        check_odds(&[1.0], 1, None);
    }
}
