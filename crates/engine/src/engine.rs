//! The shared half: loaded networks and what they are able to answer.

use std::sync::Arc;

use faceward_core::ModelId;
use faceward_inference::{InferenceError, RuntimeKind};
use faceward_models::Store;

use crate::attributes::{self, AttributesStep};
use crate::capture::{self, FlareStep};
use crate::deepfake::{self, DeepfakeStep};
use crate::detection::{self, Detector};
use crate::embedding::{self, EmbeddingStep};
use crate::image::{DecodeError, Limits};
use crate::landmarks::{self, MeshStep};
use crate::liveness::{self, LivenessStep};
use crate::networks::{ModelSession, NetworkClock, NetworkKey, Networks};
use crate::request::Outputs;
use crate::run::Worker;
use crate::steps::FaceSteps;

/// How an [`Engine`] is loaded.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Which runtime computes.
    pub runtime: RuntimeKind,
    /// What a photo may cost.
    pub limits: Limits,
    /// Ids of models that are not loaded; what depends on them is [`faceward_core::Outcome::Unavailable`].
    pub disabled: Vec<String>,
}

/// What an engine is able to answer and what it computes with.
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// Outputs that have their models. One that is false comes back as [`faceward_core::Outcome::Unavailable`].
    pub outputs: Outputs,
    /// Every network that was loaded.
    pub models: Vec<LoadedModel>,
    /// The id that embeddings carry; `None` without models for them.
    pub embedding_model: Option<ModelId>,
    /// Which runtime computes.
    pub runtime: RuntimeKind,
    /// Its version text.
    pub runtime_version: String,
}

/// A network that was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedModel {
    /// Its id in the manifest.
    pub id: ModelId,
    /// Whether the compiled-model cache had it, where the runtime can tell.
    pub from_cache: Option<bool>,
}

/// Why an engine cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Model files or their contracts are not as declared; all problems at once.
    #[error("the models cannot be used:\n{}", .0.join("\n"))]
    Models(Vec<String>),
    /// The runtime failed.
    #[error(transparent)]
    Inference(#[from] InferenceError),
}

/// Why a photo was not analysed. No face is not an error.
#[derive(Debug, thiserror::Error)]
pub enum AnalyzeError {
    /// The bytes are no acceptable photo: the caller's fault.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A network failed: ours.
    #[error(transparent)]
    Inference(#[from] InferenceError),
}

/// Compiled networks, shared by all workers. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    networks: Networks,
    limits: Limits,
    capabilities: Arc<Capabilities>,
}

impl Engine {
    /// Compiles every enabled model of the manifest, checks it against its declaration and warms it up.
    ///
    /// # Errors
    /// A file is missing or not as declared (all such problems are listed), or the runtime fails.
    pub fn load(store: &Store, options: &EngineOptions) -> Result<Self, EngineError> {
        let networks = Networks::load(store, options)?;
        let capabilities = Arc::new(Capabilities::of(&networks));
        Ok(Self { networks, limits: options.limits, capabilities })
    }

    /// What the engine is able to answer.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// A worker for one thread, with sessions of its own.
    ///
    /// # Errors
    /// The runtime refuses another session.
    pub fn worker(&self) -> Result<Worker, EngineError> {
        let clock = NetworkClock::default();
        let session = |model| self.networks.session(NetworkKey::fixed(model), &clock);
        let [close, overview, fine] = detection::SIDES
            .map(|side| self.networks.session(NetworkKey::square(detection::MODEL, side), &clock));
        let (Some(close), Some(overview), Some(fine)) = (close?, overview?, fine?) else {
            return Err(EngineError::Models(vec![format!("{}: nothing works without it", detection::MODEL)]));
        };
        let embedding = all(embedding::MODELS.map(session))?;
        let liveness = all(liveness::MODELS.map(session))?;
        let deepfake = all(deepfake::MODELS.map(session))?;
        let steps = FaceSteps {
            mesh: session(landmarks::MODEL)?.map(MeshStep::new),
            embedding: embedding.map(EmbeddingStep::new),
            liveness: liveness.map(LivenessStep::new),
            deepfake: deepfake.map(DeepfakeStep::new),
            attributes: AttributesStep {
                face: session(attributes::FACE_MODEL)?,
                embedding: session(attributes::EMBEDDING_MODEL)?,
                eye: session(attributes::EYE_MODEL)?,
                mouth: session(attributes::MOUTH_MODEL)?,
                blendshapes: session(attributes::BLENDSHAPES_MODEL)?,
                gender: session(attributes::GENDER_MODEL)?,
            },
            flare: session(capture::FLARE_MODEL)?.map(FlareStep::new),
        };
        Ok(Worker::new(self.limits, Detector { close, overview, fine }, steps, clock))
    }
}

/// All sessions of a step that needs every one of them; `None` if one is not enabled.
fn all<const N: usize>(
    sessions: [Result<Option<ModelSession>, InferenceError>; N],
) -> Result<Option<[ModelSession; N]>, InferenceError> {
    let enabled: Option<Vec<ModelSession>> = sessions.into_iter().collect::<Result<_, _>>()?;
    Ok(enabled.and_then(|sessions| sessions.try_into().ok()))
}

impl Capabilities {
    fn of(networks: &Networks) -> Self {
        let has = |model| networks.has(NetworkKey::fixed(model));
        let (mesh, embedding) = (has(landmarks::MODEL), embedding::MODELS.into_iter().all(has));
        let outputs = Outputs {
            dense_landmarks: mesh,
            pose: mesh,
            embedding,
            liveness: liveness::MODELS.into_iter().all(has),
            deepfake: deepfake::MODELS.into_iter().all(has),
            attributes: mesh,
            quality: true,
        };
        let mut models: Vec<LoadedModel> = Vec::new();
        for (key, from_cache) in networks.list() {
            let id = ModelId::new(key.model);
            match models.iter_mut().find(|model| model.id == id) {
                // One model at several sides came from the cache if all of them did.
                Some(model) => model.from_cache = model.from_cache.zip(from_cache).map(|(a, b)| a && b),
                None => models.push(LoadedModel { id, from_cache }),
            }
        }
        Self {
            outputs,
            models,
            embedding_model: embedding.then(|| embedding::model_id().clone()),
            runtime: networks.runtime().kind(),
            runtime_version: networks.runtime().version().to_owned(),
        }
    }
}
