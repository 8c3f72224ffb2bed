//! Made-up vectors that lie as faces do: strangers' cosines spread by about 0.1, two photos of one person meet at about 0.7.
//!
//! Every value is a sum of four uniform numbers; the spread of the values falls as 1 / (1 + i / 36) along the vector, so that as many
//! directions count as in the shipped model's embeddings. Each vector depends on its number alone: nothing has to be kept.

use faceward_core::{Embedding, ModelId, SubjectId, TemplateId};
use uuid::Uuid;

/// Decides how many directions count: strangers' cosines spread by about 1 / sqrt(3 * 36).
const FALL: f32 = 36.0;
/// What a probe is made of beside the person, as a share: its cosine with the person is 1 / sqrt(1 + share^2).
const DIFFERENCE: f32 = 1.0;
/// Numbers of vectors that no template has.
const STRANGERS: u64 = 1 << 40;
const DIFFERENCES: u64 = 1 << 41;

/// All vectors of one length.
#[derive(Clone)]
pub(in crate::commands::bench) struct Vectors {
    model: ModelId,
    spread: Vec<f32>,
}

impl Vectors {
    /// Vectors of `length` values.
    pub(in crate::commands::bench) fn new(length: usize) -> Self {
        let spread = (0..length).map(|at| 1.0 / (1.0 + at as f32 / FALL)).collect();
        Self { model: ModelId::new("made-up"), spread }
    }

    pub(in crate::commands::bench) const fn model(&self) -> &ModelId {
        &self.model
    }

    /// That of template `number`.
    pub(in crate::commands::bench) fn template(&self, number: u64) -> Option<Embedding> {
        Embedding::normalised(self.model.clone(), self.raw(number))
    }

    /// Probe `number`: an even one of a template's person, an odd one of a stranger.
    pub(in crate::commands::bench) fn probe(&self, number: u64, n_templates: u64) -> Option<Embedding> {
        if !number.is_multiple_of(2) {
            return Embedding::normalised(self.model.clone(), self.raw(STRANGERS + number));
        }
        let person = self.template(whose(number, n_templates))?;
        let difference = Embedding::normalised(self.model.clone(), self.raw(DIFFERENCES + number))?;
        let both = person.vector().iter().zip(difference.vector());
        Embedding::normalised(self.model.clone(), both.map(|(a, b)| a + DIFFERENCE * b).collect())
    }

    fn raw(&self, number: u64) -> Vec<f32> {
        let mut state = mixed(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut value = |spread: &f32| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let bits = mixed(state);
            let sum: u32 = [0, 16, 32, 48].map(|at| (bits >> at) as u32 & 0xffff).iter().sum();
            spread * (sum as f32 - 131_070.0)
        };
        self.spread.iter().map(&mut value).collect()
    }
}

/// The template whose person an even probe shows.
pub(in crate::commands::bench) fn whose(probe: u64, n_templates: u64) -> u64 {
    mixed(probe) % n_templates.max(1)
}

/// Ids as long as those that most clients give: one UUID for the subject and its template.
pub(in crate::commands::bench) fn ids(number: u64) -> Option<(SubjectId, TemplateId)> {
    let text = Uuid::from_u64_pair(mixed(number), number).to_string();
    Some((SubjectId::parse(&text).ok()?, TemplateId::parse(&text).ok()?))
}

/// Bits that look random (the last steps of `SplitMix64`).
const fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_lie_as_faces_do() {
        let vectors = Vectors::new(640);
        let made: Vec<_> = (0..200).map(|number| vectors.template(number).expect("a vector")).collect();
        let mut strangers = Vec::new();
        for (at, one) in made.iter().enumerate() {
            strangers.extend(made[..at].iter().map(|other| one.cosine(other).expect("one model").0));
        }
        let mean = strangers.iter().sum::<f32>() / strangers.len() as f32;
        let spread =
            (strangers.iter().map(|c| (c - mean).powi(2)).sum::<f32>() / strangers.len() as f32).sqrt();
        assert!(mean.abs() < 0.02 && (0.08..0.13).contains(&spread), "mean {mean}, spread {spread}");
        for number in [0, 2, 4, 6] {
            let probe = vectors.probe(number, 200).expect("a vector");
            let cosine = probe.cosine(&made[whose(number, 200) as usize]).expect("one model").0;
            assert!((0.5..0.9).contains(&cosine), "{cosine}");
        }
    }

    #[test]
    fn ids_differ() {
        assert_ne!(ids(1), ids(2));
        assert!(ids(0).is_some());
    }
}
