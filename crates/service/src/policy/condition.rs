//! Which faces are good enough to be compared, and in what condition they are.

use faceward_core::{Embedding, QualityKey};
use faceward_models::calibration::cohorts::cohorts;
use faceward_models::calibration::usability::{Condition, usability};

use crate::error::PhotoFault;
use crate::report::{FaceReport, Judged};

/// A face that can be compared, and what it says about its own worth.
#[derive(Clone, Debug)]
pub(crate) struct Comparable {
    pub(crate) embedding: Embedding,
    pub(crate) condition: Condition,
}

/// The condition of a face whose utility and occlusion were asked for. What is not known counts as fine for occlusion, whose
/// model may be switched off, and as unusable for what every embedding has.
pub(crate) fn condition_of(report: &FaceReport, embedding: &Embedding) -> Condition {
    Condition { shared: cohorts().shared_with(embedding).unwrap_or(1.0), ..quality_of(report) }
}

/// The same by what the photo alone says.
fn quality_of(report: &FaceReport) -> Condition {
    let score = |key| report.quality[key].value().map(|judged: &Judged| judged.score as f32);
    Condition {
        utility: score(QualityKey::Utility).unwrap_or(0.0),
        occlusion: score(QualityKey::Occlusion).unwrap_or(0.0),
        ..Condition::UNHINDERED
    }
}

/// Score below which a face was not photographed even where it is too poor to be compared. Blurred photographs reach down to
/// here, where the network is no longer sure; drawings and negatives lie further down.
const SURELY_NOT_PHOTOGRAPHED: f64 = 0.2;

/// What is too poor to be told apart leaves the network in doubt, and being poor is the better reason.
///
/// # Errors
/// [`PhotoFault::NotPhotographed`] for a drawing, an animal, a statue, a negative. Without the network nothing is refused.
pub(crate) fn check_photographed(report: &FaceReport) -> Result<(), PhotoFault> {
    let Some(judged) = report.photographed.value() else { return Ok(()) };
    let doubtful = !usability().is_usable(quality_of(report)) && judged.score >= SURELY_NOT_PHOTOGRAPHED;
    if judged.fine || doubtful { Ok(()) } else { Err(PhotoFault::NotPhotographed) }
}

/// # Errors
/// [`PhotoFault::TooPoor`] below the floor of `models/calibration/usability.toml`.
pub(crate) fn check_usable(condition: Condition) -> Result<(), PhotoFault> {
    if usability().is_usable(condition) { Ok(()) } else { Err(PhotoFault::TooPoor) }
}

#[cfg(test)]
mod tests {
    use faceward_core::{FivePoints, Outcome, PixelRect, Point, Turn};
    use faceward_engine::image::PhotoFormat;
    use faceward_engine::{FaceAnalysis, PhotoInfo};

    use super::*;
    use crate::policy::judge;
    use crate::settings::Settings;

    fn unremarkable() -> FaceReport {
        let rect = PixelRect { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
        let face = FaceAnalysis::detected(rect, 1.0, FivePoints::from_array([Point::new(0.0, 0.0); 5]));
        let photo = PhotoInfo { format: PhotoFormat::Png, width: 1, height: 1, turned: Turn::None };
        judge::report(face, photo, 1, &Settings::default()).0
    }

    #[test]
    fn the_floor_is_the_tables() {
        let least = usability().least_utility;
        let of = |utility| check_usable(Condition { utility, ..Condition::UNHINDERED });
        assert_eq!(of(least), Ok(()));
        assert_eq!(of(least - 0.01), Err(PhotoFault::TooPoor));
        assert_eq!(of(f32::NAN), Err(PhotoFault::TooPoor));
    }

    #[test]
    fn a_poor_photo_is_poor_before_it_is_no_photo_unless_that_is_sure() {
        let least = f64::from(usability().least_utility);
        let of = |utility, score| {
            let mut report = unremarkable();
            report.quality[QualityKey::Utility] = Outcome::Value(Judged { score: utility, fine: true });
            report.photographed = Outcome::Value(Judged { score, fine: score >= 0.5 });
            check_photographed(&report)
        };
        let refused = Err(PhotoFault::NotPhotographed);
        let rows = [
            (least + 0.1, 0.5, Ok(())),
            (least + 0.1, 0.49, refused),
            (least - 0.1, 0.49, Ok(())),
            (least - 0.1, SURELY_NOT_PHOTOGRAPHED, Ok(())),
            (least - 0.1, SURELY_NOT_PHOTOGRAPHED - 0.01, refused),
        ];
        for (utility, score, expected) in rows {
            assert_eq!(of(utility, score), expected, "utility {utility}, photographed {score}");
        }
    }
}
