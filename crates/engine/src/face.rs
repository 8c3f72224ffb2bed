//! What every step that looks at one face gets, and how it reports trouble.

use faceward_core::{FivePoints, Outcome, PixelRect};
use faceward_inference::InferenceError;

use crate::image::ResampleError;

/// Where a face is. Pixels of the photo that the step is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceGeometry {
    /// Detector box; may reach out of the photo.
    pub rect: PixelRect,
    /// Eyes, nose, mouth corners.
    pub points: FivePoints,
}

/// Why a step has no value for a face.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    /// The photo does not allow an answer; becomes `Outcome::Failed` for this face.
    #[error("{0}")]
    Photo(String),
    /// The runtime failed: the whole analysis does.
    #[error(transparent)]
    Inference(#[from] InferenceError),
}

impl From<ResampleError> for StepError {
    fn from(error: ResampleError) -> Self {
        match error {
            ResampleError::Nothing => Self::Photo("nothing of the face lies in the photo".to_owned()),
            ResampleError::Refused(_) => Self::Photo(error.to_string()),
        }
    }
}

/// What `work` makes with `step`, if its models are there. A face that does not allow an answer makes it `Failed`; a
/// runtime that fails stops the analysis.
pub(crate) fn attempt<S, T>(
    step: Option<&mut S>,
    work: impl FnOnce(&mut S) -> Result<T, StepError>,
) -> Result<Outcome<T>, InferenceError> {
    match step.map(work) {
        None => Ok(Outcome::Unavailable),
        Some(Ok(value)) => Ok(Outcome::Value(value)),
        Some(Err(StepError::Photo(reason))) => Ok(Outcome::Failed(reason)),
        Some(Err(StepError::Inference(error))) => Err(error),
    }
}

/// The same on what another step has `seen`; without that, why there is none.
pub(crate) fn attempt_on<I, S, T>(
    seen: &Outcome<I>,
    step: Option<&mut S>,
    work: impl FnOnce(&I, &mut S) -> Result<T, StepError>,
) -> Result<Outcome<T>, InferenceError> {
    if step.is_none() {
        return Ok(Outcome::Unavailable);
    }
    match seen.as_ref() {
        Outcome::Value(seen) => attempt(step, |step| work(seen, step)),
        Outcome::NotRequested => Ok(Outcome::NotRequested),
        Outcome::Unavailable => Ok(Outcome::Unavailable),
        Outcome::Failed(reason) => Ok(Outcome::Failed(reason)),
    }
}

/// What `work` makes of `source`; where it makes nothing, `Failed` for `reason`; without a source, why there is none.
pub(crate) fn derive<S, T>(
    source: &Outcome<S>,
    work: impl FnOnce(&S) -> Option<T>,
    reason: &str,
) -> Outcome<T> {
    match source.as_ref().map(work) {
        Outcome::Value(Some(made)) => Outcome::Value(made),
        Outcome::Value(None) => Outcome::Failed(reason.to_owned()),
        Outcome::NotRequested => Outcome::NotRequested,
        Outcome::Unavailable => Outcome::Unavailable,
        Outcome::Failed(reason) => Outcome::Failed(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuse(_: &mut u8) -> Result<u8, StepError> {
        Err(StepError::Photo("too dark".to_owned()))
    }

    #[test]
    fn each_way_of_having_no_value_stays_apart() {
        let run = |step: Option<u8>, work: fn(&mut u8) -> Result<u8, StepError>| {
            attempt(step.clone().as_mut(), work).expect("no runtime error")
        };
        assert_eq!(run(None, |step| Ok(*step)), Outcome::Unavailable);
        assert_eq!(run(Some(3), |step| Ok(*step)), Outcome::Value(3));
        assert_eq!(run(Some(3), refuse), Outcome::Failed("too dark".to_owned()));
    }

    #[test]
    fn without_its_model_a_step_is_unavailable_whatever_was_seen() {
        let run = |seen: Outcome<u8>, mut step: Option<u8>| {
            attempt_on(&seen, step.as_mut(), |seen, step| Ok(seen + *step)).expect("no runtime error")
        };
        let blind = || Outcome::Failed("blind".to_owned());
        assert_eq!(run(Outcome::Value(2), Some(3)), Outcome::Value(5));
        assert_eq!(run(blind(), Some(3)), blind());
        assert_eq!(run(Outcome::NotRequested, Some(3)), Outcome::NotRequested);
        for seen in [Outcome::Value(2), blind(), Outcome::NotRequested] {
            assert_eq!(run(seen, None), Outcome::Unavailable);
        }
    }

    #[test]
    fn a_derived_value_is_absent_for_the_reason_of_its_source() {
        let none = |_: &u8| None::<u8>;
        assert_eq!(derive(&Outcome::Value(2_u8), |v| Some(v + 1), "no"), Outcome::Value(3));
        assert_eq!(derive(&Outcome::Value(2_u8), none, "no"), Outcome::Failed("no".to_owned()));
        assert_eq!(derive(&Outcome::Unavailable, none, "no"), Outcome::Unavailable);
        assert_eq!(derive(&Outcome::Failed("x".to_owned()), none, "no"), Outcome::Failed("x".to_owned()));
    }
}
