//! The steps whose models were loaded, and how each fills its part of a face.

use faceward_core::{Outcome, PixelRect};
use faceward_inference::InferenceError;

use crate::attributes::{AttributeNetworks, age_and_race};
use crate::deepfake::DeepfakeStep;
use crate::detection::Detection;
use crate::draft::FaceDraft;
use crate::embedding::{self, EmbeddingStep};
use crate::face::{FaceGeometry, StepError, attempt, derive};
use crate::image::RgbImage;
use crate::landmarks::{MeshStep, dense_points, head_pose};
use crate::liveness::LivenessStep;
use crate::networks::ModelSession;
use crate::options::EngineError;
use crate::photograph::PhotographStep;
use crate::quality::{self, FlareStep, QualityInput};
use crate::request::{Output, Request};
use crate::step::Step;

/// Where a mesh that has collapsed leaves nothing to derive from.
const NO_EXTENT: &str = "the mesh has no extent";

/// What every step of every face of a photo is told.
pub(crate) struct Scene<'a> {
    /// The photo in which the face stands upright.
    pub(crate) photo: &'a RgbImage,
    /// Boxes of all faces in it.
    pub(crate) detections: &'a [PixelRect],
    /// What was asked for.
    pub(crate) request: &'a Request,
    /// Whether anybody still waits for the analysis.
    pub(crate) wanted: &'a dyn Fn() -> bool,
}

/// The steps that have networks; `None` where one was not loaded.
pub(crate) struct FaceSteps {
    mesh: Option<MeshStep>,
    embedding: Option<EmbeddingStep>,
    photograph: Option<PhotographStep>,
    liveness: Option<LivenessStep>,
    deepfake: Option<DeepfakeStep>,
    flare: Option<FlareStep>,
    pub(crate) attributes: AttributeNetworks,
}

impl FaceSteps {
    /// With sessions of the declared models from `session`, which knows them by id.
    ///
    /// # Errors
    /// The runtime refuses another session.
    pub(crate) fn new(
        session: impl Fn(&'static str) -> Result<Option<ModelSession>, InferenceError>,
    ) -> Result<Self, EngineError> {
        let one = |step| Ok::<_, EngineError>(all::<1>(step, &session)?.map(|[session]| session));
        Ok(Self {
            mesh: one(Step::Landmarks)?.map(MeshStep::new),
            embedding: all(Step::Embedding, &session)?.map(EmbeddingStep::new),
            photograph: all(Step::Photograph, &session)?.map(PhotographStep::new),
            liveness: all(Step::Liveness, &session)?.map(LivenessStep::new),
            deepfake: all(Step::Deepfake, &session)?.map(DeepfakeStep::new),
            flare: one(Step::Flare)?.map(FlareStep::new),
            attributes: AttributeNetworks {
                eye: one(Step::Eyes)?,
                mouth: one(Step::Mouth)?,
                face: one(Step::FaceAttributes)?,
                embedding: one(Step::EmbeddingAttributes)?,
                blendshapes: one(Step::Expression)?,
                gender: one(Step::Gender)?,
            },
        })
    }

    /// Log-odds by the mesh network that a face stands upright at `face`; `None` without that network.
    ///
    /// # Errors
    /// The runtime failed.
    pub(crate) fn stands_upright(
        &mut self,
        photo: &RgbImage,
        face: &Detection,
    ) -> Result<Option<f32>, InferenceError> {
        let Some(mesh) = &mut self.mesh else { return Ok(None) };
        let geometry = FaceGeometry { rect: face.rect, points: face.points };
        match mesh.presence(photo, &geometry) {
            Ok(log_odds) => Ok(Some(log_odds)),
            // Where there is nothing to look at, nobody stands upright.
            Err(StepError::Photo(_)) => Ok(Some(f32::NEG_INFINITY)),
            Err(StepError::Inference(error)) => Err(error),
        }
    }

    /// Whether what was detected is the photographed face of a human.
    ///
    /// # Errors
    /// The runtime failed.
    pub(crate) fn photographed(
        &mut self,
        photo: &RgbImage,
        detection: &Detection,
    ) -> Result<Outcome<f32>, InferenceError> {
        let geometry = FaceGeometry { rect: detection.rect, points: detection.points };
        attempt(self.photograph.as_mut(), |step| step.run(photo, &geometry))
    }

    /// Runs `step` on `face`. A model that is not there makes a part `Unavailable`; a face that does not allow an answer
    /// makes it `Failed`.
    ///
    /// # Errors
    /// The runtime failed.
    pub(crate) fn run(
        &mut self,
        step: Step,
        scene: &Scene<'_>,
        face: &mut FaceDraft,
    ) -> Result<(), InferenceError> {
        let (photo, networks) = (scene.photo, &mut self.attributes);
        let (geometry, found) = (face.geometry, &mut face.analysis);
        match step {
            Step::Landmarks => {
                face.mesh = attempt(self.mesh.as_mut(), |step| step.run(photo, &geometry))?;
                found.mesh = face.mesh.as_ref().map(|mesh| mesh.points().to_vec());
                found.dense = derive(&face.mesh, dense_points, NO_EXTENT);
            }
            Step::Pose => {
                found.pose = derive(&face.mesh, |mesh| head_pose(mesh, &geometry.points), NO_EXTENT);
            }
            Step::Embedding => {
                let points = &embedding::points(&geometry.points, face.mesh.value());
                // The mirror image counts for templates only: nothing else reads it.
                let wanted = scene.request.outputs.contains(Output::Embedding);
                let mirrored = wanted && scene.request.mirrored_embedding;
                face.recognised = attempt(self.embedding.as_mut(), |step| step.run(photo, points, mirrored))?;
                found.embedding = face.recognised.as_ref().map(|recognised| recognised.embedding.clone());
            }
            Step::Photograph => {
                found.photographed = attempt(self.photograph.as_mut(), |step| step.run(photo, &geometry))?;
            }
            Step::Liveness => {
                found.liveness = attempt(self.liveness.as_mut(), |step| step.run(photo, &geometry))?;
            }
            Step::Deepfake => {
                found.genuine = attempt(self.deepfake.as_mut(), |step| step.run(photo, &geometry))?;
            }
            Step::Eyes => {
                let [left, right] = networks.eyes(photo, &face.mesh);
                (found.attributes.left_eye_open, found.attributes.right_eye_open) = (left?, right?);
            }
            Step::Mouth => found.attributes.mouth_open = networks.mouth(photo, &face.mesh)?,
            Step::FaceAttributes => {
                face.seen = networks.face(photo, &geometry.points)?;
                found.attributes.masked = face.seen.as_ref().map(|seen| seen.masked);
                found.attributes.occluded = face.seen.as_ref().map(|seen| seen.occluded);
            }
            Step::EmbeddingAttributes => {
                let straight = face.recognised.as_ref().map(|recognised| recognised.straight.clone());
                face.embedded = networks.embedding(&straight)?;
            }
            Step::Expression => {
                let both = face.impressions();
                face.analysis.attributes.neutral = networks.neutral(&face.mesh, &geometry.points, both)?;
            }
            Step::Gender => {
                let both = face.impressions();
                face.analysis.attributes.male = networks.male(photo, &face.mesh, both)?;
            }
            Step::AgeAndRace => {
                let (age, race) = age_and_race(&face.impressions());
                (face.analysis.attributes.age, face.analysis.attributes.race) = (age, race);
            }
            Step::Flare => {
                face.flare = attempt(self.flare.as_mut(), |step| step.run(photo, &geometry))?;
            }
            Step::Quality => measure(scene, face),
        }
        Ok(())
    }
}

/// Fills quality measures and components.
fn measure(scene: &Scene<'_>, face: &mut FaceDraft) {
    let outputs = scene.request.outputs;
    let measured = quality::measure(
        &QualityInput {
            photo: scene.photo,
            mesh: &face.mesh,
            points: &face.geometry.points,
            pose: &face.analysis.pose,
            attributes: &face.analysis.attributes,
            detections: scene.detections,
            flare: &face.flare,
            utility: &face.recognised.as_ref().map(|recognised| recognised.utility),
        },
        outputs,
    );
    face.analysis.quality = measured.values;
    face.analysis.components = measured.components;
}

/// Sessions of all models of `step`; `None` if one of them was not loaded.
fn all<const N: usize>(
    step: Step,
    session: impl Fn(&'static str) -> Result<Option<ModelSession>, InferenceError>,
) -> Result<Option<[ModelSession; N]>, EngineError> {
    let models = step.declaration().models;
    if models.len() != N {
        let problem = format!("step {step:?} declares {} models and takes {N}", models.len());
        return Err(EngineError::Models(vec![problem]));
    }
    let sessions: Option<Vec<ModelSession>> =
        models.iter().map(|model| session(model)).collect::<Result<_, _>>()?;
    Ok(sessions.and_then(|sessions| sessions.try_into().ok()))
}
