//! Age, gender, race, expression, mask and occlusion: one network of our own that sees the whole face.
//!
//! Its chip is cut by the five points of the detector, so that it works where something hides the mesh's face; hair and
//! chin are on it. `models/cards/face-attributes-1.md` says what it learned from and how right it is for whom.

use faceward_core::{FivePoints, Point};
use faceward_models::calibration::face_attributes::{FaceAttributesTable, Logistic, face_attributes};

use super::impression::Impression;
use super::{failed, sigmoid};
use crate::alignment;
use crate::face::StepError;
use crate::image::{Border, Resampling, RgbImage, Size};
use crate::networks::ModelSession;

/// What the network says about one face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Findings {
    /// What it takes the person for.
    pub(crate) impression: Impression,
    /// Probability that the face wears a mask.
    pub(crate) masked: f32,
    /// Probability that something covers a part of the face.
    pub(crate) occluded: f32,
}

/// Runs the network on the face whose five points are given.
pub(super) fn find(
    session: &mut ModelSession,
    photo: &RgbImage,
    points: &FivePoints,
) -> Result<Findings, StepError> {
    let size = session.image_size();
    let to_chip = alignment::similarity(&points.to_array(), &template(size))
        .ok_or_else(|| failed("the five points of the face coincide"))?;
    let chip = photo.warp(&to_chip, size, Border::Reflect, Resampling::Antialiased)?;
    let outputs = session.run_image(&chip)?;
    outputs
        .first()
        .and_then(|output| read(&output.data, face_attributes()))
        .ok_or_else(|| failed("the face network gave no numbers"))
}

/// Where the five points lie on a chip of `size`: `ArcFace`'s places, smaller and higher.
fn template(size: Size) -> [Point; 5] {
    let scale = size.width as f32 / alignment::CHIP as f32;
    alignment::TEMPLATE.map(|point| {
        Point::new(scale * (0.83 * (point.x - 56.0) + 56.0), scale * (0.83 * (point.y - 72.0) + 62.0))
    })
}

/// Ten numbers: years; log-odds of male; one logit a group; log-odds of mask, of occlusion, of neutral. `None` if they
/// are others, or not finite.
fn read(numbers: &[f32], table: &FaceAttributesTable) -> Option<Findings> {
    let [age, male, groups @ .., masked, occluded, neutral] = numbers else { return None };
    let finite = numbers.iter().all(|number| number.is_finite());
    let groups = <[f32; 5]>::try_from(groups).ok().filter(|_| finite)?;
    let probability = |odds: f32, map: &Logistic| sigmoid(map.slope * odds + map.offset);
    Some(Findings {
        impression: Impression { age: *age, male: *male, groups, neutral: *neutral },
        masked: probability(*masked, &table.mask),
        occluded: probability(*occluded, &table.occlusion),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hair_and_chin_are_on_the_chip() {
        let [left, right, _, mouth, _] = template(Size::square(112));
        // 0.83 x 35.24 between the eyes; 0.83 x (51.70 - 72) + 62 down to them; 0.83 x (92.37 - 72) + 62 to the mouth.
        assert!((right.x - left.x - 29.247).abs() < 0.01, "{left:?} {right:?}");
        assert!((left.y - 45.148).abs() < 0.01 && (mouth.y - 78.903).abs() < 0.01, "{left:?} {mouth:?}");
        assert_eq!(template(Size::square(224))[0], Point::new(2.0 * left.x, 2.0 * left.y));
    }

    #[test]
    fn ten_numbers_are_told_apart() {
        let mut table = face_attributes().clone();
        table.mask = Logistic { slope: 2.0, offset: 1.0 };
        let numbers = [31.5, -2.0, 0.1, 0.2, 3.0, 0.3, 2.9, 0.5, -4.0, 1.25];
        let findings = read(&numbers, &table).expect("ten numbers");
        let expected = Impression { age: 31.5, male: -2.0, groups: [0.1, 0.2, 3.0, 0.3, 2.9], neutral: 1.25 };
        assert_eq!(findings.impression, expected);
        assert!((findings.masked - sigmoid(2.0)).abs() < 1e-6);
        assert!(findings.occluded < 0.5);
    }

    #[test]
    fn fewer_numbers_or_none_at_all_are_refused() {
        let table = face_attributes();
        assert_eq!(read(&[1.0; 9], table), None);
        assert_eq!(read(&[f32::NAN; 10], table), None);
        assert_eq!(read(&[], table), None);
    }
}
