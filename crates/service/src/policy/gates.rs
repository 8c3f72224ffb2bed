//! What is demanded of a photo before it is enrolled or compared: one that is not live or too poor is turned away with its
//! reason.
//!
//! Nothing else turns one away: `fine: false` alone changes no status (decision 16 of the specification).

use faceward_core::{Outcome, QualityKey, QualityValues, Scale};
use faceward_engine::{Output, Outputs};

use crate::error::{Check, PhotoField, Rejection, ServiceError};
use crate::policy::checks::decided;
use crate::report::{FaceReport, Judged};
use crate::settings::Gates;

/// Whether `report` may become a reference.
///
/// # Errors
/// [`ServiceError::Rejected`], or what [`decided`] says of a liveness check that is required and gave nothing.
pub(crate) fn admit_reference(report: &FaceReport, gates: &Gates) -> Result<(), ServiceError> {
    fault(report, gates, PhotoField::Only)?.map_or(Ok(()), |rejection| Err(ServiceError::Rejected(rejection)))
}

/// Whether the photo called `field` may be compared.
///
/// # Errors
/// [`ServiceError::NotCompared`], otherwise as [`admit_reference`].
pub(crate) fn admit_probe(report: &FaceReport, gates: &Gates, field: PhotoField) -> Result<(), ServiceError> {
    let fault = fault(report, gates, field)?;
    fault.map_or(Ok(()), |rejection| Err(ServiceError::NotCompared { field, rejection }))
}

fn fault(report: &FaceReport, gates: &Gates, field: PhotoField) -> Result<Option<Rejection>, ServiceError> {
    if gates.require_live && !decided(&report.liveness, Check::Liveness, field)?.fine {
        return Ok(Some(Rejection::NotLive));
    }
    Ok(gates.min_quality.and_then(|required| check_quality(&report.quality, required).err()))
}

/// Whether anything of `wanted` is in `available`, or nothing is wanted: of the measures of quality any one is enough.
pub(crate) fn is_answered(wanted: Outputs, available: Outputs) -> bool {
    wanted == Outputs::NONE || wanted.without(available) != wanted
}

/// What has to be found out for `gates`, whoever asks.
pub(crate) fn gate_outputs(gates: &Gates) -> Outputs {
    let spoilers = QualityKey::ALL.into_iter().filter(|key| key.spoils_reference());
    let measures = spoilers.filter(|_| gates.min_quality.is_some()).map(Output::Quality);
    measures.collect::<Outputs>().with_if(Output::Liveness, gates.require_live)
}

fn check_quality(report: &QualityValues<Outcome<Judged>>, required: f64) -> Result<(), Rejection> {
    match worst_quality(report) {
        None => Err(Rejection::QualityUnknown),
        Some((measure, quality)) if quality < required => {
            Err(Rejection::PoorQuality { measure, quality, required })
        }
        Some(_) => Ok(()),
    }
}

/// The worst assessed measure of those that spoil a reference, and its quality, 0 to 1.
fn worst_quality(report: &QualityValues<Outcome<Judged>>) -> Option<(&'static str, f64)> {
    let spoilers = report.iter().filter(|(key, _)| key.spoils_reference());
    let assessed = spoilers.filter_map(|(key, outcome)| {
        let score = outcome.value()?.score;
        let quality = match key.scale() {
            Scale::Defect => 1.0 - score,
            Scale::Rising | Scale::Middle => score,
        };
        Some((key.name(), quality))
    });
    assessed.min_by(|a, b| a.1.total_cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report in which only these measures were assessed.
    fn assessed(scores: &[(QualityKey, f64)]) -> QualityValues<Outcome<Judged>> {
        let mut report = QualityValues::from_fn(|_| Outcome::Unavailable);
        for (key, score) in scores {
            report[*key] = Outcome::Value(Judged { score: *score, fine: true });
        }
        report
    }

    #[test]
    fn a_chain_is_as_weak_as_its_worst_link() {
        let report =
            assessed(&[(QualityKey::Blur, 0.75), (QualityKey::Utility, 0.5), (QualityKey::Flare, 0.25)]);
        assert_eq!(worst_quality(&report), Some(("blur", 0.25)));
        assert_eq!(check_quality(&report, 0.25), Ok(()));
        let poor = Rejection::PoorQuality { measure: "blur", quality: 0.25, required: 0.26 };
        assert_eq!(check_quality(&report, 0.26), Err(poor));
    }

    #[test]
    fn a_smile_or_an_uneven_light_spoils_no_reference() {
        let others = [QualityKey::Uniformity, QualityKey::Exposure, QualityKey::Contrast];
        let mut scores = others.map(|key| (key, 0.0)).to_vec();
        scores.extend([(QualityKey::Emotion, 1.0), (QualityKey::Blur, 0.1)]);
        assert_eq!(check_quality(&assessed(&scores), 0.9), Ok(()));
    }

    #[test]
    fn unassessed_quality_does_not_satisfy_a_gate() {
        assert_eq!(check_quality(&assessed(&[]), 0.0), Err(Rejection::QualityUnknown));
    }

    #[test]
    fn gates_ask_for_what_they_judge_and_nothing_else() {
        let asked = |require_live, min_quality| gate_outputs(&Gates { require_live, min_quality });
        assert_eq!(asked(false, None), Outputs::NONE);
        assert_eq!(asked(true, None), Outputs::of(&[Output::Liveness]));
        let measures = asked(false, Some(0.5));
        assert_eq!(measures.iter().count(), 8);
        assert!(measures.contains(Output::Quality(QualityKey::Utility)));
        assert!(!measures.contains(Output::Quality(QualityKey::Emotion)));
    }
}
