//! The 28 components of ISO/IEC 29794-5:2025 and what one of them says about a face.

/// A quality component of ISO/IEC 29794-5, in the order of its identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the standard's own; `name` spells them")]
pub enum Component {
    UnifiedQualityScore,
    BackgroundUniformity,
    IlluminationUniformity,
    LuminanceMean,
    LuminanceVariance,
    UnderExposurePrevention,
    OverExposurePrevention,
    DynamicRange,
    Sharpness,
    CompressionArtifacts,
    NaturalColour,
    SingleFacePresent,
    EyesOpen,
    MouthClosed,
    EyesVisible,
    MouthOcclusionPrevention,
    FaceOcclusionPrevention,
    InterEyeDistance,
    HeadSize,
    LeftwardCrop,
    RightwardCrop,
    MarginAbove,
    MarginBelow,
    HeadPoseYaw,
    HeadPosePitch,
    HeadPoseRoll,
    ExpressionNeutrality,
    NoHeadCoverings,
}

impl Component {
    /// Every component, in the order of the standard's identifiers.
    pub const ALL: [Self; 28] = [
        Self::UnifiedQualityScore,
        Self::BackgroundUniformity,
        Self::IlluminationUniformity,
        Self::LuminanceMean,
        Self::LuminanceVariance,
        Self::UnderExposurePrevention,
        Self::OverExposurePrevention,
        Self::DynamicRange,
        Self::Sharpness,
        Self::CompressionArtifacts,
        Self::NaturalColour,
        Self::SingleFacePresent,
        Self::EyesOpen,
        Self::MouthClosed,
        Self::EyesVisible,
        Self::MouthOcclusionPrevention,
        Self::FaceOcclusionPrevention,
        Self::InterEyeDistance,
        Self::HeadSize,
        Self::LeftwardCrop,
        Self::RightwardCrop,
        Self::MarginAbove,
        Self::MarginBelow,
        Self::HeadPoseYaw,
        Self::HeadPosePitch,
        Self::HeadPoseRoll,
        Self::ExpressionNeutrality,
        Self::NoHeadCoverings,
    ];

    /// Stable `snake_case` name: the key in answers and in the calibration data.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnifiedQualityScore => "unified_quality_score",
            Self::BackgroundUniformity => "background_uniformity",
            Self::IlluminationUniformity => "illumination_uniformity",
            Self::LuminanceMean => "luminance_mean",
            Self::LuminanceVariance => "luminance_variance",
            Self::UnderExposurePrevention => "under_exposure_prevention",
            Self::OverExposurePrevention => "over_exposure_prevention",
            Self::DynamicRange => "dynamic_range",
            Self::Sharpness => "sharpness",
            Self::CompressionArtifacts => "compression_artifacts",
            Self::NaturalColour => "natural_colour",
            Self::SingleFacePresent => "single_face_present",
            Self::EyesOpen => "eyes_open",
            Self::MouthClosed => "mouth_closed",
            Self::EyesVisible => "eyes_visible",
            Self::MouthOcclusionPrevention => "mouth_occlusion_prevention",
            Self::FaceOcclusionPrevention => "face_occlusion_prevention",
            Self::InterEyeDistance => "inter_eye_distance",
            Self::HeadSize => "head_size",
            Self::LeftwardCrop => "leftward_crop",
            Self::RightwardCrop => "rightward_crop",
            Self::MarginAbove => "margin_above",
            Self::MarginBelow => "margin_below",
            Self::HeadPoseYaw => "head_pose_yaw",
            Self::HeadPosePitch => "head_pose_pitch",
            Self::HeadPoseRoll => "head_pose_roll",
            Self::ExpressionNeutrality => "expression_neutrality",
            Self::NoHeadCoverings => "no_head_coverings",
        }
    }
}

/// How far a value follows the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The standard's formula and mapping, on our landmarks instead of those of its reference implementation.
    Standard,
    /// A measure of our own on the standard's scale, where the standard's needs a model that cannot be had.
    Own,
}

/// What one component says about one face.
#[derive(Clone, Debug, PartialEq)]
pub enum Assessment {
    /// The component was measured.
    Assessed(MeasureResult),
    /// It was not, and why. The standard calls this a failure to assess.
    NotAssessed(String),
}

/// A measured component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasureResult {
    /// The standard's native quality measure; unit and direction are the component's own.
    pub native: f64,
    /// Quality, 0 (worst) to 100 (best).
    pub quality: u8,
    /// Whose formula this is.
    pub basis: Basis,
}

/// One line of the table that a face gets.
#[derive(Clone, Debug, PartialEq)]
pub struct IsoMeasure {
    /// The component.
    pub component: Component,
    /// Its value, or why there is none.
    pub assessment: Assessment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_listed_once_and_in_order() {
        assert!(Component::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
