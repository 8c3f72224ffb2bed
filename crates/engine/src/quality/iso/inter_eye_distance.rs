//! Inter-eye distance: how large the face is in the photo.
//!
//! Native: distance of the eye centres in pixels of the photo, corrected for the turn of the head.

use super::super::context::{Absent, FaceContext, present};

/// Distance of the eye centres over the cosine of the yaw, in pixels.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    let yaw = f64::from(present(face.input.pose)?.yaw).to_radians();
    let cosine = yaw.cos();
    if cosine <= 0.0 {
        return Err(Absent::failed("the head is turned by 90 degrees or more"));
    }
    Ok(f64::from(face.marks()?.eye_distance()) / cosine)
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    use faceward_core::{HeadPose, Outcome};

    #[test]
    fn a_turned_head_is_corrected() {
        for (yaw, expected) in [(0.0, 113.0), (60.0, 226.0), (-60.0, 226.0)] {
            let mut face = sample::Face::in_photo(&sample::flat([9; 3]));
            face.pose = Outcome::Value(HeadPose { yaw, pitch: 0.0, roll: 0.0 });
            let value = face.measure(native).expect("a face");
            assert!((value - expected).abs() < 0.01, "yaw {yaw}: {value}");
        }
    }

    #[test]
    fn without_a_pose_there_is_no_distance() {
        let mut face = sample::Face::in_photo(&sample::flat([9; 3]));
        face.pose = Outcome::Unavailable;
        assert_eq!(face.measure(native), Err(Absent::Unavailable));
    }
}
