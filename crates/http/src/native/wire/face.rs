//! One face in the JSON of `/v1`. A value that is not there is `null`, and `absent` says why.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::ToSchema;

/// One face.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Face {
    /// Detector box; may reach beyond the photo.
    #[serde(rename = "box")]
    pub(crate) face_box: FaceBox,
    /// Detector confidence, 0 to 1.
    pub(crate) confidence: f32,
    /// Points of the face.
    pub(crate) landmarks: Landmarks,
    /// Head rotation.
    #[schema(required)]
    pub(crate) pose: Option<Pose>,
    /// Presentation attack detection.
    #[schema(required)]
    pub(crate) liveness: Option<Liveness>,
    /// Whether the face is genuine, neither swapped nor generated.
    #[schema(required)]
    pub(crate) deepfake: Option<Deepfake>,
    /// Score 0 to 1; not fine for a drawing, an animal, a statue, a negative: liveness and deepfake are not fine either.
    #[schema(required)]
    pub(crate) photographed: Option<Judged>,
    /// Estimates about the subject.
    pub(crate) attributes: Attributes,
    /// Quality.
    pub(crate) quality: Quality,
    /// Why values of this face are `null`.
    pub(crate) absent: Vec<Absent>,
}

/// Why a value is `null`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Absent {
    /// Path of the value inside the face.
    #[schema(value_type = String)]
    pub(crate) value: Cow<'static, str>,
    /// What kind of absence.
    pub(crate) reason: AbsentReason,
    /// More, where there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
}

/// Kinds of absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AbsentReason {
    /// Nobody asked for it.
    NotRequested,
    /// Its model is missing or switched off.
    Unavailable,
    /// Attempted; this photo allows no answer.
    Failed,
}

/// A box; right and lower edge are exclusive.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaceBox {
    /// Left edge.
    pub(crate) x: f32,
    /// Upper edge.
    pub(crate) y: f32,
    /// Width.
    pub(crate) width: f32,
    /// Height.
    pub(crate) height: f32,
}

/// Points `[x, y]`; they may lie outside of the photo.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Landmarks {
    /// Image-left eye, image-right eye, tip of the nose, image-left and image-right corner of the mouth.
    #[schema(value_type = Vec<Vec<f32>>)]
    pub(crate) five: [[f32; 2]; 5],
    /// The 68 points of the iBUG scheme.
    #[schema(required, value_type = Option<Vec<Vec<f32>>>)]
    pub(crate) dense: Option<Vec<[f32; 2]>>,
}

/// Head rotation in degrees, zero when it faces the camera.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Pose {
    /// Positive: turned to the subject's own left.
    pub(crate) yaw: f32,
    /// Positive: chin down.
    pub(crate) pitch: f32,
    /// Positive: counter-clockwise on screen.
    pub(crate) roll: f32,
}

/// A score with its verdict.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Judged {
    /// 0 to 1.
    pub(crate) score: f64,
    /// Whether it satisfies its threshold.
    pub(crate) fine: bool,
}

/// Presentation attack detection.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Liveness {
    /// 0 to 1, higher is more likely live.
    pub(crate) score: f64,
    /// Whether it satisfies its threshold.
    pub(crate) fine: bool,
    /// What each network said before fusion, 0 to 1.
    pub(crate) networks: Vec<NetworkScore>,
    /// What lowers the confidence in the score.
    pub(crate) reasons: Vec<&'static str>,
    /// What would help: `step_back` where the face fills the photo. Only where it is not fine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<&'static str>,
    /// The attacks that the score was measured on; `/v1/info` has the figures. Others may pass unseen.
    pub(crate) measured_on: Vec<&'static str>,
}

/// Whether a face is genuine.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deepfake {
    /// 0 to 1, higher is more likely genuine.
    pub(crate) score: f64,
    /// Whether it satisfies its threshold.
    pub(crate) fine: bool,
    /// What it seems to be. Only where it is not fine, and not for being no photograph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suspected: Option<Forgery>,
    /// What lowers the confidence in the score, or makes it not fine: `near_edge` where the photo's edge cuts the face, or
    /// nearly; `not_photographed`.
    pub(crate) reasons: Vec<&'static str>,
    /// What would help: `step_back` where the photo's edge is near the face. Only where it is not fine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<&'static str>,
    /// The ways of forging that the score was measured on; `/v1/info` has the figures. Others may pass unseen.
    pub(crate) measured_on: Vec<&'static str>,
}

/// Ways of forging a face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Forgery {
    /// Another person's face was put in.
    Swap,
    /// The whole face was generated.
    Generated,
}

/// What one network said.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NetworkScore {
    /// The model.
    pub(crate) model: String,
    /// 0 to 1.
    pub(crate) score: f32,
}

/// Estimates about the subject: probabilities 0 to 1, except `age` and `race`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Attributes {
    /// That the subject's own left eye is open.
    #[schema(required)]
    pub(crate) left_eye_open: Option<f32>,
    /// That the subject's own right eye is open.
    #[schema(required)]
    pub(crate) right_eye_open: Option<f32>,
    /// That the mouth is open.
    #[schema(required)]
    pub(crate) mouth_open: Option<f32>,
    /// That the expression is neutral.
    #[schema(required)]
    pub(crate) neutral: Option<f32>,
    /// That the subject is male.
    #[schema(required)]
    pub(crate) male: Option<f32>,
    /// That the face wears a mask.
    #[schema(required)]
    pub(crate) masked: Option<f32>,
    /// Years.
    #[schema(required)]
    pub(crate) age: Option<f32>,
    /// Most likely group; `other` is everybody whom the training data does not name.
    #[schema(required)]
    pub(crate) race: Option<Race>,
}

/// Groups that training data distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = NativeRace)]
pub(crate) enum Race {
    White,
    Black,
    Asian,
    Indian,
    Other,
}

/// Quality of one face.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Quality {
    /// Judged measures, 0 to 1.
    pub(crate) measures: Vec<Measure>,
    /// The components of ISO/IEC 29794-5:2025; `null` if quality was not asked for.
    #[schema(required)]
    pub(crate) iso29794_5: Option<Vec<IsoComponent>>,
}

/// A judged measure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Measure {
    /// Its name.
    pub(crate) name: &'static str,
    /// Uniformity, contrast and crfiqa: higher is better. Exposure: best in the middle. Others: probability of the
    /// defect.
    #[schema(required)]
    pub(crate) score: Option<f64>,
    /// Whether it satisfies its threshold.
    #[schema(required)]
    pub(crate) fine: Option<bool>,
}

/// A component of ISO/IEC 29794-5.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IsoComponent {
    /// Its name.
    pub(crate) component: &'static str,
    /// Whether it was measured.
    pub(crate) assessed: bool,
    /// 0 (worst) to 100 (best).
    #[schema(required)]
    pub(crate) quality: Option<u8>,
    /// Native value; unit and direction are the component's own.
    #[schema(required)]
    pub(crate) native: Option<f64>,
    /// Whose formula.
    #[schema(required)]
    pub(crate) basis: Option<Basis>,
    /// Why it was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// Whose formula a value follows.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Basis {
    /// The standard's.
    Standard,
    /// Our own, on the standard's scale.
    Own,
}
