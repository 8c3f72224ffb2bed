//! What blocks were made by: another projection, another form of their content, or a processor that computes otherwise makes
//! other blocks.

use faceward_core::{Embedding, Projection};
use sha2::{Digest as _, Sha256};

/// Of the form of [`super::content`], and of what is in it. Another number makes all blocks be written anew.
const FORM: &[u8] = b"faceward snapshot 1";

/// A digest of all that decides what is in a block, beside the rows themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recipe([u8; 32]);

impl Recipe {
    /// With what `projection` makes here and now.
    pub(crate) fn of(projection: Option<&Projection>) -> Self {
        let mut digest = Sha256::new();
        digest.update(FORM);
        if let Some(projection) = projection {
            for model in [projection.of(), projection.model()] {
                digest.update(model.as_str().as_bytes());
                digest.update([0]);
            }
            update(&mut digest, projection.rows());
            // How its numbers are added up, on this processor and in this program.
            let made = projection.applied(projection.of(), &example(projection.n_values()));
            update(&mut digest, made.as_ref().map_or(&[], Embedding::vector));
        }
        Self(digest.finalize().into())
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn update(digest: &mut Sha256, values: &[f32]) {
    digest.update(values.len().to_le_bytes());
    for value in values {
        digest.update(value.to_bits().to_le_bytes());
    }
}

/// A vector in which every value counts.
fn example(n_values: usize) -> Vec<f32> {
    (0..n_values).map(|at| ((at * 77) % 251) as f32 / 251.0 - 0.4).collect()
}

#[cfg(test)]
mod tests {
    use faceward_core::ModelId;

    use super::*;

    fn recipe(of: &str, model: &str, altered: Option<usize>) -> Recipe {
        let mut rows: Vec<f32> = (0..600).map(|at| at as f32 / 600.0).collect();
        if let Some(row) = altered.and_then(|at| rows.get_mut(at)) {
            *row = row.next_up();
        }
        let projection = Projection::new(ModelId::new(of), ModelId::new(model), 300, rows);
        Recipe::of(Some(&projection.expect("whole rows")))
    }

    #[test]
    fn whatever_makes_other_vectors_is_another_recipe() {
        let one = recipe("a", "b", None);
        assert_eq!(one, recipe("a", "b", None));
        for other in [recipe("x", "b", None), recipe("a", "x", None), Recipe::of(None)] {
            assert_ne!(one, other);
        }
        for at in [0, 17, 299, 300, 599] {
            assert_ne!(one, recipe("a", "b", Some(at)), "value {at}");
        }
    }
}
