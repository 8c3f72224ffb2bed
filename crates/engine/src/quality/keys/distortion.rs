//! Whether a lens, or too short a distance, has bent the face.
//!
//! A small network of our own reads the shape of the mesh: how far from any face that the world has. It learned on photos
//! bent in known ways (barrel, pincushion, fisheye, stretched along either axis), whichever way; faces differ as well, so
//! a weak distortion is not told from an unusual face. `models/calibration/distortion.toml` has the figures.

use faceward_core::FivePoints;
use faceward_models::calibration::distortion::distortion as table;

use super::super::context::{Absent, FaceContext, present};
use crate::landmarks::{FaceMesh, head_pose, on_mean_face, shape_output};

/// Degrees of yaw and pitch that count as 1.
const POSE_UNIT: f32 = 20.0;

/// Probability that the face is visibly bent, 0 to 1.
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<f32, Absent> {
    let mesh = present(face.input.mesh)?;
    distortion(mesh, face.input.points).ok_or_else(|| Absent::failed("the mesh has no extent"))
}

/// The same of a mesh; `None` if it has collapsed.
fn distortion(mesh: &FaceMesh, points: &FivePoints) -> Option<f32> {
    let shape = on_mean_face(mesh)?;
    let pose = head_pose(mesh, points)?;
    let others = [pose.yaw / POSE_UNIT, pose.pitch / POSE_UNIT];
    shape_output(&table().network, &shape, &others).map(score)
}

/// The probability that belongs to the square root of a deformation.
fn score(root: f32) -> f32 {
    let map = table().fit.score;
    1.0 / (1.0 + (-(map.slope * root + map.offset)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::landmarks::tests::mesh;

    #[test]
    fn the_score_grows_with_the_deformation() {
        assert!(score(0.05) < score(0.2) && score(0.2) < score(0.5));
    }

    #[test]
    fn a_mesh_on_one_spot_has_no_shape() {
        let points = FivePoints::from_array([faceward_core::Point::new(1.0, 1.0); 5]);
        assert_eq!(distortion(&mesh(|_| [0.0; 3]), &points), None);
    }
}
