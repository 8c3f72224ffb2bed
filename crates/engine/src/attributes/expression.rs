//! Whether the expression is neutral, from the shape of the mesh and from 52 blendshapes.
//!
//! The mesh is brought onto the mean face, so that only its shape is left; a small network of our own reads it together
//! with the blendshapes and the pose. `models/calibration/expression.toml` says how right it is: less than a network
//! that sees the pixels, at a hundredth of the cost.

use faceward_core::FivePoints;
use faceward_models::calibration::attributes::{ExpressionTable, expression as table};

use super::{failed, sigmoid};
use crate::face::StepError;
use crate::landmarks::{FaceMesh, head_pose, on_mean_face};
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
    log_odds(table(), &shape, &others)
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

/// Log-odds of neutral; `None` if there are too few inputs or one is no number.
fn log_odds(table: &ExpressionTable, shape: &[f32], others: &[f32]) -> Option<f32> {
    if shape.len() != ExpressionTable::N_SHAPE || others.len() != ExpressionTable::N_OTHERS {
        return None;
    }
    let mut inputs: Vec<f32> =
        table.components.chunks_exact(shape.len()).map(|row| dot(row, shape)).collect();
    inputs.extend(others);
    inputs.push(1.0);
    let hidden: Vec<f32> =
        table.hidden.chunks_exact(inputs.len()).map(|row| dot(row, &inputs).max(0.0)).collect();
    let odds = dot(&table.output, &hidden) + table.bias;
    odds.is_finite().then_some(odds)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::landmarks::tests::mesh;

    #[test]
    fn the_small_network_is_components_then_rectified_units_then_one_output() {
        let mut table = table().clone();
        // One component that adds up the first two coordinates; two units that see it with opposite signs.
        table.components = vec![0.0; ExpressionTable::N_SHAPE];
        table.components[..2].fill(1.0);
        let unit = |weight: f32| {
            let mut row = vec![0.0; 1 + ExpressionTable::N_OTHERS + 1];
            row[0] = weight;
            row
        };
        table.hidden = [unit(2.0), unit(-2.0)].concat();
        table.output = vec![10.0, 1.0];
        table.bias = 0.5;
        let mut shape = vec![0.0; ExpressionTable::N_SHAPE];
        let others = vec![0.0; ExpressionTable::N_OTHERS];
        shape[1] = 3.0;
        assert_eq!(log_odds(&table, &shape, &others), Some(60.5), "10 x 2 x 3 + 0.5");
        shape[1] = -3.0;
        assert_eq!(log_odds(&table, &shape, &others), Some(6.5), "1 x 2 x 3 + 0.5");
        assert_eq!(log_odds(&table, &shape[1..], &others), None);
    }

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
