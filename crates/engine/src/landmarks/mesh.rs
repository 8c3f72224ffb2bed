//! The face mesh: 478 points by `MediaPipe`'s Face Landmarker.
//!
//! The network sees a square that stands upright on the eye line, 1.4 times the longer side of the detector box:
//! 1.3 to 1.4 gave the smallest error on landmarks68, and 1.4 leaves room for a box that is too small.
//! Point indices are those of MediaPipe's canonical face: 0..468 skin, 468..478 irises.

use faceward_core::{PixelRect, Point};
use faceward_inference::Tensor;

use crate::face::{FaceGeometry, StepError};
use crate::image::{Affine, Border, Resampling, Size, Upright};
use crate::networks::ModelSession;

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
    pub(crate) fn run(&mut self, photo: &Upright, face: &FaceGeometry) -> Result<FaceMesh, StepError> {
        let to_chip = upright_square(&face.rect, face.points.eye_line_degrees());
        let chip = photo
            .warp(&to_chip, Size::square(INPUT_SIDE), Border::Zero, Resampling::Antialiased)
            .ok_or_else(|| StepError::Photo("the face box is empty".to_owned()))?;
        let outputs = self.session.run_image(&chip)?;
        read(&outputs, &to_chip).ok_or_else(|| StepError::Photo("the mesh network sees no face".to_owned()))
    }
}

/// From the photo to a square chip of [`INPUT_SIDE`] round the middle of `rect`, with the eye line level.
fn upright_square(rect: &PixelRect, eye_line_degrees: f32) -> Affine {
    let centre = rect.center();
    let scale = INPUT_SIDE as f32 / (SQUARE_PER_BOX * rect.width().max(rect.height()));
    let (sin, cos) = eye_line_degrees.to_radians().sin_cos();
    let half = INPUT_SIDE as f32 / 2.0;
    Affine::translation(-centre.x, -centre.y)
        .then(&Affine { a: cos, b: sin, tx: 0.0, c: -sin, d: cos, ty: 0.0 })
        .then(&Affine::scaling(scale, scale))
        .then(&Affine::translation(half, half))
}

/// The points of the first output, taken back to the photo; `None` if the second output says that there is no face.
fn read(outputs: &[Tensor], to_chip: &Affine) -> Option<FaceMesh> {
    let [coordinates, presence, ..] = outputs else { return None };
    if *presence.data.first()? < LEAST_PRESENCE {
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
pub(super) mod tests {
    use super::*;

    /// A mesh whose point `index` is `at(index)`: x, y, depth.
    pub(in crate::landmarks) fn mesh(at: impl Fn(usize) -> [f32; 3]) -> FaceMesh {
        let places: Vec<[f32; 3]> = (0..N_POINTS).map(at).collect();
        FaceMesh::new(
            places.iter().map(|p| Point::new(p[0], p[1])).collect(),
            places.iter().map(|p| p[2]).collect(),
        )
        .expect("finite")
    }

    #[test]
    fn the_square_is_one_point_four_boxes_and_levels_the_eyes() {
        let rect = PixelRect { left: 100.0, top: 200.0, right: 180.0, bottom: 300.0 };
        let map = upright_square(&rect, 90.0);
        let rows = [
            (rect.center(), Point::new(128.0, 128.0)),
            // 70 pixels below the centre, half of 1.4 x 100, are the right edge once "down" has become "right".
            (Point::new(140.0, 320.0), Point::new(256.0, 128.0)),
        ];
        for (from, to) in rows {
            assert!(map.apply(from).distance(to) < 1e-3, "{from:?} goes to {:?}", map.apply(from));
        }
    }

    #[test]
    fn points_and_depths_come_back_in_photo_pixels() {
        let rect = PixelRect { left: 0.0, top: 0.0, right: 256.0, bottom: 256.0 };
        let map = upright_square(&rect, 0.0);
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
