//! Arithmetic of the fusion: unit vectors of two networks, weighted, joined, centred.
//!
//! With weights w and 1 - w, joining sqrt(w) a and sqrt(1 - w) b makes the cosine of two joined vectors the weighted
//! mean of the networks' cosines. Subtracting the mean of other people removes what all faces share.

use faceward_models::calibration::embedding::EmbeddingFusion;

/// The sum of unit vectors.
#[derive(Debug, Default)]
pub(super) struct Accumulator(Vec<f64>);

impl Accumulator {
    /// Adds `vector` at unit length. One without direction adds nothing.
    pub(super) fn add(&mut self, vector: &[f32]) {
        self.0.resize(vector.len(), 0.0);
        let norm = norm(vector.iter().map(|value| f64::from(*value)));
        if norm.is_finite() && norm > 0.0 {
            for (sum, value) in self.0.iter_mut().zip(vector) {
                *sum += f64::from(*value) / norm;
            }
        }
    }

    /// The sum at unit length; zeros if it has no direction.
    pub(super) fn direction(&self) -> Vec<f32> {
        let norm = norm(self.0.iter().copied());
        self.0.iter().map(|value| if norm > 0.0 { (value / norm) as f32 } else { 0.0 }).collect()
    }
}

/// Joins the unit vectors of the networks and subtracts the mean. `None` if their lengths are not the calibration's,
/// or one has no direction.
pub(super) fn fuse(parts: [&[f32]; 2], fusion: &EmbeddingFusion) -> Option<Vec<f32>> {
    let [first, second] = parts;
    let fits = first.len() == fusion.dimensions[0] && second.len() == fusion.dimensions[1];
    let directed = |part: &[f32]| part.iter().any(|value| *value != 0.0);
    if !(fits && directed(first) && directed(second)) {
        return None;
    }
    let factors = fusion.weights.map(f32::sqrt);
    let weighted = first.iter().map(|v| v * factors[0]).chain(second.iter().map(|v| v * factors[1]));
    Some(weighted.zip(&fusion.mean).map(|(value, mean)| value - mean).collect())
}

/// Euclidean length.
pub(super) fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use faceward_core::ModelId;

    fn fusion(mean: &[f32]) -> EmbeddingFusion {
        EmbeddingFusion {
            model: ModelId::new("test"),
            dimensions: [2, 1],
            weights: [0.64, 0.36],
            mesh_offsets: [[0.0; 2]; 5],
            mean: mean.to_vec(),
        }
    }

    #[test]
    fn parts_are_weighted_by_square_roots_and_centred() {
        let fused = fuse([&[0.6, 0.8], &[1.0]], &fusion(&[0.08, 0.0, 0.1])).expect("fits");
        let expected = [0.4, 0.64, 0.5];
        assert!(fused.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{fused:?}");
    }

    #[test]
    fn a_part_of_another_length_or_without_direction_is_refused() {
        let fusion = fusion(&[0.0; 3]);
        assert_eq!(fuse([&[1.0], &[1.0]], &fusion), None);
        assert_eq!(fuse([&[0.0, 0.0], &[1.0]], &fusion), None);
    }

    #[test]
    fn vectors_count_by_direction_only() {
        let mut sum = Accumulator::default();
        sum.add(&[10.0, 0.0]);
        sum.add(&[0.0, 0.1]);
        let half = 0.5_f32.sqrt();
        assert!(sum.direction().iter().all(|value| (value - half).abs() < 1e-6));
        assert_eq!(Accumulator::default().direction(), [0.0; 0]);
    }
}
