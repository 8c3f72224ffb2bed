//! The JSON of the Riset.ai API. Keys, their order and their kinds are those of the original's samples: a status is text.
//!
//! A value that cannot be had is `null` in its place.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// Every answer but those of `/oauth`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Answer<T> {
    /// `200`, or a code of the list in `docs/errors.md`.
    pub(crate) status: &'static str,
    /// The same in words.
    pub(crate) status_message: &'static str,
    /// What was found out.
    #[serde(flatten)]
    pub(crate) result: T,
}

/// Every failed answer, and those that say nothing else.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetStatus)]
pub(crate) struct Status {
    /// `200`, or a code of the list in `docs/errors.md`.
    pub(crate) status: String,
    /// The same in words.
    pub(crate) status_message: String,
}

/// Nothing but the status.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetNothing)]
pub(crate) struct Nothing {}

/// An access token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetToken)]
pub(crate) struct Token {
    /// A signed JWT, for the header `Accesstoken`.
    pub(crate) access_token: String,
    /// Seconds for which it is accepted.
    pub(crate) expires_in: u64,
}

/// A token was revoked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetRevoked)]
pub(crate) struct Revoked {
    /// That it was.
    pub(crate) status_message: &'static str,
}

/// A gallery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetGallery)]
pub(crate) struct Gallery {
    /// Its id.
    pub(crate) facegallery_id: String,
}

/// Several galleries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetGalleries)]
pub(crate) struct Galleries {
    /// Their ids.
    pub(crate) facegallery_id: Vec<String>,
}

/// All galleries, under both keys that clients read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetMyGalleries)]
pub(crate) struct MyGalleries {
    /// Their ids, where the documents have them.
    pub(crate) facegallery_id: Vec<String>,
    /// Their ids, where clients look for them.
    pub(crate) facegalleries: Vec<String>,
}

/// What is left of a quota.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetCounters)]
pub(crate) struct Counters {
    /// Each counter.
    pub(crate) remaining_limit: RemainingLimit,
}

/// `null`: there is no limit.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = RisetRemainingLimit)]
pub(crate) struct RemainingLimit {
    /// Calls.
    #[schema(required)]
    pub(crate) n_api_hits: Option<u64>,
    /// Subjects.
    #[schema(required)]
    pub(crate) n_face: Option<u64>,
    /// Galleries.
    #[schema(required)]
    pub(crate) n_facegallery: Option<u64>,
}

/// The subjects of a gallery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetFaces)]
pub(crate) struct Faces {
    /// In ascending order of `user_id`.
    pub(crate) faces: Vec<User>,
}

/// A subject.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetUser)]
pub(crate) struct User {
    /// Its id.
    pub(crate) user_id: String,
    /// What people call it; `null` if nobody said.
    #[schema(required)]
    pub(crate) user_name: Option<String>,
}

/// A photo compared with a subject.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetVerifiedFace)]
pub(crate) struct VerifiedFace {
    /// What people call the subject; `null` if nobody said.
    #[schema(required)]
    pub(crate) user_name: Option<String>,
    /// 0 to 1; 0.75 is a false match rate of 1e-4.
    pub(crate) similarity: f32,
    /// Whether the face wears a mask; `null`: no model.
    #[schema(required)]
    pub(crate) masker: Option<bool>,
    /// Whether the similarity reaches the threshold.
    pub(crate) verified: bool,
}

/// Two photos compared.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetCompared)]
pub(crate) struct Compared {
    /// 0 to 1; 0.75 is a false match rate of 1e-4.
    pub(crate) similarity: f32,
    /// Whether the similarity reaches the threshold.
    pub(crate) verified: bool,
    /// Whether either face wears a mask; `null`: no model.
    #[schema(required)]
    pub(crate) masker: Option<bool>,
}

/// Who a photo shows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetIdentified)]
pub(crate) struct Identified {
    /// In words.
    pub(crate) status_description: &'static str,
    /// One entry.
    #[serde(rename = "return")]
    pub(crate) found: [Found; 1],
}

/// Who a photo shows. Booleans and numbers are text here, as in the original.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetFound)]
pub(crate) struct Found {
    /// Similarity of the best candidate, 0 to 1, as text; `null` if nobody is enrolled.
    #[schema(required)]
    pub(crate) confidence_level: Option<String>,
    /// `true` or `false`, as text; `null`: no model.
    #[schema(required)]
    pub(crate) mask: Option<&'static str>,
    /// The subject, or `unregistered` if nobody reaches the threshold.
    pub(crate) user_id: String,
    /// What people call it; `null` if nobody said.
    #[schema(required)]
    pub(crate) user_name: Option<String>,
}

/// Liveness over several images.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListLiveness<T> {
    /// Whether enough images succeeded.
    pub(crate) liveness: Verdict,
    /// `image1` and so on, in the order of the request.
    #[schema(value_type = std::collections::BTreeMap<String, T>)]
    pub(crate) results: Numbered<T>,
    /// What failed the whole, whatever the images say. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// Whether the images are considered alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = RisetVerdict)]
pub(crate) enum Verdict {
    /// They are.
    Passed,
    /// They are not.
    Failed,
}

/// A list as an object with the keys `image1`, `image2` and so on.
#[derive(Debug)]
pub(crate) struct Numbered<T>(pub(crate) Vec<T>);

impl<T: Serialize> Serialize for Numbered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer
            .collect_map(self.0.iter().enumerate().map(|(index, item)| (format!("image{}", index + 1), item)))
    }
}

/// A value that is left out where nobody asked for it (`None`), and `null` where it cannot be had (`Some(None)`).
pub(crate) type Asked<T> = Option<Option<T>>;

/// One image of the list shape.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = RisetListImage)]
pub(crate) struct ListImage {
    /// Whether it shows what was asked for.
    #[serde(rename = "match")]
    pub(crate) matches: bool,
    /// With `user_id`: whether it shows the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verified: Option<bool>,
    /// With `user_id`: 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f32>)]
    pub(crate) similarity: Asked<f32>,
    /// Whether the face wears a mask; `null`: no model.
    #[schema(required)]
    pub(crate) masker: Option<bool>,
    /// With `spoof_detection`: whether it is a presentation attack.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Spoof>)]
    pub(crate) spoof: Asked<Spoof>,
    /// With `spoof_detection`: 0 to 1, higher is more likely an attack.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f32>)]
    pub(crate) spoof_score: Asked<f32>,
    /// The direction of the head.
    #[serde(flatten)]
    pub(crate) angles: Angles,
    /// The eyes.
    #[serde(flatten)]
    pub(crate) eyes: Eyes,
    /// The mouth.
    #[serde(flatten)]
    pub(crate) mouth: Mouth,
    /// Why it could not be judged: `412`, `413`, `414` or `493`. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<&'static str>,
    /// The same in words. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status_message: Option<&'static str>,
}

/// One image of the batch shape: only what its parameter is about.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = RisetBatchImage)]
pub(crate) struct BatchImage {
    /// Whether it shows what was asked for.
    #[serde(rename = "match")]
    pub(crate) matches: bool,
    /// With `user_id` and `face_verification`: 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f32>)]
    pub(crate) similarity: Asked<f32>,
    /// With `user_id` and `face_verification`: whether it shows the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verified: Option<bool>,
    /// Whether the face wears a mask; `null`: no model.
    #[schema(required)]
    pub(crate) masker: Option<bool>,
    /// With `spoof_detection`: whether it is a presentation attack.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<bool>)]
    pub(crate) is_spoof: Asked<bool>,
    /// With `spoof_detection`: 0 to 1, higher is more likely an attack.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f32>)]
    pub(crate) spoof_score: Asked<f32>,
    /// The direction of the head.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) angles: Option<Angles>,
    /// The eyes.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) eyes: Option<Eyes>,
    /// The mouth.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) mouth: Option<Mouth>,
    /// Why it could not be judged: `412`, `413`, `414` or `493`. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<&'static str>,
    /// The same in words. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status_message: Option<&'static str>,
}

/// Liveness of one image.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetSingleLiveness)]
pub(crate) struct SingleLiveness {
    /// `true` or `false`, as text.
    pub(crate) liveness: &'static str,
    /// What was asked for.
    pub(crate) match_status: MatchStatus,
    /// What was found.
    pub(crate) results: SingleImage,
}

/// Each of what was asked for, and whether it holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetMatchStatus)]
pub(crate) struct MatchStatus {
    /// With `user_id`: whether it shows the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verified: Option<bool>,
    /// With `spoof_detection`: whether it is no presentation attack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_real: Option<bool>,
    /// With `angle`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) angle: Option<bool>,
    /// With `eyes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) eyes: Option<bool>,
    /// With `mouth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mouth: Option<bool>,
}

/// The image of the single shape.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RisetSingleImage)]
pub(crate) struct SingleImage {
    /// With `user_id`: 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) similarity: Option<f32>,
    /// Whether the face wears a mask; `null`: no model.
    #[schema(required)]
    pub(crate) masker: Option<bool>,
    /// With `spoof_detection`: whether it is a presentation attack.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<bool>)]
    pub(crate) is_spoof: Asked<bool>,
    /// With `spoof_detection`: 0 to 1, higher is more likely an attack.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f32>)]
    pub(crate) spoof_score: Asked<f32>,
    /// The direction of the head.
    #[serde(flatten)]
    pub(crate) angles: Angles,
    /// The eyes.
    #[serde(flatten)]
    pub(crate) eyes: Eyes,
    /// The mouth.
    #[serde(flatten)]
    pub(crate) mouth: Mouth,
}

/// The direction of the head in degrees; the subject's own left is yaw > 0, chin down is pitch > 0.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = RisetAngles)]
pub(crate) struct Angles {
    /// Counter-clockwise on screen is positive.
    #[schema(required)]
    pub(crate) roll: Option<f32>,
    /// Chin down is positive.
    #[schema(required)]
    pub(crate) pitch: Option<f32>,
    /// To the subject's own left is positive.
    #[schema(required)]
    pub(crate) yaw: Option<f32>,
}

/// The subject's own eyes. A score is the confidence of the label beside it, 0 to 1.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = RisetEyes)]
pub(crate) struct Eyes {
    /// The left one.
    #[schema(required)]
    pub(crate) left_eye: Option<Opening>,
    /// How sure that is.
    #[schema(required)]
    pub(crate) left_eye_score: Option<f32>,
    /// The right one.
    #[schema(required)]
    pub(crate) right_eye: Option<Opening>,
    /// How sure that is.
    #[schema(required)]
    pub(crate) right_eye_score: Option<f32>,
}

/// The mouth. The score is the confidence of the label beside it, 0 to 1; 0 under a mask.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = RisetMouth)]
pub(crate) struct Mouth {
    /// What it does.
    #[schema(required)]
    pub(crate) mouth: Option<MouthLabel>,
    /// How sure that is.
    #[schema(required)]
    pub(crate) mouth_score: Option<f32>,
}

/// Open or closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = RisetOpening)]
pub(crate) enum Opening {
    /// Open.
    Open,
    /// Closed.
    Closed,
}

/// What a mouth does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = RisetMouthLabel)]
pub(crate) enum MouthLabel {
    /// It is open.
    Open,
    /// It is closed.
    Closed,
    /// It is hidden. Not in the list shape.
    Masked,
}

/// A presentation attack or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = RisetSpoof)]
pub(crate) enum Spoof {
    /// An attack.
    Spoof,
    /// None.
    Real,
}
