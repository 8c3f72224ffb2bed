//! A face as a vector that tells persons apart: two networks on one aligned chip, fused.

mod fusion;

use faceward_core::{Embedding, FivePoints, ModelId};
use faceward_models::calibration::embedding::embedding;

use crate::alignment;
use crate::face::StepError;
use crate::image::Upright;
use crate::networks::ModelSession;
use fusion::{Accumulator, fuse};

/// Ids of the networks in the manifest, in the order of the fused vector.
pub(crate) const MODELS: [&str; 2] = ["sface-2021dec", "fr-feature"];

/// The id that fused embeddings carry.
pub(crate) fn model_id() -> &'static ModelId {
    embedding().model()
}

/// Computes embeddings.
pub(crate) struct EmbeddingStep {
    networks: [ModelSession; 2],
}

impl EmbeddingStep {
    /// From sessions of [`MODELS`], in that order.
    pub(crate) const fn new(networks: [ModelSession; 2]) -> Self {
        Self { networks }
    }

    /// The embedding of the face whose five points are given. `mirrored`: of the face and its mirror image together.
    ///
    /// # Errors
    /// The points have no extent, or a network fails.
    pub(crate) fn run(
        &mut self,
        photo: &Upright,
        points: &FivePoints,
        mirrored: bool,
    ) -> Result<Embedding, StepError> {
        let chip = alignment::chip(photo, points)
            .ok_or_else(|| StepError::Photo("the five points of the face coincide".to_owned()))?;
        let mirror_image = mirrored.then(|| chip.mirrored());
        let mut parts = [Vec::new(), Vec::new()];
        for (network, part) in self.networks.iter_mut().zip(&mut parts) {
            let mut sum = Accumulator::default();
            for view in std::iter::once(&chip).chain(&mirror_image) {
                for output in network.run_image(view)?.into_iter().take(1) {
                    sum.add(&output.data);
                }
            }
            *part = sum.direction();
        }
        let fused = fuse([&parts[0], &parts[1]], embedding())
            .ok_or_else(|| StepError::Photo("the networks gave no usable embedding".to_owned()))?;
        Embedding::normalised(model_id().clone(), fused)
            .ok_or_else(|| StepError::Photo("the networks gave an embedding without direction".to_owned()))
    }
}
