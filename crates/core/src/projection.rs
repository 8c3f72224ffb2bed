//! From the vectors that a model makes to the shorter ones by which faces are compared.

use std::borrow::Cow;

use crate::{Embedding, ModelId, dot};

/// A linear map from the vectors of one model to those of another: what is kept of a face is whole, what is compared is
/// short. Another map makes another model, and what was kept need not be computed from a photo again.
#[derive(Debug, PartialEq)]
pub struct Projection {
    of: ModelId,
    model: ModelId,
    n_values: usize,
    rows: Vec<f32>,
}

impl Projection {
    /// From vectors of `n_values` values of the model `of` to those of `model`, one value a row of `rows`, which lie one
    /// after the other. `None` if that are no whole rows.
    #[must_use]
    pub fn new(of: ModelId, model: ModelId, n_values: usize, rows: Vec<f32>) -> Option<Self> {
        let whole = n_values > 0 && !rows.is_empty() && rows.len().is_multiple_of(n_values);
        whole.then_some(Self { of, model, n_values, rows })
    }

    /// Of which model the vectors are that it takes.
    #[must_use]
    pub const fn of(&self) -> &ModelId {
        &self.of
    }

    /// The id that projected vectors carry.
    #[must_use]
    pub const fn model(&self) -> &ModelId {
        &self.model
    }

    /// Values of a vector that it takes.
    #[must_use]
    pub const fn n_values(&self) -> usize {
        self.n_values
    }

    /// The rows of the map, one after the other.
    #[must_use]
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }

    /// Values of a projected vector.
    #[must_use]
    pub fn length(&self) -> usize {
        self.rows.len() / self.n_values
    }

    /// Whether it takes vectors of `n_values` values of `model`.
    #[must_use]
    pub fn takes(&self, model: &ModelId, n_values: usize) -> bool {
        *model == self.of && n_values == self.n_values
    }

    /// Whether `n_values` is another length than vectors of `model` have here; of models that are not its own it knows nothing.
    #[must_use]
    pub fn contradicts(&self, model: &ModelId, n_values: usize) -> bool {
        (*model == self.of && n_values != self.n_values)
            || (*model == self.model && n_values != self.length())
    }

    /// The id that a vector of `n_values` values of `model` carries where it is compared.
    #[must_use]
    pub fn compared_model<'a>(&'a self, model: &'a ModelId, n_values: usize) -> &'a ModelId {
        if self.takes(model, n_values) { &self.model } else { model }
    }

    /// The projected vector, of unit length. `None` if `vector` is none that it takes, or nothing is left of it.
    #[must_use]
    pub fn applied(&self, model: &ModelId, vector: &[f32]) -> Option<Embedding> {
        if !self.takes(model, vector.len()) {
            return None;
        }
        let projected = self.rows.chunks_exact(self.n_values).map(|row| dot(row, vector)).collect();
        Embedding::normalised(self.model.clone(), projected)
    }

    /// `embedding` as it is compared: projected, or as it is if it is none that this takes.
    #[must_use]
    pub fn compared<'a>(&self, embedding: &'a Embedding) -> Cow<'a, Embedding> {
        let projected = self.applied(embedding.model(), embedding.vector());
        projected.map_or(Cow::Borrowed(embedding), Cow::Owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes the first and the last of three values.
    fn projection() -> Projection {
        let rows = vec![1.0, 0.0, 0.0, 0.0, 0.0, 1.0];
        Projection::new(ModelId::new("whole"), ModelId::new("short"), 3, rows).expect("two rows")
    }

    fn embedding(model: &str, vector: &[f32]) -> Embedding {
        Embedding::normalised(ModelId::new(model), vector.to_vec()).expect("a direction")
    }

    #[test]
    fn a_vector_becomes_a_short_one_of_unit_length_and_of_another_model() {
        let short = projection().compared(&embedding("whole", &[3.0, 12.0, 4.0])).into_owned();
        assert_eq!((short.model().as_str(), short.vector().len()), ("short", projection().length()));
        assert!(
            (short.vector()[0] - 0.6).abs() < 1e-6 && (short.vector()[1] - 0.8).abs() < 1e-6,
            "{short:?}"
        );
    }

    #[test]
    fn what_it_does_not_take_stays_as_it_is() {
        for other in [
            embedding("another", &[1.0, 2.0, 3.0]),
            embedding("short", &[1.0, 2.0]),
            embedding("whole", &[1.0, 2.0]),
            embedding("whole", &[0.0, 1.0, 0.0]),
        ] {
            assert_eq!(*projection().compared(&other), other);
            let model = other.model();
            let projection = projection();
            let carried = projection.compared_model(model, other.vector().len());
            assert!(carried == model || other.vector() == [0.0, 1.0, 0.0]);
        }
    }

    #[test]
    fn rows_that_are_not_whole_are_refused() {
        let of = |n_values, rows| Projection::new(ModelId::new("a"), ModelId::new("b"), n_values, rows);
        assert_eq!(of(2, vec![1.0; 3]), None);
        assert_eq!(of(2, vec![]), None);
        assert_eq!(of(0, vec![1.0]), None);
    }
}
