//! One face in the JSON of the OOTO API. A value that cannot be had is `null` in its place.

use serde::Serialize;
use utoipa::ToSchema;

/// A judged score. Both are `null` where the value cannot be had: an absent value is never `fine`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OotoScored)]
pub(crate) struct Scored {
    /// 0 to 1. Under `quality`: probability of the defect, lower is better, except `crfiqa`. Else: higher is better.
    #[schema(required)]
    pub(crate) score: Option<f64>,
    /// Whether the score satisfies its threshold.
    #[schema(required)]
    pub(crate) fine: Option<bool>,
}

/// A judged classical measure. Both are `null` where the value cannot be had.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OotoValued)]
pub(crate) struct Valued {
    /// 0 to 1.
    #[schema(required)]
    pub(crate) value: Option<f64>,
    /// Whether the value satisfies its threshold.
    #[schema(required)]
    pub(crate) fine: Option<bool>,
}

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

/// Pose and quality, as `liveness`, `deepfake` and `add` spell them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OotoInspectionQuality)]
pub(crate) struct InspectionQuality {
    /// Degrees; positive: chin down.
    #[schema(required)]
    pub(crate) pitch: Option<f64>,
    /// Degrees; positive: turned to the subject's own left.
    #[schema(required)]
    pub(crate) yaw: Option<f64>,
    /// Degrees; positive: counter-clockwise on screen.
    #[schema(required)]
    pub(crate) roll: Option<f64>,
    pub(crate) uniformity: Valued,
    pub(crate) exposure: Valued,
    pub(crate) contrast: Valued,
    pub(crate) flare: Scored,
    pub(crate) blur: Scored,
    pub(crate) macroblocks: Scored,
    pub(crate) distortion: Scored,
    pub(crate) occlusion: Scored,
    pub(crate) emotion: Scored,
    pub(crate) left_eye_closed: Scored,
    pub(crate) right_eye_closed: Scored,
    pub(crate) crfiqa: Scored,
}

/// Quality, demography and pose, as `identify` and `verify` spell them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OotoFaceQuality)]
pub(crate) struct FaceQuality {
    pub(crate) uniformity: Valued,
    pub(crate) exposure: Valued,
    pub(crate) contrast: Valued,
    pub(crate) flare: Scored,
    pub(crate) blur: Scored,
    pub(crate) occlusion: Scored,
    pub(crate) macroblocks: Scored,
    pub(crate) emotion: Scored,
    pub(crate) left_eye_closed: Scored,
    pub(crate) right_eye_closed: Scored,
    pub(crate) crfiqa: Scored,
    pub(crate) distortion: Scored,
    #[schema(required)]
    pub(crate) gender: Option<Gender>,
    /// Years.
    #[schema(required)]
    pub(crate) age: Option<u32>,
    #[schema(required)]
    pub(crate) race: Option<Race>,
    /// Degrees; positive: chin down.
    #[schema(required)]
    pub(crate) pitch: Option<f64>,
    /// Degrees; positive: turned to the subject's own left.
    #[schema(required)]
    pub(crate) yaw: Option<f64>,
    /// Degrees; positive: counter-clockwise on screen.
    #[schema(required)]
    pub(crate) roll: Option<f64>,
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
