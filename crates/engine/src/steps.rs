//! The steps whose models were loaded, and how each fills its part of a face.

use faceward_core::PixelRect;
use faceward_inference::InferenceError;

use crate::attributes::{AttributeNetworks, age_and_race};
use crate::detection::Detection;
use crate::draft::FaceDraft;
use crate::embedding::{self, EmbeddingStep};
use crate::face::{StepError, attempt, derive};
use crate::image::RgbImage;
use crate::landmarks::{MeshStep, dense_points, head_pose};
use crate::meanwhile::Meanwhile;
use crate::networks::ModelSession;
use crate::options::EngineError;
use crate::quality::{self, FlareStep, QualityInput};
use crate::request::{Output, Request};
use crate::sessions::all;
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
    /// Whom it is for.
    pub(crate) meanwhile: Meanwhile<'a>,
}

/// The steps that have networks, but for those of the picture; `None` where one was not loaded.
pub(crate) struct FaceSteps {
    mesh: Option<MeshStep>,
    embedding: Option<EmbeddingStep>,
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
        match mesh.presence(photo, &face.geometry()) {
            Ok(log_odds) => Ok(Some(log_odds)),
            // Where there is nothing to look at, nobody stands upright.
            Err(StepError::Photo(_)) => Ok(Some(f32::NEG_INFINITY)),
            Err(StepError::Inference(error)) => Err(error),
        }
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
            // Those run apart, perhaps beside these.
            Step::Picture(_) => {}
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
