//! Requested security checks: decided, or the request fails. An absent check never looks like a passed one.

use faceward_core::Outcome;

use crate::error::{Check, PhotoField, ServiceError};
use crate::report::{FaceReport, Judged};
use crate::requests::Checks;

/// The verdict of a check that was asked for.
///
/// # Errors
/// [`ServiceError::CheckUnavailable`] without a model, [`ServiceError::CheckUndecided`] where the step failed.
pub(crate) fn decided(
    outcome: &Outcome<Judged>,
    check: Check,
    field: PhotoField,
) -> Result<Judged, ServiceError> {
    match outcome {
        Outcome::Value(judged) => Ok(*judged),
        Outcome::Failed(reason) => Err(ServiceError::CheckUndecided { field, check, reason: reason.clone() }),
        Outcome::Unavailable | Outcome::NotRequested => Err(ServiceError::CheckUnavailable(check)),
    }
}

/// Takes the checks out of `report` that nobody asked for, and makes sure of those that somebody did.
///
/// # Errors
/// As [`decided`].
pub(crate) fn decided_as_requested(
    report: &mut FaceReport,
    checks: Checks,
    field: PhotoField,
) -> Result<(), ServiceError> {
    if checks.liveness {
        decided(&report.liveness, Check::Liveness, field)?;
    } else {
        report.liveness = Outcome::NotRequested;
        report.face.liveness = Outcome::NotRequested;
    }
    if checks.deepfake {
        decided(&report.genuine, Check::Deepfake, field)?;
    } else {
        report.genuine = Outcome::NotRequested;
        report.face.genuine = Outcome::NotRequested;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_value_decides() {
        let judged = Judged { score: 0.1, fine: false };
        let decide = |outcome| decided(&outcome, Check::Deepfake, PhotoField::Second);
        assert_eq!(decide(Outcome::Value(judged)).expect("a verdict"), judged);
        for absent in [Outcome::Unavailable, Outcome::NotRequested] {
            assert!(matches!(decide(absent), Err(ServiceError::CheckUnavailable(Check::Deepfake))));
        }
        let Err(ServiceError::CheckUndecided { field, check, reason }) =
            decide(Outcome::Failed("dark".to_owned()))
        else {
            panic!("a failed check decides nothing");
        };
        assert_eq!((field, check, reason.as_str()), (PhotoField::Second, Check::Deepfake, "dark"));
    }
}
