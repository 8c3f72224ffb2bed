//! Single face present: how small the second face is beside the first.
//!
//! Native: area of the second largest face over that of the largest, 0 (alone) to 1.

use super::super::context::{Absent, FaceContext};

/// Ratio of the areas; 0 with one face only.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    let mut areas: Vec<f32> = face.input.detections.iter().map(faceward_core::PixelRect::area).collect();
    areas.sort_by(|a, b| b.total_cmp(a));
    match areas[..] {
        [] => Err(Absent::failed("no face was detected")),
        [_] => Ok(0.0),
        [largest, second, ..] if largest > 0.0 => Ok(f64::from(second / largest)),
        [..] => Err(Absent::failed("the largest face has no area")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    use faceward_core::PixelRect;

    #[track_caller]
    fn check(sides: &[f32], expected: f64) {
        let rect = |&side: &f32| PixelRect { left: 0.0, top: 0.0, right: side, bottom: side };
        let mut face = sample::Face::in_photo(&sample::flat([9; 3]));
        face.detections = sides.iter().map(rect).collect();
        assert_eq!(face.measure(native), Ok(expected), "{sides:?}");
    }

    #[test]
    fn the_second_face_counts_by_its_area() {
        check(&[10.0], 0.0);
        check(&[10.0, 5.0], 0.25);
        check(&[5.0, 2.0, 10.0], 0.25);
    }
}
