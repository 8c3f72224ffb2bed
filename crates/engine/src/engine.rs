//! The shared half: loaded networks and what they are able to answer.

use std::sync::Arc;

use faceward_core::ModelId;
use faceward_inference::{Precision, RuntimeKind};
use faceward_models::Store;

use crate::detection::{self, Detector};
use crate::embedding;
use crate::image::Limits;
use crate::networks::{NetworkKey, Networks};
use crate::options::{EngineError, EngineOptions, OnCompiled};
use crate::picture::PictureSteps;
use crate::plan::Planner;
use crate::request::{Output, Outputs};
use crate::run::{Clocks, Worker};
use crate::steps::FaceSteps;

/// What an engine is able to answer and what it computes with.
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// Outputs that have their models. Any other comes back as [`faceward_core::Outcome::Unavailable`].
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
    /// The precision in which it computes.
    pub precision: Precision,
}

/// Compiled networks, shared by all workers. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    networks: Networks,
    limits: Limits,
    planner: Planner,
    capabilities: Arc<Capabilities>,
}

impl Engine {
    /// Compiles every enabled model of the manifest, checks it against its declaration and warms it up.
    ///
    /// # Errors
    /// A file is missing or not as declared (all such problems are listed), or the runtime fails.
    pub fn load(store: &Store, options: &EngineOptions) -> Result<Self, EngineError> {
        Self::load_telling(store, options, &|_, _| {})
    }

    /// The same; tells `on_compiled` how far it is.
    ///
    /// # Errors
    /// Those of [`Self::load`].
    pub fn load_telling(
        store: &Store,
        options: &EngineOptions,
        on_compiled: OnCompiled<'_>,
    ) -> Result<Self, EngineError> {
        let networks = Networks::load(store, options, &detection::SIDES, on_compiled)?;
        let planner = Planner::new(|model| networks.has(model));
        let capabilities = Arc::new(Capabilities::of(&networks, planner.available()));
        Ok(Self { networks, limits: options.limits, planner, capabilities })
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
        let clocks = Clocks::default();
        let [close, overview, fine] = detection::SIDES
            .map(|side| self.networks.session(NetworkKey::square(detection::MODEL, side), &clocks.face));
        let (Some(close), Some(overview), Some(fine)) = (close?, overview?, fine?) else {
            return Err(EngineError::Models(vec![format!("{}: nothing works without it", detection::MODEL)]));
        };
        let steps = FaceSteps::new(|model| self.networks.session(NetworkKey::fixed(model), &clocks.face))?;
        let picture =
            PictureSteps::new(|model| self.networks.session(NetworkKey::fixed(model), &clocks.picture))?;
        let detector = Detector { close, overview, fine };
        Ok(Worker::new((self.limits, self.planner.clone()), detector, (steps, picture), clocks))
    }
}

impl Capabilities {
    fn of(networks: &Networks, outputs: Outputs) -> Self {
        let mut models: Vec<LoadedModel> = Vec::new();
        for (key, network) in networks.list() {
            let (from_cache, precision) = (network.loaded_from_cache(), network.precision());
            let id = ModelId::new(key.model);
            match models.iter_mut().find(|model| model.id == id) {
                // One model at several sides came from the cache if all of them did.
                Some(model) => model.from_cache = model.from_cache.zip(from_cache).map(|(a, b)| a && b),
                None => models.push(LoadedModel { id, from_cache, precision }),
            }
        }
        Self {
            outputs,
            models,
            embedding_model: outputs.contains(Output::Embedding).then(|| embedding::model_id().clone()),
            runtime: networks.runtime().kind(),
            runtime_version: networks.runtime().version().to_owned(),
        }
    }
}
