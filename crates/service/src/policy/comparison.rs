//! Comparison scores: cosine to calibrated similarity to verdict. Verify and identify share this one scale.

use std::sync::Arc;

use faceward_core::{Cosine, Embedding, IncomparableEmbeddings, ModelId, Similarity};
use faceward_models::calibration::projection::projection;
use faceward_models::calibration::similarity::SimilarityCalibration;
use faceward_models::calibration::usability::{Condition, usability};

use super::condition::Comparable;
use crate::report::Comparison;

/// Turns cosines of one model into verdicts.
#[derive(Clone, Debug)]
pub(crate) struct Comparator {
    calibration: Arc<SimilarityCalibration>,
    threshold: Similarity,
}

/// Cosines of this model have no calibrated meaning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no similarity map for embeddings of `{model}`, only for `{calibrated}`")]
pub struct NotCalibrated {
    /// The model whose embeddings are compared.
    model: ModelId,
    /// The model that the map was fitted on.
    calibrated: ModelId,
}

impl Comparator {
    /// For embeddings of `model`, whose projections must be what the similarity map `calibration` was fitted on.
    pub(crate) fn new(
        model: &ModelId,
        calibration: Arc<SimilarityCalibration>,
        threshold: Similarity,
    ) -> Result<Self, NotCalibrated> {
        let compared = if model == projection().of() { projection().model() } else { model };
        if calibration.model() == compared {
            Ok(Self { calibration, threshold })
        } else {
            Err(NotCalibrated { model: compared.clone(), calibrated: calibration.model().clone() })
        }
    }

    /// The same with another threshold.
    pub(crate) fn with_threshold(&self, threshold: Similarity) -> Self {
        Self { calibration: Arc::clone(&self.calibration), threshold }
    }

    pub(crate) const fn calibration(&self) -> &Arc<SimilarityCalibration> {
        &self.calibration
    }

    pub(crate) const fn threshold(&self) -> Similarity {
        self.threshold
    }

    /// The similarity of a pair in `condition`.
    pub(crate) fn similarity(&self, cosine: Cosine, condition: Condition) -> Similarity {
        self.calibration.similarity(usability().corrected(cosine, condition))
    }

    /// Compares the faces of two photos: from both sides alike.
    pub(crate) fn compare(
        &self,
        a: &Comparable,
        b: &Comparable,
    ) -> Result<Comparison, IncomparableEmbeddings> {
        Ok(self.compared(cosine(&a.embedding, &b.embedding)?, a.condition.of_pair(b.condition)))
    }

    /// Compares a face with a template. A template does not say in what condition it is; it counts as in the probe's, which
    /// is safe: both being poor is what false matches come of.
    pub(crate) fn compare_with_template(
        &self,
        template: &Embedding,
        probe: &Comparable,
    ) -> Result<Comparison, IncomparableEmbeddings> {
        Ok(self.compared(cosine(template, &probe.embedding)?, probe.condition))
    }

    /// Compares frames of one recording, whatever their condition.
    pub(crate) fn compare_frames(
        &self,
        a: &Embedding,
        b: &Embedding,
    ) -> Result<Comparison, IncomparableEmbeddings> {
        Ok(self.compared(cosine(a, b)?, Condition::UNHINDERED))
    }

    fn compared(&self, cosine: Cosine, condition: Condition) -> Comparison {
        let (similarity, threshold) = (self.similarity(cosine, condition), self.threshold);
        Comparison { cosine, similarity, threshold, same: similarity >= threshold }
    }
}

/// By what is compared of them, whichever of the two is kept whole.
fn cosine(a: &Embedding, b: &Embedding) -> Result<Cosine, IncomparableEmbeddings> {
    projection().compared(a).cosine(&projection().compared(b))
}

#[cfg(test)]
mod tests {
    use faceward_models::calibration::similarity::similarity;

    use super::*;

    fn comparator() -> Comparator {
        Comparator::new(similarity().model(), Arc::clone(similarity()), Similarity(0.75))
            .expect("the calibrated model")
    }

    fn embedding(model: &ModelId, vector: &[f32]) -> Embedding {
        Embedding::normalised(model.clone(), vector.to_vec()).expect("a direction")
    }

    #[test]
    fn one_vector_is_the_same_and_its_opposite_is_not() {
        let model = similarity().model();
        let (a, b) = (embedding(model, &[0.6, 0.8]), embedding(model, &[-0.6, -0.8]));
        let same = comparator().compare_frames(&a, &a).expect("one model");
        assert!(same.same && same.similarity.0 >= 0.99, "{same:?}");
        let other = comparator().compare_frames(&a, &b).expect("one model");
        assert!(!other.same && other.similarity.0 < 0.5, "{other:?}");
    }

    #[test]
    fn the_verdict_turns_at_the_threshold() {
        let model = similarity().model();
        let least = similarity().least_cosine(Similarity(0.75)).expect("0.75 is on the map").0;
        let at = |cosine: f32| embedding(model, &[cosine, (1.0 - cosine * cosine).sqrt()]);
        let axis = embedding(model, &[1.0, 0.0]);
        assert!(comparator().compare_frames(&axis, &at(least + 1e-4)).expect("one model").same);
        assert!(!comparator().compare_frames(&axis, &at(least - 1e-4)).expect("one model").same);
    }

    #[test]
    fn poor_pairs_must_be_more_alike_whichever_comes_first() {
        let model = similarity().model();
        let least = similarity().least_cosine(Similarity(0.75)).expect("0.75 is on the map").0 + 0.01;
        let seen = |vector: &[f32], condition| Comparable { embedding: embedding(model, vector), condition };
        let poor = Condition { utility: usability().least_utility, occlusion: 1.0, shared: 0.0 };
        let pair = |condition| {
            [seen(&[1.0, 0.0], condition), seen(&[least, (1.0 - least * least).sqrt()], condition)]
        };
        let [a, b] = pair(Condition::UNHINDERED);
        assert!(comparator().compare(&a, &b).expect("one model").same);
        let [a, b] = pair(poor);
        let (there, back) = (comparator().compare(&a, &b), comparator().compare(&b, &a));
        assert_eq!(there, back);
        assert!(!there.expect("one model").same);
        assert!(!comparator().compare_with_template(&a.embedding, &b).expect("one model").same);
        assert!(comparator().compare(&a, &a).expect("one model").similarity.0 >= 0.99);
    }

    #[test]
    fn another_models_cosines_have_no_meaning_here() {
        assert!(
            Comparator::new(&ModelId::new("somebody-elses"), Arc::clone(similarity()), Similarity(0.75))
                .is_err()
        );
        let (a, b) = (embedding(similarity().model(), &[1.0]), embedding(&ModelId::new("m"), &[1.0]));
        assert!(comparator().compare_frames(&a, &b).is_err());
    }
}
