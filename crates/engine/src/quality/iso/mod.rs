//! The components of ISO/IEC 29794-5, one file each: what they measure, or why they do not.
//!
//! A `native` function follows the standard's formula and is mapped by the standard's mapping; a `measure` function is
//! our own and brings its own quality.

mod compression_artifacts;
mod dynamic_range;
mod expression_neutrality;
mod eyes_open;
mod head_pose;
mod head_size;
pub(super) mod illumination_uniformity;
mod inter_eye_distance;
mod leftward_crop;
mod luminance_mean;
mod luminance_variance;
mod margin_above;
mod margin_below;
mod mouth_closed;
mod natural_colour;
mod over_exposure_prevention;
mod rightward_crop;
mod sharpness;
mod single_face_present;
mod under_exposure_prevention;

use super::component::{Assessment, Basis, Component, IsoMeasure, MeasureResult};
use super::context::{Absent, FaceContext};
use super::mapping::iso_quality;

/// A measure of our own, with its quality.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Own {
    native: f64,
    quality: u8,
}

impl Own {
    /// `defect`: probability of the defect, 0 to 1.
    fn from_defect(native: f64, defect: f64) -> Self {
        Self { native, quality: (100.0 * (1.0 - defect)).round().clamp(0.0, 100.0) as u8 }
    }
}

/// Every component for one face, in the order of [`Component::ALL`].
pub(super) fn measure_all(face: &FaceContext<'_>) -> Vec<IsoMeasure> {
    Component::ALL
        .into_iter()
        .map(|component| {
            let assessment = match measure(component, face) {
                Ok(result) => Assessment::Assessed(result),
                Err(absent) => Assessment::NotAssessed(absent.to_string()),
            };
            IsoMeasure { component, assessment }
        })
        .collect()
}

fn measure(component: Component, face: &FaceContext<'_>) -> Result<MeasureResult, Absent> {
    let standard = |native: Result<f64, Absent>| standard(component, native?);
    match component {
        // Recognition utility, face parsing and occlusion masks need networks that are not there.
        Component::UnifiedQualityScore
        | Component::BackgroundUniformity
        | Component::EyesVisible
        | Component::MouthOcclusionPrevention
        | Component::FaceOcclusionPrevention
        | Component::NoHeadCoverings => Err(Absent::Unavailable),
        Component::IlluminationUniformity => standard(illumination_uniformity::native(face)),
        Component::LuminanceMean => standard(luminance_mean::native(face)),
        Component::LuminanceVariance => standard(luminance_variance::native(face)),
        Component::UnderExposurePrevention => standard(under_exposure_prevention::native(face)),
        Component::OverExposurePrevention => standard(over_exposure_prevention::native(face)),
        Component::DynamicRange => standard(dynamic_range::native(face)),
        Component::Sharpness => sharpness::measure(face).map(own),
        Component::CompressionArtifacts => compression_artifacts::measure(face).map(own),
        Component::NaturalColour => standard(natural_colour::native(face)),
        Component::SingleFacePresent => standard(single_face_present::native(face)),
        Component::EyesOpen => standard(eyes_open::native(face)),
        Component::MouthClosed => standard(mouth_closed::native(face)),
        Component::InterEyeDistance => standard(inter_eye_distance::native(face)),
        Component::HeadSize => standard(head_size::native(face)),
        Component::LeftwardCrop => standard(leftward_crop::native(face)),
        Component::RightwardCrop => standard(rightward_crop::native(face)),
        Component::MarginAbove => standard(margin_above::native(face)),
        Component::MarginBelow => standard(margin_below::native(face)),
        Component::HeadPoseYaw => standard(head_pose::yaw(face)),
        Component::HeadPosePitch => standard(head_pose::pitch(face)),
        Component::HeadPoseRoll => standard(head_pose::roll(face)),
        Component::ExpressionNeutrality => expression_neutrality::measure(face).map(own),
    }
}

/// `native` by the standard's mapping.
fn standard(component: Component, native: f64) -> Result<MeasureResult, Absent> {
    iso_quality(component, native)
        .map(|quality| MeasureResult { native, quality, basis: Basis::Standard })
        .ok_or_else(|| Absent::failed("the native value is not a number"))
}

fn own(Own { native, quality }: Own) -> MeasureResult {
    MeasureResult { native, quality, basis: Basis::Own }
}
