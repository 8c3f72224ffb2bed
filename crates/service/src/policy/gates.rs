//! The operator's gates of enrolment: a reference that is not live or too poor is turned away with its reason.
//!
//! Nothing else turns one away: `fine: false` alone changes no status (decision 16 of the specification).

use faceward_core::Outcome;

use crate::error::{Check, PhotoField, Rejection, ServiceError};
use crate::policy::checks::decided;
use crate::report::{FaceReport, Judged, QualityReport};
use crate::settings::EnrollGates;

/// Whether `report` may become a reference.
///
/// # Errors
/// [`ServiceError::Rejected`], or what [`decided`] says of a liveness check that is required and gave nothing.
pub(crate) fn admit_reference(report: &FaceReport, gates: &EnrollGates) -> Result<(), ServiceError> {
    if gates.require_live && !decided(&report.liveness, Check::Liveness, PhotoField::Only)?.fine {
        return Err(ServiceError::Rejected(Rejection::NotLive));
    }
    match gates.min_quality {
        Some(required) => check_quality(&report.quality, required).map_err(ServiceError::Rejected),
        None => Ok(()),
    }
}

fn check_quality(report: &QualityReport, required: f64) -> Result<(), Rejection> {
    match worst_quality(report) {
        None => Err(Rejection::QualityUnknown),
        Some((measure, quality)) if quality < required => {
            Err(Rejection::PoorQuality { measure, quality, required })
        }
        Some(_) => Ok(()),
    }
}

/// The worst assessed measure and its quality, 0 to 1. Left out are those with no good end (exposure), those with a
/// scale of their own (uniformity, contrast), and the expression, which spoils no reference.
fn worst_quality(report: &QualityReport) -> Option<(&'static str, f64)> {
    let defects = [
        ("flare", &report.flare),
        ("blur", &report.blur),
        ("macroblocks", &report.macroblocks),
        ("distortion", &report.distortion),
        ("occlusion", &report.occlusion),
        ("left_eye_closed", &report.left_eye_closed),
        ("right_eye_closed", &report.right_eye_closed),
    ];
    let score = |outcome: &Outcome<Judged>| outcome.value().map(|judged| judged.score);
    let defects = defects.into_iter().filter_map(|(name, outcome)| Some((name, 1.0 - score(outcome)?)));
    let unified = score(&report.crfiqa).map(|score| ("crfiqa", score));
    let assessed = defects.chain(unified);
    assessed.min_by(|a, b| a.1.total_cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNASSESSED: QualityReport = QualityReport {
        uniformity: Outcome::Unavailable,
        exposure: Outcome::Unavailable,
        contrast: Outcome::Unavailable,
        flare: Outcome::Unavailable,
        blur: Outcome::Unavailable,
        macroblocks: Outcome::Unavailable,
        distortion: Outcome::Unavailable,
        occlusion: Outcome::Unavailable,
        emotion: Outcome::Unavailable,
        left_eye_closed: Outcome::Unavailable,
        right_eye_closed: Outcome::Unavailable,
        crfiqa: Outcome::Unavailable,
    };

    fn scored(score: f64) -> Outcome<Judged> {
        Outcome::Value(Judged { score, fine: true })
    }

    #[test]
    fn a_chain_is_as_weak_as_its_worst_link() {
        let report =
            QualityReport { blur: scored(0.75), crfiqa: scored(0.5), flare: scored(0.25), ..UNASSESSED };
        assert_eq!(worst_quality(&report), Some(("blur", 0.25)));
        assert_eq!(check_quality(&report, 0.25), Ok(()));
        let poor = Rejection::PoorQuality { measure: "blur", quality: 0.25, required: 0.26 };
        assert_eq!(check_quality(&report, 0.26), Err(poor));
    }

    #[test]
    fn a_smile_or_an_uneven_light_spoils_no_reference() {
        let report =
            QualityReport { emotion: scored(1.0), uniformity: scored(0.0), blur: scored(0.1), ..UNASSESSED };
        assert_eq!(check_quality(&report, 0.9), Ok(()));
    }

    #[test]
    fn unassessed_quality_does_not_satisfy_a_gate() {
        assert_eq!(check_quality(&UNASSESSED, 0.0), Err(Rejection::QualityUnknown));
    }
}
