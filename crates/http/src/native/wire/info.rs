//! What a server runs with, in the JSON of `/v1`.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What this server runs with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Info {
    /// Id of this request.
    pub(crate) transaction_id: Uuid,
    /// Version of Faceward.
    pub(crate) version: &'static str,
    /// What computes.
    pub(crate) runtime: Runtime,
    /// How faces are searched.
    pub(crate) search: Search,
    /// Every model in use.
    pub(crate) models: Vec<Model>,
    /// From cosine to similarity.
    pub(crate) similarity: Similarity,
    /// When each score is `fine`, by its name; and when a face shows a movement, in degrees or as a probability.
    pub(crate) thresholds: BTreeMap<&'static str, Rule>,
    /// What is known about verdicts, by the name of their threshold; and about `photographed`, which has a fixed one.
    pub(crate) evidence: BTreeMap<&'static str, Evidence>,
    /// Which faces count.
    pub(crate) faces: FaceRules,
    /// Which guesses about the subject are made.
    pub(crate) demography: Demography,
    /// Values that are `null` in every answer, or 501 where a check was asked for.
    pub(crate) unavailable: Vec<Unavailable>,
}

/// An inference runtime.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Runtime {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its version.
    pub(crate) version: String,
}

/// How faces are searched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Search {
    /// Where vectors are looked through: `memory` of this server, `sql` (the database) or `milvus`.
    pub(crate) place: &'static str,
    /// `exact`: nobody is missed; `hnsw`: an index that may miss some.
    pub(crate) index: &'static str,
}

/// A model in use.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Model {
    /// Its id.
    pub(crate) id: String,
    /// Published architecture.
    #[schema(required)]
    pub(crate) family: Option<&'static str>,
    /// Licence of the weights, as far as their publisher states one.
    #[schema(required)]
    pub(crate) license: Option<&'static str>,
    /// Who made the weights, and who carries them.
    #[schema(required)]
    pub(crate) origin: Option<&'static str>,
    /// What was measured of it.
    #[schema(required)]
    pub(crate) accuracy: Option<&'static str>,
    /// Whether its compiled form came from the cache; `null` where the runtime cannot tell.
    #[schema(required)]
    pub(crate) from_cache: Option<bool>,
    /// In which numbers it computes: `f32` or `bf16`.
    pub(crate) precision: &'static str,
}

/// From cosine to similarity.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Similarity {
    /// The model, or fusion of models, that makes embeddings.
    pub(crate) model: String,
    /// Least similarity of one and the same person.
    pub(crate) threshold: f32,
    /// The cosine of that similarity; `null` if no cosine reaches it.
    #[schema(required)]
    pub(crate) least_cosine: Option<f32>,
    /// What the map was fitted on.
    pub(crate) calibration: Calibration,
}

/// What a map was fitted on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Calibration {
    /// The photos.
    pub(crate) data: String,
    /// How many of them gave an embedding.
    pub(crate) photos: u64,
    /// How many persons they show.
    pub(crate) persons: u32,
    /// Genuine pairs compared.
    pub(crate) genuine_pairs: u64,
    /// Impostor pairs compared.
    pub(crate) impostor_pairs: u64,
    /// Day of the measurement.
    pub(crate) date: String,
    /// The map; straight between knots.
    pub(crate) knots: Vec<Knot>,
    /// The false match rates behind the knots.
    pub(crate) operating_points: Vec<OperatingPoint>,
}

/// A point of the map.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Knot {
    /// -1 to 1.
    pub(crate) cosine: f64,
    /// 0 to 1.
    pub(crate) similarity: f64,
}

/// What is known about a knot.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperatingPoint {
    /// Share of impostor pairs at or above the cosine.
    pub(crate) fmr: f64,
    /// Share of genuine pairs below the cosine; `null` where the cosine is extrapolated.
    #[schema(required)]
    pub(crate) fnmr: Option<f64>,
    /// -1 to 1.
    pub(crate) cosine: f64,
    /// 95 % interval of the cosine; `null` where it is extrapolated.
    #[schema(required, value_type = Option<Vec<f64>>)]
    pub(crate) cosine_interval: Option<[f64; 2]>,
    /// 0 to 1.
    pub(crate) similarity: f64,
}

/// When a score is fine. One of the three is there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rule {
    /// From here on.
    AtLeast(f64),
    /// Up to here.
    AtMost(f64),
    /// From the first to the second.
    #[schema(value_type = Vec<f64>)]
    Within([f64; 2]),
}

/// What is known about one verdict.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Evidence {
    /// The models whose score is judged.
    pub(crate) models: Vec<String>,
    /// The photos that the scale was fitted on.
    pub(crate) data: String,
    /// Day of the fit.
    pub(crate) date: String,
    /// The score at which errors were counted. Where the threshold in force is another one, they differ.
    pub(crate) at: f64,
    /// How often it is wrong.
    pub(crate) rates: Vec<MeasuredRate>,
    /// Attacks, generators, kinds of pictures that it was measured on. What is not among them may pass unseen.
    pub(crate) measured_on: Vec<String>,
}

/// One share of wrong verdicts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeasuredRate {
    /// `FMR`, `FNMR`, `BPCER` or `APCER`.
    pub(crate) rate: &'static str,
    /// The photos.
    pub(crate) set: String,
    /// The attack, generator or kind of picture, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// What the figure holds for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<String>,
    /// How many photos, or pairs of them.
    pub(crate) count: u64,
    /// 0 to 1.
    pub(crate) share: f64,
    /// 95 % of it, where that was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<f64>>)]
    pub(crate) interval: Option<[f64; 2]>,
}

/// Which faces count.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaceRules {
    /// Shortest side of a usable face's box, in pixels.
    pub(crate) min_side: f32,
    /// A second face counts from this share of the largest one's area on.
    pub(crate) second_face_share: f32,
}

/// Which guesses about the subject are made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Demography {
    /// Gender, age and group at all.
    pub(crate) enabled: bool,
    /// The group.
    pub(crate) race: bool,
}

/// A value that no answer has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Unavailable {
    /// Its name.
    pub(crate) value: &'static str,
    /// Why.
    pub(crate) reason: UnavailableReason,
}

/// Why a value is unavailable.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UnavailableReason {
    /// This version has no model for it, or the model is not enabled.
    NoModel,
    /// The operator switched it off.
    SwitchedOff,
}
