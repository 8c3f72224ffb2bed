//! One face in the JSON of the OOTO API. A value that cannot be had is `null` in its place.

use serde::Serialize;
use utoipa::ToSchema;

use super::quality::{FaceQuality, Scored};

/// The face's box in pixels of the upright photo, clamped to it.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OotoFaceBox)]
pub(crate) struct FaceBox {
    /// Left edge.
    pub(crate) x: i32,
    /// Upper edge.
    pub(crate) y: i32,
    /// Width.
    pub(crate) w: i32,
    /// Height.
    pub(crate) h: i32,
}

/// Points `[x, y]` in pixels of the upright photo, possibly outside of it. Five: image-left eye, image-right eye, tip
/// of the nose, image-left and image-right corner of the mouth. With `landmarks=dense` the 68 of the iBUG scheme.
pub(crate) type Landmarks = Option<Vec<[i32; 2]>>;

/// One face of `identify` and `verify`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OotoFace)]
pub(crate) struct Face {
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
    /// Quality, demography and pose.
    pub(crate) quality: FaceQuality,
    /// Estimates about the subject.
    pub(crate) demography: FaceDemography,
}

/// Estimates about the subject, as `liveness`, `deepfake` and `add` order them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OotoInspectionDemography)]
pub(crate) struct InspectionDemography {
    /// Years.
    #[schema(required)]
    pub(crate) age: Option<u32>,
    #[schema(required)]
    pub(crate) gender: Option<Gender>,
    #[schema(required)]
    pub(crate) race: Option<Race>,
}

/// Estimates about the subject, as `identify` and `verify` order them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OotoFaceDemography)]
pub(crate) struct FaceDemography {
    #[schema(required)]
    pub(crate) gender: Option<Gender>,
    /// Years.
    #[schema(required)]
    pub(crate) age: Option<u32>,
    #[schema(required)]
    pub(crate) race: Option<Race>,
}

/// The likelier gender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = OotoGender)]
pub(crate) enum Gender {
    Male,
    Female,
}

/// The original's labels as far as training data knows them. `other` is ours: everybody whom it does not name, among
/// them the original's "latino hispanic" and "middle eastern", who are never guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = OotoRace)]
pub(crate) enum Race {
    White,
    Black,
    Asian,
    Indian,
    Other,
}
