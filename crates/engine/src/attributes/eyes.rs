//! Whether an eye is open: the gap between its lids on the mesh, and a network of our own that sees the eye.
//!
//! The mesh is the better witness on small faces, where the network has a few pixels; on large ones both count.

use faceward_core::Point;
use faceward_models::calibration::attributes::{EyesTable, eyes as table};

use super::{failed, middle, one_logit, sigmoid};
use crate::face::StepError;
use crate::image::RgbImage;
use crate::landmarks::{FaceMesh, LevelSquare};
use crate::networks::ModelSession;

/// Mesh points of one eye.
pub(super) struct Eye {
    /// Outer and inner corner.
    corners: [usize; 2],
    /// Points of the upper and of the lower lid that lie above each other.
    lids: [[usize; 2]; 3],
}

/// The subject's own left eye: image-right in an unmirrored photo.
pub(super) const SUBJECT_LEFT: Eye = Eye { corners: [263, 362], lids: [[387, 373], [386, 374], [385, 380]] };
/// The subject's own right eye.
pub(super) const SUBJECT_RIGHT: Eye = Eye { corners: [33, 133], lids: [[160, 144], [159, 145], [158, 153]] };

/// Side of the square that the network sees, in widths of the eye.
const SQUARE_PER_WIDTH: f32 = 1.4;

/// Probability that `eye` is open, 0 to 1.
pub(super) fn is_open(
    session: &mut ModelSession,
    photo: &RgbImage,
    mesh: &FaceMesh,
    eye: &Eye,
) -> Result<f32, StepError> {
    let (gap, width) = gap_and_width(mesh, eye).ok_or_else(|| failed("the eye has no width on the mesh"))?;
    let [outer, inner] = eye.corners.map(|index| mesh.point(index));
    let square = LevelSquare {
        centre: outer.midpoint(inner),
        side: SQUARE_PER_WIDTH * width,
        eye_line_degrees: mesh.eye_line_degrees(),
    };
    let network = one_logit(session, photo, &square)?;
    Ok(sigmoid(log_odds(table(), gap, network, width)))
}

/// Probability that the eye that fills `crop` is open: the network alone, on a square as wide as the crop.
pub(super) fn is_open_in_crop(session: &mut ModelSession, crop: &RgbImage) -> Result<f32, StepError> {
    one_logit(session, crop, &middle(crop, crop.width())).map(sigmoid)
}

/// Mean gap between the lids over the width of the eye, and that width in pixels; `None` if it is 0.
fn gap_and_width(mesh: &FaceMesh, eye: &Eye) -> Option<(f32, f32)> {
    let between = |[a, b]: [usize; 2]| Point::distance(mesh.point(a), mesh.point(b));
    let width = between(eye.corners);
    let gaps: f32 = eye.lids.iter().map(|lid| between(*lid)).sum();
    (width > 0.0).then(|| (gaps / eye.lids.len() as f32 / width, width))
}

/// Log-odds of open from the lid gap, the network's log-odds, and the width of the eye in pixels.
fn log_odds(table: &EyesTable, gap: f32, network: f32, width: f32) -> f32 {
    let [none, full] = table.network_widths;
    let reliance = ((width - none) / (full - none)).clamp(0.0, 1.0);
    let squashed = table.ceiling * (network / table.ceiling).tanh();
    table.lid_slope * (gap - table.lid_zero) + table.network_slope * reliance * squashed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::landmarks::tests::mesh;

    #[test]
    fn the_gap_is_measured_in_widths_of_the_eye() {
        // Corners 20 pixels apart; upper lids 3 above, lower lids 2 below the line between them.
        let face = mesh(|index| match index {
            263 => [120.0, 50.0, 0.0],
            362 => [100.0, 50.0, 0.0],
            385..=387 => [110.0, 47.0, 0.0],
            373 | 374 | 380 => [110.0, 52.0, 0.0],
            _ => [0.0; 3],
        });
        let (gap, width) = gap_and_width(&face, &SUBJECT_LEFT).expect("a width");
        assert!((gap - 0.25).abs() < 1e-5 && (width - 20.0).abs() < 1e-5, "{gap} {width}");
        assert_eq!(gap_and_width(&face, &SUBJECT_RIGHT), None);
    }

    #[test]
    fn lids_and_network_both_count_and_the_network_only_where_it_sees_something() {
        let at = |gap, network, width| sigmoid(log_odds(table(), gap, network, width));
        assert!(at(0.3, 10.0, 60.0) > 0.95 && at(0.02, -10.0, 60.0) < 0.2);
        assert!(at(0.1, 5.0, 60.0) > at(0.1, -5.0, 60.0));
        assert_eq!(at(0.1, 5.0, 8.0), at(0.1, -5.0, 8.0), "eight pixels are too few for the network");
    }
}
