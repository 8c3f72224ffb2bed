//! Whether the mouth is open: the gap between the lips on the mesh, and a network of our own that sees the mouth.
//!
//! A smile that shows teeth is open in this sense.

use faceward_core::Point;
use faceward_models::calibration::attributes::{MouthTable, mouth as table};

use super::{failed, middle, one_logit, sigmoid};
use crate::face::StepError;
use crate::image::RgbImage;
use crate::landmarks::{FaceMesh, LevelSquare};
use crate::networks::ModelSession;

/// Mesh points in the middle of the upper and of the lower lip.
const LIPS: [usize; 2] = [13, 14];
/// Mesh points of the inner corners of the mouth.
const CORNERS: [usize; 2] = [78, 308];
/// Mesh points of the outer corners of the mouth.
const OUTER_CORNERS: [usize; 2] = [61, 291];
/// Mesh points of the outer corners of the eyes.
const EYES: [usize; 2] = [33, 263];
/// Side of the square that the network sees, in widths of the mouth.
const SQUARE_PER_WIDTH: f32 = 1.2;
/// Least width of a mouth, as a part of the distance between the outer eye corners: pursed lips are no smaller mouth.
const LEAST_WIDTH: f32 = 0.45;

/// Probability that the mouth is open, 0 to 1.
pub(super) fn is_open(
    session: &mut ModelSession,
    photo: &RgbImage,
    mesh: &FaceMesh,
) -> Result<f32, StepError> {
    let no_width = || failed("the mouth has no width on the mesh");
    let gap = gap(mesh).ok_or_else(no_width)?;
    let network = one_logit(session, photo, &square(mesh).ok_or_else(no_width)?)?;
    Ok(sigmoid(log_odds(table(), gap, network)))
}

/// Probability that the mouth that fills `crop` is open: the network alone, on a square in its middle. The shape of the
/// crop says nothing.
pub(super) fn is_open_in_crop(session: &mut ModelSession, crop: &RgbImage) -> Result<f32, StepError> {
    one_logit(session, crop, &middle(crop, crop.width().min(crop.height()))).map(sigmoid)
}

/// Log-odds of open from the gap between the lips and the network's log-odds.
fn log_odds(table: &MouthTable, gap: f32, network: f32) -> f32 {
    let squashed = table.ceiling * (network / table.ceiling).tanh();
    table.lip_slope * (gap - table.lip_zero) + table.network_slope * squashed
}

/// What the network is shown; `None` for a mouth without width.
fn square(mesh: &FaceMesh) -> Option<LevelSquare> {
    let [left, right] = OUTER_CORNERS.map(|index| mesh.point(index));
    let [upper, lower] = LIPS.map(|index| mesh.point(index));
    let eyes = Point::distance(mesh.point(EYES[0]), mesh.point(EYES[1]));
    let width = left.distance(right).max(LEAST_WIDTH * eyes);
    (width > 0.0).then(|| LevelSquare {
        centre: left.midpoint(right).midpoint(upper.midpoint(lower)),
        side: SQUARE_PER_WIDTH * width,
        eye_line_degrees: mesh.eye_line_degrees(),
    })
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

    /// A mouth 50 pixels wide, 60 with its outer edges, whose lips are `gap` pixels apart; eyes 200 pixels apart.
    fn mouth(gap: f32) -> FaceMesh {
        mesh(|index| match index {
            61 => [95.0, 200.0, 0.0],
            78 => [100.0, 200.0, 0.0],
            308 => [150.0, 200.0, 0.0],
            291 => [155.0, 200.0, 0.0],
            14 => [125.0, 200.0 + gap, 0.0],
            33 => [25.0, 100.0, 0.0],
            263 => [225.0, 100.0, 0.0],
            _ => [125.0, 200.0, 0.0],
        })
    }

    #[test]
    fn a_mouth_opens_with_the_gap_and_with_what_the_network_sees() {
        let at = |pixels, network| sigmoid(log_odds(table(), gap(&mouth(pixels)).expect("a width"), network));
        assert!(at(0.0, -5.0) < 0.1 && at(30.0, 5.0) > 0.95, "{} {}", at(0.0, -5.0), at(30.0, 5.0));
        assert!(at(5.0, 2.0) > at(5.0, -2.0) && at(10.0, 0.0) > at(5.0, 0.0));
    }

    #[test]
    fn the_square_lies_on_the_mouth_and_does_not_shrink_with_it() {
        let square = square(&mouth(20.0)).expect("a width");
        assert_eq!(square.centre, Point::new(125.0, 205.0));
        assert!((square.side - 1.2 * 90.0).abs() < 1e-3, "{}", square.side);
        assert_eq!(super::square(&mesh(|_| [0.0; 3])), None);
    }
}
