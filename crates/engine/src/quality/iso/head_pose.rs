//! Head pose: yaw, pitch and roll, three components of the standard.
//!
//! Native: degrees, in this engine's signs (`HeadPose`); the quality depends on the angle's size only.

use faceward_core::HeadPose;

use super::super::context::{Absent, FaceContext, present};

/// Yaw in degrees.
pub(in crate::quality) fn yaw(face: &FaceContext<'_>) -> Result<f64, Absent> {
    angle(face, |pose| pose.yaw)
}

/// Pitch in degrees.
pub(in crate::quality) fn pitch(face: &FaceContext<'_>) -> Result<f64, Absent> {
    angle(face, |pose| pose.pitch)
}

/// Roll in degrees.
pub(in crate::quality) fn roll(face: &FaceContext<'_>) -> Result<f64, Absent> {
    angle(face, |pose| pose.roll)
}

fn angle(face: &FaceContext<'_>, of: fn(&HeadPose) -> f32) -> Result<f64, Absent> {
    present(face.input.pose).map(|pose| f64::from(of(pose)))
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    use faceward_core::Outcome;

    #[test]
    fn each_component_reads_its_angle() {
        let mut face = sample::Face::in_photo(&sample::flat([9; 3]));
        face.pose = Outcome::Value(HeadPose { yaw: 1.0, pitch: -2.0, roll: 3.0 });
        assert_eq!(
            [face.measure(yaw), face.measure(pitch), face.measure(roll)],
            [Ok(1.0), Ok(-2.0), Ok(3.0)]
        );
    }
}
