//! Whether the mouth is open: the gap between the lips on the mesh over the width of the mouth, inner edges.
//!
//! A smile that shows teeth is open in this sense.

use faceward_core::{Outcome, Point};
use faceward_models::calibration::attributes::mouth as table;

use super::sigmoid;
use crate::landmarks::FaceMesh;

/// Mesh points in the middle of the upper and of the lower lip.
const LIPS: [usize; 2] = [13, 14];
/// Mesh points of the inner corners of the mouth.
const CORNERS: [usize; 2] = [78, 308];

/// Probability that the mouth is open, 0 to 1.
pub(super) fn is_open(mesh: &Outcome<FaceMesh>) -> Outcome<f32> {
    match mesh {
        Outcome::Value(mesh) => gap(mesh).map_or_else(
            || Outcome::Failed("the mouth has no width on the mesh".to_owned()),
            |gap| Outcome::Value(sigmoid(table().slope * (gap - table().zero))),
        ),
        Outcome::NotRequested => Outcome::NotRequested,
        Outcome::Unavailable => Outcome::Unavailable,
        Outcome::Failed(reason) => Outcome::Failed(reason.clone()),
    }
}

/// Gap between the lips over the width of the mouth; `None` if it has none.
fn gap(mesh: &FaceMesh) -> Option<f32> {
    let between = |[a, b]: [usize; 2]| Point::distance(mesh.point(a), mesh.point(b));
    let width = between(CORNERS);
    (width > 0.0).then(|| between(LIPS) / width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::landmarks::tests::mesh;

    /// A mouth 50 pixels wide whose lips are `gap` pixels apart.
    fn mouth(gap: f32) -> Outcome<FaceMesh> {
        Outcome::Value(mesh(|index| match index {
            78 => [100.0, 200.0, 0.0],
            308 => [150.0, 200.0, 0.0],
            14 => [125.0, 200.0 + gap, 0.0],
            _ => [125.0, 200.0, 0.0],
        }))
    }

    #[test]
    fn a_mouth_opens_with_the_gap() {
        let at = |gap| is_open(&mouth(gap)).value().copied().expect("a value");
        assert!(at(0.0) < 0.1 && at(30.0) > 0.95, "{} {}", at(0.0), at(30.0));
        assert!((at(50.0 * table().zero) - 0.5).abs() < 1e-4);
    }

    #[test]
    fn without_a_mesh_the_reason_stays() {
        assert_eq!(is_open(&Outcome::Unavailable), Outcome::Unavailable);
        assert_eq!(is_open(&Outcome::Failed("why".into())), Outcome::Failed("why".into()));
    }
}
