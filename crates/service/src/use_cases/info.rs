//! Info: what this service runs with, and what it cannot answer and why.

use std::collections::BTreeMap;
use std::sync::Arc;

use faceward_core::{AppId, Cosine, ModelId, Precision};
use faceward_engine::{LoadedModel, Outputs};
use faceward_models::calibration::evidence::{Evidence, evidence};
use faceward_models::calibration::similarity::SimilarityCalibration;
use faceward_models::calibration::thresholds::Thresholds;
use faceward_models::{Manifest, ModelDecl};
use faceward_store::Searching;

use crate::error::ServiceError;
use crate::ruled::Ruled;
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
    /// Who searches for faces, and by what.
    pub searching: Searching,
    /// Every model in use.
    pub models: Vec<ModelInfo>,
    /// The model, or fusion of models, that makes embeddings.
    pub embedding_model: ModelId,
    /// From its cosine to similarity, with what that was fitted on.
    pub similarity: Arc<SimilarityCalibration>,
    /// Least cosine of one and the same person; `None`: no cosine reaches the threshold.
    pub least_cosine: Option<Cosine>,
    /// The thresholds in force.
    pub thresholds: Thresholds,
    /// What is known about verdicts, by the name of their threshold; `photographed` has a fixed one.
    pub evidence: BTreeMap<&'static str, Evidence>,
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
    /// The precision in which it computes.
    pub precision: Precision,
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

impl Service {
    /// What this service runs with.
    #[must_use]
    pub fn info(&self) -> Info {
        self.ruled_by_the_server().described(self.stores().searching)
    }

    /// The same under the terms of `app`.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub async fn info_of(&self, app: &AppId) -> Result<Info, ServiceError> {
        Ok(self.ruled(Some(app)).await?.described(self.stores().searching))
    }
}

impl Ruled {
    fn described(&self, searching: Searching) -> Info {
        let capabilities = self.capabilities();
        let comparator = self.comparator();
        let settings = self.settings();
        Info {
            version: env!("CARGO_PKG_VERSION"),
            runtime: capabilities.runtime.as_str(),
            runtime_version: capabilities.runtime_version.clone(),
            searching,
            models: capabilities.models.iter().map(model_info).collect(),
            embedding_model: comparator.calibration().model().clone(),
            similarity: Arc::clone(comparator.calibration()),
            least_cosine: comparator.calibration().least_cosine(comparator.threshold()),
            thresholds: settings.thresholds.clone(),
            evidence: evidence(comparator.calibration()),
            faces: settings.faces,
            demography: settings.demography,
            unavailable: self.unavailable(),
        }
    }

    /// What the engine has no model for, and what the operator switched off, for all or for the app.
    fn unavailable(&self) -> Vec<Unavailable> {
        let (available, withheld) = (self.available(), self.settings().demography.withheld());
        let absent = Outputs::ALL.without(available).and(withheld);
        let entries = absent.iter().flat_map(|output| {
            let reason = if withheld.contains(output) {
                UnavailableReason::SwitchedOff
            } else {
                UnavailableReason::NoModel
            };
            output.values().into_iter().map(move |value| Unavailable { value, reason })
        });
        entries.collect()
    }
}

fn model_info(model: &LoadedModel) -> ModelInfo {
    let LoadedModel { id, from_cache, precision } = model;
    let declaration = Manifest::embedded().model(id.as_str());
    ModelInfo { id: id.clone(), declaration, from_cache: *from_cache, precision: *precision }
}
