//! Gender by the network gender-v1.
//!
//! It was trained on chips that dlib cuts: five points (eye corners, base of the nose) brought onto a template, 20 %
//! padding, 32 pixels. Here the mesh gives the five points; `models/calibration/gender.toml` says how right it is.
//! Right for most adults, often wrong for children.

use faceward_core::Point;

use super::failed;
use crate::alignment::similarity;
use crate::face::StepError;
use crate::image::{Border, Resampling, RgbImage};
use crate::landmarks::FaceMesh;
use crate::networks::ModelSession;

/// Where the five points lie in an unpadded chip of side 1: image-right eye (outer, inner corner), image-left eye
/// (outer, inner), base of the nose. From dlib's `get_face_chip_details` (Boost licence).
const TEMPLATE: [Point; 5] = [
    Point::new(0.859_567_46, 0.213_498_15),
    Point::new(0.646_060_5, 0.228_967_44),
    Point::new(0.120_575_06, 0.213_727_45),
    Point::new(0.334_085_06, 0.229_064_24),
    Point::new(0.490_112_3, 0.627_797_5),
];
/// Mesh points that stand for them.
const MESH_POINTS: [usize; 5] = [263, 362, 33, 133, 2];
/// On each side, as a part of the unpadded chip.
const PADDING: f32 = 0.2;

/// Probability that the subject is male, 0 to 1.
pub(super) fn is_male(
    session: &mut ModelSession,
    photo: &RgbImage,
    mesh: &FaceMesh,
) -> Result<f32, StepError> {
    let size = session.image_size();
    let points = MESH_POINTS.map(|index| mesh.point(index));
    // From the chip to the photo, the direction in which dlib fits.
    let to_photo = similarity(&template(size.width), &points);
    let to_chip = to_photo.and_then(|map| map.inverse()).ok_or_else(|| failed("the mesh has collapsed"))?;
    let chip = photo.warp(&to_chip, size, Border::Zero, Resampling::Antialiased)?;
    let outputs = session.run_image(&chip)?;
    // Probabilities of female, male.
    match outputs.first().map(|output| output.data.as_slice()) {
        Some([_, male]) if male.is_finite() => Ok(*male),
        _ => Err(failed("the gender network gave no number")),
    }
}

/// The template in pixels of a chip of `side`.
fn template(side: u32) -> [Point; 5] {
    let scale = side as f32 / (1.0 + 2.0 * PADDING);
    TEMPLATE.map(|point| Point::new((point.x + PADDING) * scale, (point.y + PADDING) * scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_padding_lies_on_all_sides() {
        let [_, _, image_left, ..] = template(32);
        // (0.1206 + 0.2) / 1.4 x 32 and (0.2137 + 0.2) / 1.4 x 32.
        assert!(
            (image_left.x - 7.3274).abs() < 1e-3 && (image_left.y - 9.4566).abs() < 1e-3,
            "{image_left:?}"
        );
    }
}
