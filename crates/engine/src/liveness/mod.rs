//! Presentation attack detection: is this a person in front of the camera, or a print, a screen, a replay?
//!
//! Three networks look at the face with its surroundings (`surroundings`), the last of them our own; `fusion` makes one
//! score of what they say and of how much of the surroundings there was. Without one of them there is no score. Passive
//! and from one photo: masks and injected photos are out of reach.

mod fusion;
mod surroundings;

use faceward_core::ModelId;
use faceward_models::calibration::liveness::liveness as table;

use crate::face::{FaceGeometry, StepError};
use crate::findings::Liveness;
use crate::image::RgbImage;
use crate::networks::ModelSession;
use surroundings::Surroundings;

/// Log-odds of bona fide from the first output of a network, if it gave any.
type Read = fn(&[f32]) -> Option<f32>;

/// How each network is read. fr-liveness: class 0 is bona fide. MiniFASNet: class 1, the others are prints and screens.
/// Our own: log-odds.
const READ: [Read; 3] = [|logits| of_class(logits, 0), |logits| of_class(logits, 1), odds];

/// The photo shows too little around the face to see the edge of a print or screen.
pub const LITTLE_CONTEXT: &str = "little_context";

/// Judges liveness.
pub(crate) struct LivenessStep([ModelSession; 3]);

impl LivenessStep {
    /// `sessions` of the step's models, in the declared order.
    pub(crate) const fn new(sessions: [ModelSession; 3]) -> Self {
        Self(sessions)
    }

    /// The liveness of the face at `face`.
    ///
    /// # Errors
    /// The face box is empty or lies outside of the photo, or a network fails.
    pub(crate) fn run(&mut self, photo: &RgbImage, face: &FaceGeometry) -> Result<Liveness, StepError> {
        let seen = Surroundings::of(photo, &face.rect).ok_or_else(|| failed("the face box is empty"))?;
        let mut odds = [0.0; 3];
        for ((session, read), odds) in self.0.iter_mut().zip(READ).zip(&mut odds) {
            *odds = log_odds(session, photo, &seen, read)?;
        }
        let little = seen.context < table().little_context;
        let ids = self.0.iter().map(|session| ModelId::new(session.id()));
        Ok(Liveness {
            score: fusion::score(table(), odds, seen.context),
            raw: ids.zip(odds.map(fusion::sigmoid)).collect(),
            reasons: if little { vec![LITTLE_CONTEXT] } else { Vec::new() },
        })
    }
}

/// What one network says: log-odds of bona fide.
fn log_odds(
    session: &mut ModelSession,
    photo: &RgbImage,
    seen: &Surroundings,
    read: Read,
) -> Result<f32, StepError> {
    let chip = seen.chip(photo, session.image_size())?;
    let outputs = session.run_image(&chip)?;
    let odds = outputs.first().and_then(|tensor| read(&tensor.data));
    odds.ok_or_else(|| failed("the liveness network gave no number"))
}

/// The one number of a network that gives log-odds.
fn odds(outputs: &[f32]) -> Option<f32> {
    let [odds] = outputs else { return None };
    odds.is_finite().then_some(*odds)
}

/// Log-odds of class `bona_fide` from the logits of all classes.
fn of_class(logits: &[f32], bona_fide: usize) -> Option<f32> {
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
        let actual = of_class(logits, bona_fide);
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
        assert_eq!(odds(&[1.5]), Some(1.5));
        assert_eq!((odds(&[f32::NAN]), odds(&[]), odds(&[1.0, 2.0])), (None, None, None));
    }
}
