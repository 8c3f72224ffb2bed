//! Embeddings and the two scales on which they are compared.

use crate::{ModelId, dot};

/// Cosine between two unit embeddings of one model: -1 to 1, higher is more alike. Its meaning depends on the model.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Cosine(pub f32);

impl Cosine {
    /// That of two unit vectors of one model. Every comparison, one-to-one or in a search, comes to its cosine here.
    #[inline]
    #[must_use]
    pub fn of(a: &[f32], b: &[f32]) -> Self {
        Self(dot(a, b).clamp(-1.0, 1.0))
    }
}

/// Calibrated comparison score: 0 to 1, higher is more alike.
///
/// 0.75 is the operating point FMR = 1e-4 and 0.5 is FMR = 1e-2 on the data that the calibration names, whatever
/// the model: a threshold keeps its meaning when the model changes.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Similarity(pub f32);

/// A face as a unit vector, with the id of the model that made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    model: ModelId,
    vector: Vec<f32>,
}

/// Two embeddings that say nothing about each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("embeddings of `{left}` and `{right}` cannot be compared")]
pub struct IncomparableEmbeddings {
    left: ModelId,
    right: ModelId,
}

impl Embedding {
    /// Normalises `vector` to unit length. `None` if it is empty, not finite or all zero.
    #[must_use]
    pub fn normalised(model: ModelId, mut vector: Vec<f32>) -> Option<Self> {
        let norm = vector.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
        if !norm.is_finite() || norm <= f64::from(f32::EPSILON) {
            return None;
        }
        for value in &mut vector {
            *value = (f64::from(*value) / norm) as f32;
        }
        Some(Self { model, vector })
    }

    /// Takes back a vector that [`Embedding::vector`] gave, bit for bit. `None` if it is not of unit length.
    #[must_use]
    pub fn restored(model: ModelId, vector: Vec<f32>) -> Option<Self> {
        let square = vector.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
        ((square - 1.0).abs() < 1e-4).then_some(Self { model, vector })
    }

    /// The model that made this embedding.
    #[must_use]
    pub const fn model(&self) -> &ModelId {
        &self.model
    }

    /// The unit vector.
    #[must_use]
    pub fn vector(&self) -> &[f32] {
        &self.vector
    }

    /// Cosine with `other`; `a.cosine(b)` and `b.cosine(a)` have the same bits.
    ///
    /// # Errors
    /// The embeddings come from different models or have different lengths.
    pub fn cosine(&self, other: &Self) -> Result<Cosine, IncomparableEmbeddings> {
        if self.model != other.model || self.vector.len() != other.vector.len() {
            return Err(IncomparableEmbeddings { left: self.model.clone(), right: other.model.clone() });
        }
        Ok(Cosine::of(&self.vector, &other.vector))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedding(model: &str, vector: &[f32]) -> Embedding {
        Embedding::normalised(ModelId::new(model), vector.to_vec()).expect("a usable vector")
    }

    #[test]
    fn parallel_vectors_have_cosine_one_and_opposite_minus_one() {
        let a = embedding("m", &[3.0, 4.0]);
        assert!((a.cosine(&embedding("m", &[6.0, 8.0])).expect("one model").0 - 1.0).abs() < 1e-6);
        assert!((a.cosine(&embedding("m", &[-3.0, -4.0])).expect("one model").0 + 1.0).abs() < 1e-6);
    }

    #[test]
    fn embeddings_of_different_models_are_never_compared() {
        assert!(embedding("m", &[1.0]).cosine(&embedding("n", &[1.0])).is_err());
    }

    #[test]
    fn a_stored_vector_comes_back_bit_for_bit_and_others_are_refused() {
        let made = embedding("m", &[0.1, 0.7, -0.3]);
        assert_eq!(Embedding::restored(ModelId::new("m"), made.vector().to_vec()), Some(made));
        for vector in [vec![], vec![0.5, 0.5], vec![f32::NAN, 1.0]] {
            assert_eq!(Embedding::restored(ModelId::new("m"), vector), None);
        }
    }

    #[test]
    fn a_vector_without_direction_is_no_embedding() {
        for vector in [vec![], vec![0.0, 0.0], vec![f32::NAN, 1.0], vec![f32::INFINITY]] {
            assert_eq!(Embedding::normalised(ModelId::new("m"), vector), None);
        }
    }
}
