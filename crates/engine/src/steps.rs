//! The steps of one face: each fills its part of the analysis, or says why it stays empty.
//!
//! A model that is not there makes a part `Unavailable`; a face that does not allow an answer makes it `Failed`; a
//! runtime that fails stops the analysis.

use faceward_core::{Outcome, PixelRect};
use faceward_inference::InferenceError;

use crate::analysis::{Attributes, FaceAnalysis};
use crate::attributes::AttributesStep;
use crate::capture::{FlareStep, distortion};
use crate::deepfake::DeepfakeStep;
use crate::detection::Detection;
use crate::embedding::{self, EmbeddingStep};
use crate::face::{FaceGeometry, StepError};
use crate::image::RgbImage;
use crate::landmarks::{FaceMesh, MeshStep, dense_points, head_pose};
use crate::liveness::LivenessStep;
use crate::plan::Step;
use crate::quality::{Quality, QualityInput};
use crate::request::{Outputs, Request};

/// What every step of every face of a photo is told.
pub(crate) struct Scene<'a> {
    /// The photo in which the face stands upright.
    pub(crate) photo: &'a RgbImage,
    /// Boxes of all faces in it.
    pub(crate) detections: &'a [PixelRect],
    /// What was asked for.
    pub(crate) request: &'a Request,
}

/// The steps whose models were loaded.
pub(crate) struct FaceSteps {
    pub(crate) mesh: Option<MeshStep>,
    pub(crate) embedding: Option<EmbeddingStep>,
    pub(crate) liveness: Option<LivenessStep>,
    pub(crate) deepfake: Option<DeepfakeStep>,
    pub(crate) attributes: AttributesStep,
    pub(crate) flare: Option<FlareStep>,
}

/// A face on its way through the steps.
pub(crate) struct FaceDraft {
    geometry: FaceGeometry,
    mesh: Outcome<FaceMesh>,
    utility: Outcome<f32>,
    analysis: FaceAnalysis,
}

impl FaceSteps {
    /// A face of which only the detection is known.
    pub(crate) const fn begin(&self, detection: &Detection) -> FaceDraft {
        FaceDraft {
            geometry: FaceGeometry { rect: detection.rect, points: detection.points },
            mesh: Outcome::NotRequested,
            utility: Outcome::NotRequested,
            analysis: FaceAnalysis {
                rect: detection.rect,
                confidence: detection.score,
                points: detection.points,
                mesh: Outcome::NotRequested,
                dense: Outcome::NotRequested,
                pose: Outcome::NotRequested,
                embedding: Outcome::NotRequested,
                liveness: Outcome::NotRequested,
                deepfake: Outcome::NotRequested,
                attributes: Attributes::NOT_REQUESTED,
                quality: Outcome::NotRequested,
            },
        }
    }

    /// Runs `step` on `face`.
    ///
    /// # Errors
    /// The runtime failed.
    pub(crate) fn run(
        &mut self,
        step: Step,
        scene: &Scene<'_>,
        face: &mut FaceDraft,
    ) -> Result<(), InferenceError> {
        let FaceDraft { geometry, mesh, utility, analysis } = face;
        match step {
            Step::Landmarks => {
                *mesh = attempt(&mut self.mesh, |step| step.run(scene.photo, geometry))?;
                analysis.mesh = mesh.as_ref().map(|mesh| mesh.points().to_vec());
                analysis.dense = derive(mesh, dense_points, "the mesh has no extent");
            }
            Step::Pose => {
                let pose = |mesh: &FaceMesh| head_pose(mesh, &geometry.points);
                analysis.pose = derive(mesh, pose, "the mesh has no extent");
            }
            Step::Embedding => {
                let mirrored = scene.request.mirrored_embedding;
                let points = &embedding::points(&geometry.points, mesh.value());
                let found = attempt(&mut self.embedding, |step| step.run(scene.photo, points, mirrored))?;
                *utility = found.as_ref().map(|found| found.utility);
                analysis.embedding = found.map(|found| found.embedding);
            }
            Step::Liveness => {
                analysis.liveness = attempt(&mut self.liveness, |step| step.run(scene.photo, geometry))?;
            }
            Step::Deepfake => {
                analysis.deepfake = attempt(&mut self.deepfake, |step| step.run(scene.photo, geometry))?;
            }
            Step::Attributes => {
                analysis.attributes =
                    self.attributes.run(scene.photo, geometry, mesh, &analysis.embedding)?;
            }
            Step::Quality => {
                let flare = attempt(&mut self.flare, |step| step.run(scene.photo, geometry))?;
                let bent = |mesh: &FaceMesh| distortion(mesh, &geometry.points);
                analysis.quality = Outcome::Value(Quality::measure(&QualityInput {
                    photo: scene.photo,
                    mesh: &analysis.mesh,
                    pose: &analysis.pose,
                    attributes: &analysis.attributes,
                    detections: scene.detections,
                    flare: &flare,
                    distortion: &derive(mesh, bent, "the mesh has no extent"),
                    utility,
                }));
            }
        }
        Ok(())
    }
}

impl FaceDraft {
    /// The finished face, without what only other steps needed.
    pub(crate) fn finish(self, outputs: Outputs) -> FaceAnalysis {
        let mut analysis = self.analysis;
        if !Step::Landmarks.gives(outputs) {
            analysis.mesh = Outcome::NotRequested;
            analysis.dense = Outcome::NotRequested;
        }
        if !Step::Pose.gives(outputs) {
            analysis.pose = Outcome::NotRequested;
        }
        if !Step::Embedding.gives(outputs) {
            analysis.embedding = Outcome::NotRequested;
        }
        if !Step::Attributes.gives(outputs) {
            analysis.attributes = Attributes::NOT_REQUESTED;
        }
        analysis
    }
}

/// What `work` makes with the step, if its models are there.
fn attempt<S, T>(
    step: &mut Option<S>,
    work: impl FnOnce(&mut S) -> Result<T, StepError>,
) -> Result<Outcome<T>, InferenceError> {
    match step.as_mut().map(work) {
        None => Ok(Outcome::Unavailable),
        Some(Ok(value)) => Ok(Outcome::Value(value)),
        Some(Err(StepError::Photo(reason))) => Ok(Outcome::Failed(reason)),
        Some(Err(StepError::Inference(error))) => Err(error),
    }
}

/// What `work` makes of `source`; where it makes nothing, `Failed` for `reason`; without a source, why there is none.
fn derive<S, T>(source: &Outcome<S>, work: impl FnOnce(&S) -> Option<T>, reason: &str) -> Outcome<T> {
    match source {
        Outcome::Value(source) => {
            work(source).map_or_else(|| Outcome::Failed(reason.to_owned()), Outcome::Value)
        }
        Outcome::NotRequested => Outcome::NotRequested,
        Outcome::Unavailable => Outcome::Unavailable,
        Outcome::Failed(reason) => Outcome::Failed(reason.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_having_no_value_stays_apart() {
        let run = |step: Option<u8>, result: fn(u8) -> Result<u8, StepError>| {
            attempt(&mut step.clone(), |step| result(*step))
        };
        assert_eq!(run(None, Ok).expect("no runtime error"), Outcome::Unavailable);
        assert_eq!(run(Some(3), Ok).expect("no runtime error"), Outcome::Value(3));
        let refuse = |_| Err(StepError::Photo("too dark".to_owned()));
        assert_eq!(run(Some(3), refuse).expect("no runtime error"), Outcome::Failed("too dark".to_owned()));
    }

    #[test]
    fn a_derived_value_is_absent_for_the_reason_of_its_source() {
        let none = |_: &u8| None::<u8>;
        assert_eq!(derive(&Outcome::Value(2_u8), |v| Some(v + 1), "no"), Outcome::Value(3));
        assert_eq!(derive(&Outcome::Value(2_u8), none, "no"), Outcome::Failed("no".to_owned()));
        assert_eq!(derive(&Outcome::Unavailable, none, "no"), Outcome::Unavailable);
        assert_eq!(derive(&Outcome::Failed("x".to_owned()), none, "no"), Outcome::Failed("x".to_owned()));
    }
}
