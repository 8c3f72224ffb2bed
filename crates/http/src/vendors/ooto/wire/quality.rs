//! Quality in the JSON of the OOTO API: two orders of the same keys, and how both are filled.

use faceward_core::{Outcome, QualityKey};
use faceward_service::{FaceReport, Judged, Output, Outputs};
use serde::Serialize;
use utoipa::ToSchema;

use super::face::{FaceDemography, Gender, Race};

/// What the engine has to find out for [`InspectionQuality`] and [`FaceQuality`].
pub(crate) const QUALITY: Outputs = Outputs::of(&[
    Output::Pose,
    Output::Quality(QualityKey::Uniformity),
    Output::Quality(QualityKey::Exposure),
    Output::Quality(QualityKey::Contrast),
    Output::Quality(QualityKey::Flare),
    Output::Quality(QualityKey::Blur),
    Output::Quality(QualityKey::Macroblocks),
    Output::Quality(QualityKey::Distortion),
    Output::Quality(QualityKey::Occlusion),
    Output::Quality(QualityKey::Emotion),
    Output::Quality(QualityKey::LeftEyeClosed),
    Output::Quality(QualityKey::RightEyeClosed),
    Output::Quality(QualityKey::Utility),
]);

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

impl Scored {
    pub(crate) fn of(outcome: &Outcome<Judged>) -> Self {
        let judged = outcome.value();
        Self { score: judged.map(|judged| judged.score), fine: judged.map(|judged| judged.fine) }
    }
}

impl Valued {
    fn of(outcome: &Outcome<Judged>) -> Self {
        let judged = outcome.value();
        Self { value: judged.map(|judged| judged.score), fine: judged.map(|judged| judged.fine) }
    }
}

impl InspectionQuality {
    pub(crate) fn of(report: &FaceReport) -> Self {
        let pose = report.face.pose.value();
        let scored = |key| Scored::of(&report.quality[key]);
        let valued = |key| Valued::of(&report.quality[key]);
        Self {
            pitch: pose.map(|pose| f64::from(pose.pitch)),
            yaw: pose.map(|pose| f64::from(pose.yaw)),
            roll: pose.map(|pose| f64::from(pose.roll)),
            uniformity: valued(QualityKey::Uniformity),
            exposure: valued(QualityKey::Exposure),
            contrast: valued(QualityKey::Contrast),
            flare: scored(QualityKey::Flare),
            blur: scored(QualityKey::Blur),
            macroblocks: scored(QualityKey::Macroblocks),
            distortion: scored(QualityKey::Distortion),
            occlusion: scored(QualityKey::Occlusion),
            emotion: scored(QualityKey::Emotion),
            left_eye_closed: scored(QualityKey::LeftEyeClosed),
            right_eye_closed: scored(QualityKey::RightEyeClosed),
            crfiqa: scored(QualityKey::Utility),
        }
    }
}

impl FaceQuality {
    pub(crate) fn of(report: &FaceReport, demography: &FaceDemography) -> Self {
        let FaceDemography { gender, age, race } = *demography;
        let InspectionQuality {
            pitch,
            yaw,
            roll,
            uniformity,
            exposure,
            contrast,
            flare,
            blur,
            macroblocks,
            distortion,
            occlusion,
            emotion,
            left_eye_closed,
            right_eye_closed,
            crfiqa,
        } = InspectionQuality::of(report);
        Self {
            uniformity,
            exposure,
            contrast,
            flare,
            blur,
            occlusion,
            macroblocks,
            emotion,
            left_eye_closed,
            right_eye_closed,
            crfiqa,
            distortion,
            gender,
            age,
            race,
            pitch,
            yaw,
            roll,
        }
    }
}
