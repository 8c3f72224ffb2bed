//! Rotation of the head from the mesh.
//!
//! Yaw and pitch: the rotation that fits the mean face to the mesh, forehead to mouth (an open mouth moves the rest).
//! Roll: minus the angle of the line between the two eye points, exactly, as clients expect.
//! Signs are those of [`HeadPose`]; zero pitch is where forehead (mesh point 10) and chin (152) of the mean face are
//! equally deep. A network for it was less consistent: see `models/calibration/head_pose.toml`.

use faceward_core::{FivePoints, HeadPose};
use faceward_models::calibration::head_pose::{MeanPoint, head_pose as table};

use super::mesh::FaceMesh;
use super::rotation::{Pair, Rotation, best_rotation, best_similarity};

/// The pose of the face with this `mesh` and these `points`; `None` if the mesh has collapsed.
pub(crate) fn head_pose(mesh: &FaceMesh, points: &FivePoints) -> Option<HeadPose> {
    let eye_line = points.eye_line_degrees();
    let pairs: Vec<Pair> =
        table().mean_face.iter().zip(mesh.skin()).map(|(mean, place)| pair(mean, place, eye_line)).collect();
    let (yaw, pitch) = yaw_and_pitch(&best_rotation(&pairs)?);
    Some(HeadPose { yaw, pitch, roll: -eye_line })
}

/// The skin's points moved, turned and scaled onto the mean face: what is left is shape. x, y, z of each of the 468;
/// `None` if the mesh has collapsed.
pub(crate) fn on_mean_face(mesh: &FaceMesh) -> Option<Vec<f32>> {
    let pairs: Vec<Pair> = table()
        .mean_face
        .iter()
        .zip(mesh.skin())
        .map(|(mean, place)| Pair { from: place, to: mean.place, weight: mean.weight })
        .collect();
    let similarity = best_similarity(&pairs)?;
    Some(mesh.skin().flat_map(|place| similarity.apply(place)).collect())
}

/// The place of a point in the mean face, and where it is in a mesh whose eye line was made level.
fn pair(mean: &MeanPoint, [x, y, z]: [f32; 3], eye_line_degrees: f32) -> Pair {
    let (sin, cos) = eye_line_degrees.to_radians().sin_cos();
    Pair { from: mean.place, to: [cos * x + sin * y, cos * y - sin * x, z], weight: mean.weight }
}

/// Where the rotation turns the nose, which points at the camera (0, 0, -1): degrees to the image's right, and down.
fn yaw_and_pitch(rotation: &Rotation) -> (f32, f32) {
    let [right, down, away] = rotation.map(|row| -row[2]);
    let yaw = right.atan2(-away).to_degrees();
    let pitch = down.clamp(-1.0, 1.0).asin().to_degrees();
    (yaw as f32, pitch as f32)
}

#[cfg(test)]
mod tests {
    use faceward_core::Point;

    use super::super::mesh::{N_SKIN_POINTS, tests::mesh};
    use super::*;

    /// The mean face turned by `yaw`, then `pitch`, then `roll` degrees about the camera's axes, 50 pixels a unit.
    fn turned(yaw: f32, pitch: f32, roll: f32) -> (FaceMesh, FivePoints) {
        let mean = &table().mean_face;
        let at = |index: usize| {
            let [x, y, z] = mean[index.min(N_SKIN_POINTS - 1)].place;
            let (sin, cos) = pitch.to_radians().sin_cos();
            let [x, y, z] = [x, cos * y - sin * z, sin * y + cos * z];
            let (sin, cos) = yaw.to_radians().sin_cos();
            let [x, y, z] = [cos * x - sin * z, y, sin * x + cos * z];
            let (sin, cos) = (-roll).to_radians().sin_cos();
            [300.0 + 50.0 * (cos * x - sin * y), 400.0 + 50.0 * (sin * x + cos * y), 50.0 * z]
        };
        let mesh = mesh(at);
        let (sin, cos) = (-roll).to_radians().sin_cos();
        let left = Point::new(0.0, 0.0);
        let points = FivePoints::from_array([left, Point::new(100.0 * cos, 100.0 * sin), left, left, left]);
        (mesh, points)
    }

    #[track_caller]
    fn check(turn: (f32, f32, f32), expected: (f32, f32, f32)) {
        let (mesh, points) = turned(turn.0, turn.1, turn.2);
        let pose = head_pose(&mesh, &points).expect("a pose");
        for (found, expected) in [(pose.yaw, expected.0), (pose.pitch, expected.1), (pose.roll, expected.2)] {
            assert!((found - expected).abs() < 0.05, "{turn:?} gives {pose:?}");
        }
    }

    #[test]
    fn each_angle_is_recovered_with_its_sign() {
        check((0.0, 0.0, 0.0), (0.0, 0.0, 0.0));
        check((30.0, 0.0, 0.0), (30.0, 0.0, 0.0));
        check((-20.0, 0.0, 0.0), (-20.0, 0.0, 0.0));
        check((0.0, 15.0, 0.0), (0.0, 15.0, 0.0));
        check((0.0, 0.0, 10.0), (0.0, 0.0, 10.0));
        check((25.0, 0.0, -40.0), (25.0, 0.0, -40.0));
    }

    #[test]
    fn a_turned_mean_face_comes_back_onto_itself() {
        let (mesh, _) = turned(25.0, -10.0, 15.0);
        let shape = on_mean_face(&mesh).expect("a shape");
        let mean = table().mean_face.iter().flat_map(|point| point.place);
        assert!(shape.iter().zip(mean).all(|(found, mean)| (found - mean).abs() < 1e-3));
    }

    #[test]
    fn the_nose_moves_where_the_angles_say() {
        let nose = |yaw, pitch| {
            let (mesh, _) = turned(yaw, pitch, 0.0);
            let (left, right) = mesh.eye_centres();
            (mesh.point(1).x - left.midpoint(right).x, mesh.point(1).y - left.midpoint(right).y)
        };
        assert!(nose(20.0, 0.0).0 > 10.0, "yaw above 0: towards the right edge");
        assert!(nose(0.0, 20.0).1 > nose(0.0, 0.0).1 + 10.0, "pitch above 0: chin down, the nose sinks");
    }
}
