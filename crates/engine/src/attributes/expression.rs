//! Whether the expression is neutral, from the shape of the mesh and from 52 blendshapes.
//!
//! The mesh is brought onto the mean face, so that only its shape is left; a small network of our own reads it together
//! with the blendshapes and the pose. `models/calibration/expression.toml` says how right it is alone; the face network,
//! which sees the pixels, is the second witness.

use faceward_core::FivePoints;
use faceward_models::calibration::attributes::expression as table;

use super::{failed, sigmoid};
use crate::face::StepError;
use crate::landmarks::{FaceMesh, head_pose, on_mean_face, shape_output};
use crate::networks::ModelSession;

/// The points that the blendshapes network takes, in its order (`MediaPipe`, Face Landmarker).
const BLENDSHAPE_POINTS: [usize; 146] = [
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70,
    78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149,
    150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195,
    197, 234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300,
    308, 310, 311, 312, 314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375,
    377, 378, 379, 380, 381, 382, 384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454,
    466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
];
/// Keeps the logarithm of a blendshape finite.
const LEAST_BLENDSHAPE: f32 = 1e-3;
/// Degrees of yaw and pitch that count as 1.
const POSE_UNIT: f32 = 20.0;

/// Probability that the expression is neutral, 0 to 1.
pub(super) fn is_neutral(
    session: &mut ModelSession,
    mesh: &FaceMesh,
    points: &FivePoints,
) -> Result<f32, StepError> {
    let collapsed = || failed("the mesh has collapsed");
    let shape = on_mean_face(mesh).ok_or_else(collapsed)?;
    let pose = head_pose(mesh, points).ok_or_else(collapsed)?;
    let outputs = session.run(&[&level_points(mesh)])?;
    let blendshapes = outputs.first().map_or(&[][..], |output| &output.data);
    let mut others: Vec<f32> = blendshapes.iter().map(|value| (value + LEAST_BLENDSHAPE).ln()).collect();
    others.extend(blendshapes);
    others.extend([pose.yaw / POSE_UNIT, pose.pitch / POSE_UNIT]);
    shape_output(&table().network, &shape, &others)
        .map(sigmoid)
        .ok_or_else(|| failed("the blendshapes network gave no numbers"))
}

/// x and y of the points that the blendshapes network takes, turned so that the eyes are level.
fn level_points(mesh: &FaceMesh) -> Vec<f32> {
    let (sin, cos) = mesh.eye_line_degrees().to_radians().sin_cos();
    BLENDSHAPE_POINTS
        .iter()
        .map(|index| mesh.point(*index))
        .flat_map(|point| [cos * point.x + sin * point.y, cos * point.y - sin * point.x])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::landmarks::tests::mesh;

    #[test]
    fn the_blendshapes_network_gets_level_points() {
        // The eyes of this mesh stand above each other: a quarter turn makes them level.
        let face = mesh(|index| match index {
            33 | 133 => [10.0, 0.0, 0.0],
            263 | 362 => [10.0, 40.0, 0.0],
            _ => [7.0, 5.0, 0.0],
        });
        let points = level_points(&face);
        assert_eq!(points.len(), 292);
        assert!((points[0] - 5.0).abs() < 1e-4 && (points[1] + 7.0).abs() < 1e-4, "{:?}", &points[..2]);
    }
}
