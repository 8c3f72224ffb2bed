//! The 68 points of the iBUG 300-W scheme from the face mesh: one linear map in a frame that moves with the face.
//!
//! The frame's origin is the mean of the skin's points, its x axis runs along the eyes, its unit is the points' root
//! mean square distance from the origin. The map was fitted on photos of other people: see
//! `models/calibration/landmarks68.toml` for its error, and for the half pixel by which its labels are shifted.

use faceward_core::Point;
use faceward_models::calibration::landmarks68::{Landmarks68, landmarks68};

use super::mesh::{FaceMesh, N_SKIN_POINTS};

/// The 68 points in pixels of the photo: jaw 0..17, brows 17..27, nose 27..36, eyes 36..48, mouth 48..68; image-left
/// first. `None` if the mesh has collapsed.
pub(crate) fn dense_points(mesh: &FaceMesh) -> Option<Vec<Point>> {
    let frame = Frame::of(mesh)?;
    let places: Vec<f32> = mesh.points().iter().flat_map(|point| frame.enter(*point)).collect();
    let map = landmarks68();
    let shifted = |point: Point| Point::new(point.x + map.label_shift, point.y + map.label_shift);
    Some(apply(map, &places).into_iter().map(|place| shifted(frame.leave(place))).collect())
}

/// offset + weights x places.
fn apply(map: &Landmarks68, places: &[f32]) -> Vec<[f32; 2]> {
    let rows: Vec<f32> = map
        .weights
        .chunks_exact(places.len())
        .zip(&map.offset)
        .map(|(row, offset)| {
            offset + row.iter().zip(places).map(|(weight, place)| weight * place).sum::<f32>()
        })
        .collect();
    rows.chunks_exact(2).map(|place| [place[0], place[1]]).collect()
}

/// A frame that moves, turns and grows with the face.
struct Frame {
    origin: Point,
    /// Unit vector along the eyes, towards image-right.
    along: [f32; 2],
    /// Pixels a unit.
    scale: f32,
}

impl Frame {
    fn of(mesh: &FaceMesh) -> Option<Self> {
        let skin = &mesh.points()[..N_SKIN_POINTS];
        let count = skin.len() as f32;
        let origin = Point::new(
            skin.iter().map(|point| point.x).sum::<f32>() / count,
            skin.iter().map(|point| point.y).sum::<f32>() / count,
        );
        let scale = (skin.iter().map(|point| point.distance(origin).powi(2)).sum::<f32>() / count).sqrt();
        let (left, right) = mesh.eye_centres();
        let distance = left.distance(right);
        (scale > 0.0 && distance > 0.0).then(|| Self {
            origin,
            along: [(right.x - left.x) / distance, (right.y - left.y) / distance],
            scale,
        })
    }

    fn enter(&self, point: Point) -> [f32; 2] {
        let (x, y) = ((point.x - self.origin.x) / self.scale, (point.y - self.origin.y) / self.scale);
        let [cos, sin] = self.along;
        [cos * x + sin * y, cos * y - sin * x]
    }

    fn leave(&self, [x, y]: [f32; 2]) -> Point {
        let [cos, sin] = self.along;
        Point::new(
            self.origin.x + self.scale * (cos * x - sin * y),
            self.origin.y + self.scale * (sin * x + cos * y),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::mesh::tests::mesh;
    use super::*;

    /// A wavy sheet with the eyes level; `scale`, `turn` in degrees and `shift` move the whole of it.
    fn sheet(scale: f32, turn: f32, shift: f32) -> FaceMesh {
        let (sin, cos) = turn.to_radians().sin_cos();
        mesh(|index| {
            let (x, y) = match index {
                33 => (-3.0, 0.0),
                133 => (-1.0, 0.0),
                362 => (1.0, 0.0),
                263 => (3.0, 0.0),
                other => ((other % 22) as f32 - 10.5, (other / 22) as f32 - 10.0),
            };
            [scale * (cos * x - sin * y) + shift, scale * (sin * x + cos * y) + shift, 0.0]
        })
    }

    #[test]
    fn entering_and_leaving_the_frame_changes_nothing() {
        let frame = Frame::of(&sheet(3.0, 25.0, 200.0)).expect("a frame");
        let point = Point::new(12.0, 345.0);
        assert!(frame.leave(frame.enter(point)).distance(point) < 1e-3);
    }

    #[test]
    fn the_points_move_turn_and_grow_with_the_mesh() {
        let still = dense_points(&sheet(1.0, 0.0, 0.0)).expect("points");
        let moved = dense_points(&sheet(20.0, 90.0, 500.0)).expect("points");
        assert_eq!(still.len(), 68);
        for (still, moved) in still.iter().zip(&moved) {
            // A quarter turn takes (x, y) to (-y, x); the shift of half a pixel stays as it is.
            let expected = Point::new(500.5 - 20.0 * (still.y - 0.5), 500.5 + 20.0 * (still.x - 0.5));
            assert!(moved.distance(expected) < 0.05, "{still:?} came to {moved:?}, not {expected:?}");
        }
    }

    #[test]
    fn a_mesh_on_one_spot_has_no_points() {
        assert_eq!(dense_points(&mesh(|_| [5.0, 5.0, 0.0])), None);
    }
}
