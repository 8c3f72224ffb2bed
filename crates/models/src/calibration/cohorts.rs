//! Mean faces of photos that were ruined in one way: `models/calibration/cohorts.toml` and `.bin`.
//!
//! What such a mean looks like, strangers ruined in that way have in common: the blur, the bar, the wave, and no person. How near
//! an embedding comes to one of them says what part of its cosines is owed to the ruin. (In speaker recognition, scores are
//! normalised by cohorts of impostors in the same spirit: Auckenthaler et al., "Score normalization for text-independent speaker
//! verification systems", 2000.)

use std::sync::LazyLock;

use faceward_core::{Embedding, ModelId, dot};
use serde::Deserialize;

use super::{TableError, numbers, table};

static TABLE: LazyLock<Cohorts> = LazyLock::new(|| read().expect("a test reads the embedded table"));

/// The table of this binary.
#[must_use]
pub fn cohorts() -> &'static Cohorts {
    &TABLE
}

/// One mean a way of ruining a photo. Each is as long as the cosine of two strangers so ruined is high: its square is their
/// mean cosine.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohorts {
    of: ModelId,
    n_values: usize,
    means: Vec<f32>,
}

impl Cohorts {
    /// How much `embedding` has of what strangers ruined alike have in common: its highest product with a mean, which is the
    /// cosine to be expected with a stranger of that cohort. Some .1 for an ordinary face, .2 for most of the ruined. `None` for
    /// embeddings of another model.
    #[must_use]
    pub fn shared_with(&self, embedding: &Embedding) -> Option<f32> {
        let vector = embedding.vector();
        if *embedding.model() != self.of || vector.len() != self.n_values {
            return None;
        }
        let products = self.means.chunks_exact(self.n_values).map(|mean| dot(mean, vector));
        products.reduce(f32::max)
    }
}

/// The file; the numbers lie beside it, mean by mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    of: String,
    n_values: usize,
    ways: Vec<String>,
    #[expect(dead_code, reason = "says to a reader what the means are of")]
    fit: Fit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "says to a reader what the means are of")]
struct Fit {
    data: String,
    faces: u64,
    date: String,
}

fn read() -> Result<Cohorts, TableError> {
    let file: File = table("cohorts", include_str!("../../../../models/calibration/cohorts.toml"))?;
    let bytes = include_bytes!("../../../../models/calibration/cohorts.bin");
    let means = numbers("cohorts", bytes, file.n_values * file.ways.len())?;
    Ok(Cohorts { of: ModelId::new(&file.of), n_values: file.n_values, means })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibration::embedding::embedding;

    fn mean(cohorts: &Cohorts, number: usize) -> &[f32] {
        &cohorts.means[number * cohorts.n_values..(number + 1) * cohorts.n_values]
    }

    #[test]
    fn means_are_of_what_the_networks_make_and_shorter_than_a_face() {
        let (cohorts, fusion) = (read().expect("readable"), embedding());
        assert_eq!((&cohorts.of, cohorts.n_values), (fusion.model(), fusion.dimensions.iter().sum()));
        for number in 0..cohorts.means.len() / cohorts.n_values {
            let square = dot(mean(&cohorts, number), mean(&cohorts, number));
            assert!((0.0..0.8).contains(&square), "{number}: {square}");
        }
    }

    #[test]
    fn the_mean_itself_shares_its_length_and_its_opposite_next_to_nothing() {
        let (cohorts, model) = (cohorts(), embedding().model());
        let first = mean(cohorts, 0).to_vec();
        let length = dot(&first, &first).sqrt();
        let opposite = first.iter().map(|value| -value).collect();
        let shared = |vector| {
            let face = Embedding::normalised(model.clone(), vector).expect("a direction");
            cohorts.shared_with(&face).expect("of the model")
        };
        assert!(shared(first) >= length - 1e-4);
        assert!(shared(opposite) < length / 2.0);
    }

    #[test]
    fn nothing_is_said_of_another_models_embeddings() {
        let other = Embedding::normalised(ModelId::new("another"), vec![1.0; 640]).expect("a direction");
        let short = Embedding::normalised(embedding().model().clone(), vec![1.0]).expect("a direction");
        assert_eq!([cohorts().shared_with(&other), cohorts().shared_with(&short)], [None, None]);
    }
}
