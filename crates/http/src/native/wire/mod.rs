//! The JSON of `/v1`. Coordinates are pixels of the upright photo; angles are degrees; probabilities are 0 to 1.
//!
//! A value that is not there is `null`, and the `absent` list of the same face says why.

mod challenge;
mod face;
mod info;
mod session;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::deletion::DeletionRecord;

pub(crate) use challenge::{
    AskedMovement, Challenge, ChallengeFrame, ChallengeMotion, ChallengeRequest, ChallengeStep,
    ChallengeSubject, ChallengeVerdict, FrameLimits,
};
pub(crate) use face::{
    Absent, AbsentReason, Attributes, Basis, Deepfake, Face, FaceBox, Forgery, IsoComponent, Judged,
    Landmarks, Liveness, Measure, NetworkScore, Pose, Quality, Race,
};
pub(crate) use info::{
    Calibration, Demography, Evidence, FaceRules, Info, Knot, MeasuredRate, Model, OperatingPoint, Rule,
    Runtime, Search, Similarity, Unavailable, UnavailableReason,
};
pub(crate) use session::{
    Session, SessionAnswer, SessionAttempt, SessionCheck, SessionConsent, SessionEnroll, SessionRequest,
    SessionSubject, SessionTemplate,
};

/// Every failed answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct ErrorAnswer {
    /// What went wrong.
    pub(crate) error: ErrorBody,
    /// Id of this request; in the server's log too.
    pub(crate) transaction_id: Uuid,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// Stable, `snake_case`: what programs decide on.
    pub(crate) code: &'static str,
    /// In words, for people.
    pub(crate) message: String,
}

/// One enrolled template. Its vector never leaves the server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Template {
    /// Its id, unique inside the app.
    pub(crate) template_id: String,
    /// The gallery that holds it.
    pub(crate) gallery: String,
    /// Whom it shows.
    pub(crate) subject: String,
    /// The model by which it is compared.
    pub(crate) model: String,
    /// When it was enrolled, RFC 3339.
    pub(crate) created_at: String,
    /// From when on it is compared with nothing and deleted: its own end or that of the app, whichever is earlier; `null`: it has none.
    #[schema(required)]
    pub(crate) expires_at: Option<String>,
}

/// A page of templates, ordered by id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplatePage {
    /// Id of this request.
    pub(crate) transaction_id: Uuid,
    /// The templates.
    pub(crate) templates: Vec<Template>,
    /// `after` of the next page; `null` on the last one.
    #[schema(required)]
    pub(crate) next: Option<String>,
}

/// One template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateAnswer {
    /// Id of this request.
    pub(crate) transaction_id: Uuid,
    /// The template.
    pub(crate) template: Template,
}

/// The template is gone for good.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateDeleted {
    /// Id of this request.
    pub(crate) transaction_id: Uuid,
    /// What was deleted.
    pub(crate) deletion: DeletionRecord,
}

/// Whether a photo shows the person of a template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateComparison {
    /// Id of this request.
    pub(crate) transaction_id: Uuid,
    /// The template.
    pub(crate) template_id: String,
    /// `similarity >= threshold`.
    pub(crate) same: bool,
    /// Calibrated score, 0 to 1; 0.75 is a false match rate of 1e-4.
    pub(crate) similarity: f32,
    /// The threshold in force.
    pub(crate) threshold: f32,
    /// Raw score, -1 to 1; its meaning depends on the model.
    pub(crate) cosine: f32,
    /// The probe's face.
    pub(crate) face: Face,
    /// The probe.
    pub(crate) photo: Photo,
}

/// Everything about a photo.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Analysis {
    /// Id of this request.
    pub(crate) transaction_id: Uuid,
    /// The photo.
    pub(crate) photo: Photo,
    /// Its faces, largest first: at most 50.
    pub(crate) faces: Vec<Face>,
    /// Faces detected. Those beyond `faces` were left out.
    pub(crate) n_detected: usize,
    /// Where the time went.
    pub(crate) timings: Timings,
}

/// A decoded photo.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Photo {
    /// What the bytes are.
    pub(crate) format: PhotoFormat,
    /// Width of the upright photo in pixels.
    pub(crate) width: u32,
    /// Height of the upright photo in pixels.
    pub(crate) height: u32,
    /// By how many degrees clockwise the photo had to be turned before a face was found: 0, 90, 180 or 270.
    /// Coordinates stay in the frame of the photo that was sent.
    pub(crate) turned: u16,
}

/// Formats that are read.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PhotoFormat {
    Jpeg,
    Png,
}

/// Where the time of a request went, in milliseconds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Timings {
    /// Between acceptance and the start of the computation.
    pub(crate) queued_ms: f64,
    /// Each step, in the order in which they ran.
    pub(crate) steps: Vec<StepTiming>,
}

/// One step of the analysis, summed over all faces.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepTiming {
    /// Its name.
    pub(crate) step: &'static str,
    /// All of it.
    pub(crate) total_ms: f64,
    /// The part inside networks.
    pub(crate) network_ms: f64,
}
