//! Is it the same still? Told by the analysis: the same pixels and the same models give the same numbers to the last bit,
//! and two photos of a living head never do.
//!
//! So a still is known again under another format or other metadata, and no second copy of its pixels has to be kept. A
//! still that was altered in its pixels, by a re-compression or a crop, is another photo here: honest frames of a still head
//! look alike, and only what is certain may fail them (decision 49 of the specification).

use faceward_core::Outcome;
use faceward_engine::FaceAnalysis;

use crate::report::FaceReport;

/// Whether two photos have the same pixels, as far as everything that was measured on them can tell.
pub(crate) fn same_still(a: &FaceReport, b: &FaceReport) -> bool {
    let same_size = (a.photo.width, a.photo.height) == (b.photo.width, b.photo.height);
    same_size && a.n_detected == b.n_detected && same_face(&a.face, &b.face)
}

/// Whatever both have: one of them may have been asked for less.
fn same_face(a: &FaceAnalysis, b: &FaceAnalysis) -> bool {
    let eyes = |face: &FaceAnalysis| {
        face.attributes.left_eye_open.clone().zip(face.attributes.right_eye_open.clone())
    };
    a.rect == b.rect
        && a.points == b.points
        && a.confidence.to_bits() == b.confidence.to_bits()
        && agree(&a.pose, &b.pose)
        && agree(&eyes(a), &eyes(b))
        && agree(&a.attributes.mouth_open, &b.attributes.mouth_open)
        && agree(&a.attributes.masked, &b.attributes.masked)
}

/// Whether two values are one, as far as both were asked for.
fn agree<T: PartialEq>(a: &Outcome<T>, b: &Outcome<T>) -> bool {
    a == b || [a, b].into_iter().any(|value| matches!(value, Outcome::NotRequested))
}

#[cfg(test)]
mod tests {
    use faceward_core::{FivePoints, HeadPose, PixelRect, Point, QualityValues, Turn};
    use faceward_engine::PhotoInfo;
    use faceward_engine::image::PhotoFormat;

    use super::*;

    fn report(yaw: f32, format: PhotoFormat) -> FaceReport {
        let rect = PixelRect { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
        let points = FivePoints::from_array([Point::new(0.0, 0.0); 5]);
        let pose = Outcome::Value(HeadPose { yaw, pitch: 0.0, roll: 0.0 });
        let face = FaceAnalysis { pose, ..FaceAnalysis::detected(rect, 0.5, points) };
        FaceReport {
            face,
            photo: PhotoInfo { format, width: 10, height: 10, turned: Turn::None },
            n_detected: 1,
            liveness: Outcome::NotRequested,
            genuine: Outcome::NotRequested,
            photographed: Outcome::NotRequested,
            quality: QualityValues::from_fn(|_| Outcome::NotRequested),
        }
    }

    #[test]
    fn the_last_bit_tells_stills_apart_and_the_format_does_not() {
        let still = report(10.0, PhotoFormat::Jpeg);
        assert!(same_still(&still, &still));
        assert!(same_still(&still, &report(10.0, PhotoFormat::Png)));
        assert!(!same_still(&still, &report(10.000_001, PhotoFormat::Jpeg)));
        let larger = PhotoInfo { width: 11, ..still.photo };
        assert!(!same_still(&still, &FaceReport { photo: larger, ..still.clone() }));
    }

    #[test]
    fn what_only_one_was_asked_for_tells_no_stills_apart() {
        let with_mouth = |open| {
            let mut report = report(10.0, PhotoFormat::Jpeg);
            report.face.attributes.mouth_open = Outcome::Value(open);
            report
        };
        assert!(same_still(&report(10.0, PhotoFormat::Jpeg), &with_mouth(0.5)));
        assert!(same_still(&with_mouth(0.5), &with_mouth(0.5)));
        assert!(!same_still(&with_mouth(0.4), &with_mouth(0.5)));
    }
}
