//! The face mesh: 478 points by `MediaPipe`'s Face Landmarker.
//!
//! The network sees a square that stands upright on the eye line, 1.4 times the longer side of the detector box:
//! 1.3 to 1.4 gave the smallest error on landmarks68, and 1.4 leaves room for a box that is too small.
//! Point indices are those of MediaPipe's canonical face: 0..468 skin, 468..478 irises.

use faceward_core::Point;
use faceward_inference::Tensor;

use crate::face::{FaceGeometry, StepError};
use crate::image::{Affine, Border, Resampling, RgbImage, Size};
use crate::networks::ModelSession;

use super::square::LevelSquare;

/// Number of points of the mesh.
pub(crate) const N_POINTS: usize = 478;
/// The first of them lie on the skin, the rest on the irises.
pub(crate) const N_SKIN_POINTS: usize = 468;

/// Side of the network's input in pixels.
const INPUT_SIDE: u32 = 256;
/// Side of the square that the network sees, in longer sides of the detector box.
const SQUARE_PER_BOX: f32 = 1.4;
/// Log-odds of a face being in the square below which the points mean nothing. 0.3 % of 3,074 ordinary photos lie
/// below: profiles, and faces behind something.
const LEAST_PRESENCE: f32 = 0.0;

/// The mesh of one face, in pixels of the photo.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FaceMesh {
    points: Vec<Point>,
    depths: Vec<f32>,
}

impl FaceMesh {
    /// `points` and the `depths` that belong to them. `None` unless there are 478 of each, all finite.
    pub(crate) fn new(points: Vec<Point>, depths: Vec<f32>) -> Option<Self> {
        let complete = points.len() == N_POINTS && depths.len() == N_POINTS;
        let finite =
            points.iter().zip(&depths).all(|(p, z)| p.x.is_finite() && p.y.is_finite() && z.is_finite());
        (complete && finite).then_some(Self { points, depths })
    }

    /// All 478 points.
    pub(crate) fn points(&self) -> &[Point] {
        &self.points
    }

    /// Point `index`, which must be below 478.
    pub(crate) fn point(&self, index: usize) -> Point {
        self.points[index]
    }

    /// The skin's points with their depth: x, y, z, all in pixels; z grows away from the camera, its zero is arbitrary.
    pub(crate) fn skin(&self) -> impl ExactSizeIterator<Item = [f32; 3]> {
        self.points
            .iter()
            .zip(&self.depths)
            .take(N_SKIN_POINTS)
            .map(|(point, depth)| [point.x, point.y, *depth])
    }

    /// Half-way between the corners of the image-left and of the image-right eye.
    pub(crate) fn eye_centres(&self) -> (Point, Point) {
        (self.point(33).midpoint(self.point(133)), self.point(362).midpoint(self.point(263)))
    }

    /// Angle of the line between the eye centres in degrees, y down.
    pub(crate) fn eye_line_degrees(&self) -> f32 {
        let (left, right) = self.eye_centres();
        (right.y - left.y).atan2(right.x - left.x).to_degrees()
    }
}

/// Finds the mesh of a face.
pub(crate) struct MeshStep {
    session: ModelSession,
}

impl MeshStep {
    pub(crate) const fn new(session: ModelSession) -> Self {
        Self { session }
    }

    /// The mesh of the face at `face`.
    ///
    /// # Errors
    /// The network sees no face there, or fails.
    pub(crate) fn run(&mut self, photo: &RgbImage, face: &FaceGeometry) -> Result<FaceMesh, StepError> {
        let (outputs, to_chip) = self.look(photo, face)?;
        read(&outputs, &to_chip).ok_or_else(|| StepError::Photo("the mesh network sees no face".to_owned()))
    }

    /// Log-odds that a face stands upright at `face`: some 18 for one that does, -3 for one on its side or head.
    ///
    /// # Errors
    /// Nothing of the photo is there, the network gives no number, or fails.
    pub(crate) fn presence(&mut self, photo: &RgbImage, face: &FaceGeometry) -> Result<f32, StepError> {
        let (outputs, _) = self.look(photo, face)?;
        presence(&outputs)
            .ok_or_else(|| StepError::Photo("the mesh network does not say what it sees".to_owned()))
    }

    fn look(&mut self, photo: &RgbImage, face: &FaceGeometry) -> Result<(Vec<Tensor>, Affine), StepError> {
        let to_chip = square(face).to_chip(INPUT_SIDE);
        let chip = photo.warp(&to_chip, Size::square(INPUT_SIDE), Border::Zero, Resampling::Antialiased)?;
        Ok((self.session.run_image(&chip)?, to_chip))
    }
}

/// What the network is shown.
fn square(face: &FaceGeometry) -> LevelSquare {
    LevelSquare {
        centre: face.rect.center(),
        side: SQUARE_PER_BOX * face.rect.width().max(face.rect.height()),
        eye_line_degrees: face.points.eye_line_degrees(),
    }
}

/// The log-odds that the second output gives.
fn presence(outputs: &[Tensor]) -> Option<f32> {
    let presence = *outputs.get(1)?.data.first()?;
    presence.is_finite().then_some(presence)
}

/// The points of the first output, taken back to the photo; `None` if the second output says that there is no face.
fn read(outputs: &[Tensor], to_chip: &Affine) -> Option<FaceMesh> {
    let coordinates = outputs.first()?;
    if presence(outputs)? < LEAST_PRESENCE {
        return None;
    }
    let to_photo = to_chip.inverse()?;
    let scale = to_photo.scale();
    let (points, depths) = coordinates
        .data
        .chunks_exact(3)
        .map(|place| (to_photo.apply(Point::new(place[0], place[1])), place[2] * scale))
        .unzip();
    FaceMesh::new(points, depths)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A mesh whose point `index` is `at(index)`: x, y, depth.
    pub(crate) fn mesh(at: impl Fn(usize) -> [f32; 3]) -> FaceMesh {
        let places: Vec<[f32; 3]> = (0..N_POINTS).map(at).collect();
        FaceMesh::new(
            places.iter().map(|p| Point::new(p[0], p[1])).collect(),
            places.iter().map(|p| p[2]).collect(),
        )
        .expect("finite")
    }

    #[test]
    fn points_and_depths_come_back_in_photo_pixels() {
        let map =
            LevelSquare { centre: Point::new(128.0, 128.0), side: 358.4, eye_line_degrees: 0.0 }.to_chip(256);
        let coordinates = Tensor { shape: vec![1, 1, 1, 1434], data: [256.0, 128.0, 10.0].repeat(N_POINTS) };
        let sees = |presence| [coordinates.clone(), Tensor { shape: vec![1, 1, 1, 1], data: vec![presence] }];
        let mesh = read(&sees(5.0), &map).expect("a face");
        assert!(mesh.point(7).distance(Point::new(128.0 + 179.2, 128.0)) < 1e-3);
        let [_, _, depth] = mesh.skin().next().expect("points");
        assert!((depth - 14.0).abs() < 1e-4);
        assert_eq!(read(&sees(-1.0), &map), None, "no face");
    }

    #[test]
    fn a_mesh_is_complete_and_finite() {
        assert_eq!(FaceMesh::new(vec![Point::new(0.0, 0.0); 477], vec![0.0; 477]), None);
        assert_eq!(FaceMesh::new(vec![Point::new(f32::NAN, 0.0); 478], vec![0.0; 478]), None);
    }
}
