//! Which face of a photo is meant: exactly one, large enough.

use faceward_core::PixelRect;
use faceward_engine::{Analysis, FaceAnalysis};

use crate::error::PhotoFault;
use crate::settings::FaceRules;

/// The one face of a photo. Others that are much smaller than the largest are bystanders and do not count.
///
/// # Errors
/// [`PhotoFault::NoFace`], [`PhotoFault::SeveralFaces`] or [`PhotoFault::TooSmall`], in this order.
pub(crate) fn the_face(analysis: &mut Analysis, rules: &FaceRules) -> Result<FaceAnalysis, PhotoFault> {
    check_boxes(&analysis.detections, [analysis.photo.width, analysis.photo.height], rules)?;
    if analysis.faces.is_empty() { Err(PhotoFault::NoFace) } else { Ok(analysis.faces.swap_remove(0)) }
}

/// `boxes`: every detected face, largest first. What counts is the part inside the photo, as the answer shows it.
fn check_boxes(boxes: &[PixelRect], [width, height]: [u32; 2], rules: &FaceRules) -> Result<(), PhotoFault> {
    let mut visible = boxes.iter().map(|rect| rect.clamped(width, height));
    let Some(largest) = visible.next() else { return Err(PhotoFault::NoFace) };
    let least_area = largest.area() * rules.second_face_share;
    // An empty rest of a box outside of the photo is no second face, even where the share is set to 0.
    if visible.any(|rect| rect.area() > 0.0 && rect.area() >= least_area) {
        return Err(PhotoFault::SeveralFaces);
    }
    let side = largest.width().min(largest.height());
    if side < rules.min_side { Err(PhotoFault::TooSmall) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHOTO: [u32; 2] = [1000, 1000];

    /// A square box of `side` pixels.
    fn square(left: f32, top: f32, side: f32) -> PixelRect {
        PixelRect { left, top, right: left + side, bottom: top + side }
    }

    #[track_caller]
    fn check(boxes: &[PixelRect], expected: Result<(), PhotoFault>) {
        assert_eq!(check_boxes(boxes, PHOTO, &FaceRules::default()), expected, "{boxes:?}");
    }

    #[test]
    fn exactly_one_usable_face() {
        check(&[], Err(PhotoFault::NoFace));
        check(&[square(100.0, 100.0, 200.0)], Ok(()));
        check(&[square(100.0, 100.0, 32.0)], Ok(()));
        check(&[square(100.0, 100.0, 31.9)], Err(PhotoFault::TooSmall));
    }

    #[test]
    fn a_second_face_counts_from_a_twentieth_of_the_area_on() {
        // 200 x 200 = 40000 square pixels; a twentieth is 2000, a square of 44.72.
        check(&[square(0.0, 0.0, 200.0), square(500.0, 0.0, 44.7)], Ok(()));
        check(&[square(0.0, 0.0, 200.0), square(500.0, 0.0, 44.8)], Err(PhotoFault::SeveralFaces));
        check(&[square(0.0, 0.0, 200.0), square(500.0, 0.0, 200.0)], Err(PhotoFault::SeveralFaces));
    }

    #[test]
    fn several_faces_come_before_too_small_ones() {
        check(&[square(0.0, 0.0, 20.0), square(500.0, 0.0, 20.0)], Err(PhotoFault::SeveralFaces));
    }

    #[test]
    fn only_the_part_inside_the_photo_counts() {
        check(&[square(-180.0, 0.0, 200.0)], Err(PhotoFault::TooSmall));
        check(&[square(0.0, 0.0, 200.0), square(990.0, 0.0, 180.0)], Ok(()));
        check(&[square(0.0, 0.0, 200.0), square(1000.0, 0.0, 180.0)], Ok(()));
    }
}
