//! Info: what this service runs with, and what it cannot answer and why.

use faceward_core::{Cosine, ModelId};
use faceward_engine::LoadedModel;
use faceward_models::calibration::similarity::SimilarityCalibration;
use faceward_models::calibration::thresholds::Thresholds;
use faceward_models::{Manifest, ModelDecl};

use crate::service::Service;
use crate::settings::{Demography, FaceRules};

/// What a service runs with.
#[derive(Clone, Debug)]
pub struct Info {
    /// Version of Faceward.
    pub version: &'static str,
    /// The runtime that computes, by its name.
    pub runtime: &'static str,
    /// Version text of the runtime.
    pub runtime_version: String,
    /// Every model in use.
    pub models: Vec<ModelInfo>,
    /// The model, or fusion of models, that makes embeddings.
    pub embedding_model: ModelId,
    /// From its cosine to similarity, with what that was fitted on.
    pub similarity: &'static SimilarityCalibration,
    /// Least cosine of one and the same person; `None`: no cosine reaches the threshold.
    pub least_cosine: Option<Cosine>,
    /// The thresholds in force.
    pub thresholds: Thresholds,
    /// The rules about the number and size of faces.
    pub faces: FaceRules,
    /// Which guesses about the subject are made.
    pub demography: Demography,
    /// What is answered with nothing, and why.
    pub unavailable: Vec<Unavailable>,
}

/// A model in use.
#[derive(Clone, Debug)]
pub struct ModelInfo {
    /// Its id in the manifest.
    pub id: ModelId,
    /// Its declaration: task, licence, origin, measured accuracy.
    pub declaration: Option<&'static ModelDecl>,
    /// Whether its compiled form came from the cache, where the runtime can tell.
    pub from_cache: Option<bool>,
}

/// A value that no answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unavailable {
    /// Its stable `snake_case` name.
    pub value: &'static str,
    /// Why.
    pub reason: UnavailableReason,
}

/// Why a value is unavailable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnavailableReason {
    /// This version has no model for it, or the model is not enabled.
    NoModel,
    /// The operator switched it off.
    SwitchedOff,
}

/// What a value needs: a set of models, all of them.
type Needs = &'static [&'static str];

const MESH: Needs = &["face-mesh-478"];
const EYES: Needs = &["face-mesh-478", "eye-state-1"];
// A service never runs without the recognition networks: what needs an embedding does not name them.
const EXPRESSION: Needs =
    &["face-mesh-478", "face-blendshapes", "face-attributes-1", "embedding-attributes-1"];
const GENDER: Needs = &["face-mesh-478", "gender-v1", "face-attributes-1", "embedding-attributes-1"];
const IMPRESSION: Needs = &["face-attributes-1", "embedding-attributes-1"];
const FACE: Needs = &["face-attributes-1"];

/// The values that have models, and which. Tests on a real photo, with and without models, hold this to the truth.
const WITH_MODEL: [(&str, Needs); 24] = [
    ("dense_landmarks", MESH),
    ("pose", MESH),
    ("liveness", &["fr-liveness", "minifasnet-2.7", "faceward-liveness-1"]),
    ("deepfake", &["faceward-deepfake-1", "faceward-swap-1"]),
    ("uniformity", MESH),
    ("exposure", MESH),
    ("contrast", MESH),
    ("blur", MESH),
    ("macroblocks", MESH),
    ("emotion", EXPRESSION),
    ("left_eye_closed", EYES),
    ("right_eye_closed", EYES),
    ("left_eye_open", EYES),
    ("right_eye_open", EYES),
    ("mouth_open", &["face-mesh-478", "mouth-state-1"]),
    ("neutral", EXPRESSION),
    ("gender", GENDER),
    ("age", IMPRESSION),
    ("race", IMPRESSION),
    ("masked", FACE),
    ("occlusion", FACE),
    ("flare", &["flare-1"]),
    ("distortion", MESH),
    ("crfiqa", &["sface-2021dec", "fr-feature"]),
];

impl Service {
    /// What this service runs with.
    #[must_use]
    pub fn info(&self) -> Info {
        let capabilities = self.capabilities();
        let comparator = self.comparator();
        let settings = self.settings();
        Info {
            version: env!("CARGO_PKG_VERSION"),
            runtime: capabilities.runtime.as_str(),
            runtime_version: capabilities.runtime_version.clone(),
            models: capabilities.models.iter().map(model_info).collect(),
            embedding_model: comparator.calibration().model().clone(),
            similarity: comparator.calibration(),
            least_cosine: comparator.calibration().least_cosine(comparator.threshold()),
            thresholds: settings.thresholds.clone(),
            faces: settings.faces,
            demography: settings.demography,
            unavailable: self.unavailable(),
        }
    }

    fn unavailable(&self) -> Vec<Unavailable> {
        let models = &self.capabilities().models;
        let enabled = |id: &str| models.iter().any(|model| model.id.as_str() == id);
        let not_enabled = WITH_MODEL.iter().filter(|(_, needs)| !needs.iter().all(|id| enabled(id)));
        let without_model = not_enabled.map(|(value, _)| *value);

        let Demography { enabled: any, race } = self.settings().demography;
        let switches = [("gender", any), ("age", any), ("race", any && race)];
        let off = |value: &str| switches.contains(&(value, false));
        let without_model = without_model.filter(|value| !off(value));
        let switched_off = switches.iter().filter(|(_, on)| !on).map(|(value, _)| *value);

        let without_model = without_model.map(|value| (value, UnavailableReason::NoModel));
        let switched_off = switched_off.map(|value| (value, UnavailableReason::SwitchedOff));
        without_model.chain(switched_off).map(|(value, reason)| Unavailable { value, reason }).collect()
    }
}

fn model_info(model: &LoadedModel) -> ModelInfo {
    let LoadedModel { id, from_cache } = model;
    let declaration = Manifest::embedded().model(id.as_str());
    ModelInfo { id: id.clone(), declaration, from_cache: *from_cache }
}
