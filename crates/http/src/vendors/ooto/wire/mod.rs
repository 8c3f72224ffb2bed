//! The JSON of the OOTO API. Keys, their order and what is left out are those of the original's samples.
//!
//! A value that cannot be had is `null` in its place; every key of a sample is always there, except that `liveness`
//! and `deepfake` are there exactly when they were asked for.

mod face;
mod quality;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use face::{Face, FaceBox, FaceDemography, Gender, InspectionDemography, Landmarks, Race};
pub(crate) use quality::{FaceQuality, InspectionQuality, QUALITY, Scored};

/// Every successful answer but `delete`'s.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer<T> {
    /// Id of this request; in the server's log too.
    pub(crate) transaction_id: Uuid,
    /// What was found out.
    pub(crate) result: T,
}

/// The answer of `delete`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OotoDeleteAnswer)]
pub(crate) struct DeleteAnswer {
    /// Id of this request; in the server's log too.
    pub(crate) transaction_id: Uuid,
}

/// Every failed answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OotoErrorAnswer)]
pub(crate) struct ErrorAnswer {
    /// Id of this request; in the server's log too.
    pub(crate) transaction_id: Uuid,
    /// What went wrong.
    pub(crate) result: ErrorResult,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OotoErrorResult)]
pub(crate) struct ErrorResult {
    /// Always `error`.
    pub(crate) status: ErrorStatus,
    /// 1, 2, 3, 4, 5, 6 or 9 for photos; else the HTTP status.
    pub(crate) code: u16,
    /// In words.
    pub(crate) info: String,
}

/// The only status of a failed answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = OotoErrorStatus)]
pub(crate) enum ErrorStatus {
    /// It failed.
    Error,
}

/// Answer of `liveness` (with `liveness`, and with `deepfake` if asked for) and `deepfake` (with `deepfake`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OotoInspection)]
pub(crate) struct Inspection {
    /// Higher is more likely live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) liveness: Option<Scored>,
    /// Higher is more likely genuine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deepfake: Option<Scored>,
    /// Pose and quality.
    pub(crate) quality: InspectionQuality,
    /// Estimates about the subject.
    pub(crate) demography: InspectionDemography,
    /// Where the face is.
    #[serde(rename = "box")]
    pub(crate) face_box: FaceBox,
    /// Points of the face.
    #[schema(required, value_type = Option<Vec<Vec<i32>>>)]
    pub(crate) landmarks: Landmarks,
}

/// Answer of `add`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OotoEnrolled)]
pub(crate) struct Enrolled {
    /// The new template.
    pub(crate) enroll: EnrolledTemplate,
    /// Pose and quality.
    pub(crate) quality: InspectionQuality,
    /// Estimates about the subject.
    pub(crate) demography: InspectionDemography,
    /// Where the face is.
    #[serde(rename = "box")]
    pub(crate) face_box: FaceBox,
    /// Points of the face.
    #[schema(required, value_type = Option<Vec<Vec<i32>>>)]
    pub(crate) landmarks: Landmarks,
    /// If asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) liveness: Option<Scored>,
    /// If asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deepfake: Option<Scored>,
    /// The same id again, where older clients look for it.
    pub(crate) template_id: String,
}

/// The new template.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OotoEnrolledTemplate)]
pub(crate) struct EnrolledTemplate {
    /// Its id.
    pub(crate) template_id: String,
}

/// Answer of `identify`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OotoIdentified)]
pub(crate) struct Identified {
    /// Who it is.
    pub(crate) search: Search,
    /// The probe's face. Its keys stand beside `search`.
    #[serde(flatten)]
    pub(crate) face: Face,
    /// `search.templateId` again, where older clients look for it.
    #[schema(required)]
    pub(crate) template_id: Option<String>,
    /// `search.similarity` again, where older clients look for it.
    #[schema(required)]
    pub(crate) similarity: Option<f32>,
}

/// Who it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OotoSearch)]
pub(crate) struct Search {
    /// The best match; `null` if nobody reaches the threshold.
    #[schema(required)]
    pub(crate) template_id: Option<String>,
    /// Similarity of the best candidate, below the threshold too; `null` if nobody is enrolled.
    #[schema(required)]
    pub(crate) similarity: Option<f32>,
    /// With `limit` only: everybody who reaches the threshold, best first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) candidates: Option<Vec<Candidate>>,
}

/// Somebody who reaches the threshold.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OotoCandidate)]
pub(crate) struct Candidate {
    /// The template.
    pub(crate) template_id: String,
    /// 0 to 1.
    pub(crate) similarity: f32,
}

/// Answer of `verify`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OotoVerified)]
pub(crate) struct Verified {
    /// The face of `first_photo`.
    pub(crate) first_face: Face,
    /// The face of `second_photo`.
    pub(crate) second_face: Face,
    /// The threshold in force.
    pub(crate) threshold: f32,
    /// 0 to 1; 0.75 is a false match rate of 1e-4.
    pub(crate) similarity: f32,
    /// `similarity >= threshold`.
    pub(crate) same: bool,
}

/// JSON body of `delete`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OotoDeleteRequest)]
pub(crate) struct DeleteRequest {
    /// The template to delete.
    #[serde(default)]
    pub(crate) template_id: Option<String>,
}
