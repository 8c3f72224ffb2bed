//! A face as a vector that tells persons apart: two networks on one aligned chip, fused.

mod fusion;
mod utility;

use faceward_core::{Embedding, FivePoints, ModelId, Point};
use faceward_models::calibration::embedding::embedding;
use faceward_models::calibration::utility::utility as utility_table;

use crate::alignment;
use crate::face::StepError;
use crate::image::RgbImage;
use crate::landmarks::FaceMesh;
use crate::networks::ModelSession;
use fusion::{Accumulator, fuse, norm};
use utility::utility;

/// The id that fused embeddings carry.
pub(crate) fn model_id() -> &'static ModelId {
    embedding().model()
}

/// Irises, tip of the nose and corners of the mouth among the points of the mesh, in the order of [`FivePoints`].
const MESH_POINTS: [usize; 5] = [468, 473, 1, 61, 291];

/// The five points by which a face is aligned: halfway between the detector's and the mesh's, which err in different
/// directions. The detector's alone where there is no mesh.
///
/// Where the mesh sees a point a little beside where the detector does on average, the table's offsets say.
pub(crate) fn points(detected: &FivePoints, mesh: Option<&FaceMesh>) -> FivePoints {
    let to_photo = alignment::to_chip(detected).and_then(|to_chip| to_chip.inverse());
    let (Some(mesh), Some(to_photo)) = (mesh, to_photo) else { return *detected };
    let mut points = detected.to_array();
    for ((point, index), [dx, dy]) in points.iter_mut().zip(MESH_POINTS).zip(embedding().mesh_offsets) {
        let seen = mesh.point(index);
        // Only the linear part: an offset is a direction, not a place.
        let (x, y) = (seen.x - to_photo.a * dx - to_photo.b * dy, seen.y - to_photo.c * dx - to_photo.d * dy);
        *point = Point::new(f32::midpoint(point.x, x), f32::midpoint(point.y, y));
    }
    FivePoints::from_array(points)
}

/// What the networks say about one face.
#[derive(Clone, Debug)]
pub(crate) struct Recognised {
    /// The face as a vector: as it stands, or together with its mirror image, as was asked for.
    pub(crate) embedding: Embedding,
    /// The face as it stands, whatever was asked for: what others read off the vector depends on nothing else.
    pub(crate) straight: Embedding,
    /// How useful it is for recognition, 0 to 1; of the face as it stands.
    pub(crate) utility: f32,
}

/// Computes embeddings.
pub(crate) struct EmbeddingStep {
    networks: [ModelSession; 2],
}

impl EmbeddingStep {
    /// From sessions of both networks, in the order of the fused vector.
    pub(crate) const fn new(networks: [ModelSession; 2]) -> Self {
        Self { networks }
    }

    /// The embedding of the face whose five points are given. `mirrored`: of the face and its mirror image together.
    ///
    /// # Errors
    /// The points have no extent, or a network fails.
    pub(crate) fn run(
        &mut self,
        photo: &RgbImage,
        points: &FivePoints,
        mirrored: bool,
    ) -> Result<Recognised, StepError> {
        let chip = alignment::chip(photo, points)?;
        let mirror_image = mirrored.then(|| chip.mirrored());
        let (mut straight, mut both) = ([const { Vec::new() }; 2], [const { Vec::new() }; 2]);
        let mut norms = [0.0; 2];
        for (at, network) in self.networks.iter_mut().enumerate() {
            let mut sum = Accumulator::default();
            let seen = first_output(network, &chip)?;
            norms[at] = norm(seen.iter().map(|value| f64::from(*value))) as f32;
            sum.add(&seen);
            straight[at] = sum.direction();
            if let Some(image) = &mirror_image {
                sum.add(&first_output(network, image)?);
                both[at] = sum.direction();
            }
        }
        let straight = fused(&straight)?;
        let embedding = if mirrored { fused(&both)? } else { straight.clone() };
        Ok(Recognised { embedding, straight, utility: utility(norms, utility_table()) })
    }
}

/// What `network` says about `view`.
fn first_output(network: &mut ModelSession, view: &RgbImage) -> Result<Vec<f32>, StepError> {
    let output = network.run_image(view)?.into_iter().next();
    output.map(|output| output.data).ok_or_else(|| StepError::Photo("a network gave no embedding".to_owned()))
}

/// One embedding of the unit vectors of both networks.
fn fused([first, second]: &[Vec<f32>; 2]) -> Result<Embedding, StepError> {
    let vector = fuse([first, second], embedding())
        .ok_or_else(|| StepError::Photo("the networks gave no usable embedding".to_owned()))?;
    Embedding::normalised(model_id().clone(), vector)
        .ok_or_else(|| StepError::Photo("the networks gave an embedding without direction".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mesh whose named points are `seen` and whose others are at the origin.
    fn mesh(seen: [Point; 5]) -> FaceMesh {
        let mut points = vec![Point::new(0.0, 0.0); 478];
        for (index, point) in MESH_POINTS.into_iter().zip(seen) {
            points[index] = point;
        }
        FaceMesh::new(points, vec![0.0; 478]).expect("478 finite points")
    }

    /// The template, `scale` times as large.
    fn face(scale: f32) -> FivePoints {
        FivePoints::from_array(alignment::TEMPLATE.map(|p| Point::new(scale * p.x, scale * p.y)))
    }

    #[test]
    fn a_mesh_beside_the_detector_by_the_offsets_moves_nothing() {
        let detected = face(3.0);
        let mut seen = detected.to_array();
        for (point, [dx, dy]) in seen.iter_mut().zip(embedding().mesh_offsets) {
            *point = Point::new(point.x + 3.0 * dx, point.y + 3.0 * dy);
        }
        let points = points(&detected, Some(&mesh(seen)));
        for (point, expected) in points.to_array().iter().zip(detected.to_array()) {
            assert!(point.distance(expected) < 1e-3, "{point:?} {expected:?}");
        }
    }

    #[test]
    fn points_lie_halfway_and_are_the_detectors_without_a_mesh() {
        let detected = face(1.0);
        let seen = detected.to_array().map(|p| Point::new(p.x + 4.0, p.y - 2.0));
        let points = points(&detected, Some(&mesh(seen)));
        let offsets = embedding().mesh_offsets;
        for ((point, from), [dx, dy]) in points.to_array().iter().zip(detected.to_array()).zip(offsets) {
            let expected = Point::new(from.x + 2.0 - dx / 2.0, from.y - 1.0 - dy / 2.0);
            assert!(point.distance(expected) < 1e-3, "{point:?} {expected:?}");
        }
        assert_eq!(super::points(&detected, None), detected);
    }
}
