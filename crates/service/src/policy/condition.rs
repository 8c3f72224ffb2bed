//! Which faces are good enough to be compared, and in what condition they are.

use faceward_core::{Embedding, QualityKey};
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
/// model may be switched off, and as unusable for utility, which every embedding has.
pub(crate) fn condition_of(report: &FaceReport) -> Condition {
    let score = |key| report.quality[key].value().map(|judged: &Judged| judged.score as f32);
    Condition {
        utility: score(QualityKey::Utility).unwrap_or(0.0),
        occlusion: score(QualityKey::Occlusion).unwrap_or(0.0),
    }
}

/// # Errors
/// [`PhotoFault::NotPhotographed`] for a drawing, an animal, a statue, a negative. Without the network nothing is refused.
pub(crate) fn check_photographed(report: &FaceReport) -> Result<(), PhotoFault> {
    let photograph = report.photographed.value().is_none_or(|judged| judged.fine);
    if photograph { Ok(()) } else { Err(PhotoFault::NotPhotographed) }
}

/// # Errors
/// [`PhotoFault::TooPoor`] below the floor of `models/calibration/usability.toml`.
pub(crate) fn check_usable(condition: Condition) -> Result<(), PhotoFault> {
    if usability().is_usable(condition) { Ok(()) } else { Err(PhotoFault::TooPoor) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_the_tables() {
        let least = usability().least_utility;
        let of = |utility| check_usable(Condition { utility, occlusion: 0.0 });
        assert_eq!(of(least), Ok(()));
        assert_eq!(of(least - 0.01), Err(PhotoFault::TooPoor));
        assert_eq!(of(f32::NAN), Err(PhotoFault::TooPoor));
    }
}
