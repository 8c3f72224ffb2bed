//! Face image quality: the components of ISO/IEC 29794-5 and the quality keys of the OOTO API.
//!
//! Pure arithmetic on the photo, the face mesh and what other steps found; no network runs here. `iso` and `keys` hold one file
//! a measure, `context` what measures share, `mapping` the published way from native values to 0..100.
//! How to add one: `docs/adding-a-measure.md`.

mod component;
mod context;
mod iso;
mod keys;
mod mapping;

use faceward_core::{HeadPose, Outcome, PixelRect, Point};

pub use component::{Assessment, Basis, Component, IsoMeasure, MeasureResult};
pub use mapping::iso_quality;

use crate::analysis::Attributes;
use crate::image::RgbImage;
use context::{Absent, FaceContext};
use keys::{blur, contrast, emotion, exposure, eye_closed, macroblocks, occlusion, uniformity};

/// What is known about a face when its quality is measured. Coordinates are pixels of `photo`.
#[derive(Clone, Copy, Debug)]
pub struct QualityInput<'a> {
    /// The upright photo.
    pub photo: &'a RgbImage,
    /// The 478-point mesh.
    pub mesh: &'a Outcome<Vec<Point>>,
    /// Head rotation.
    pub pose: &'a Outcome<HeadPose>,
    /// Eyes and expression.
    pub attributes: &'a Attributes,
    /// Boxes of every face in the photo.
    pub detections: &'a [PixelRect],
    /// Light shining into the lens, as a network sees it.
    pub flare: &'a Outcome<f32>,
    /// Bent by a lens or a short distance, from the mesh with its depths.
    pub distortion: &'a Outcome<f32>,
    /// How useful the recognition networks find the face.
    pub utility: &'a Outcome<f32>,
}

/// Quality of one face.
///
/// `uniformity`, `exposure` and `contrast` are classical measures; `crfiqa` is a learned one: higher is better.
/// The others are probabilities of a defect: lower is better. All are 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Quality {
    /// Every component of the standard, in the order of [`Component::ALL`].
    pub iso: Vec<IsoMeasure>,
    /// Evenness of the light on both cheeks.
    pub uniformity: Outcome<f32>,
    /// Mean brightness of the face as it looks (gamma-encoded); best in the middle.
    pub exposure: Outcome<f32>,
    /// Spread of brightness in the face.
    pub contrast: Outcome<f32>,
    /// Light shining into the lens.
    pub flare: Outcome<f32>,
    /// Out of focus or moved.
    pub blur: Outcome<f32>,
    /// Visible blocks of a strong JPEG compression.
    pub macroblocks: Outcome<f32>,
    /// Bent by a lens, or by too short a distance.
    pub distortion: Outcome<f32>,
    /// Covered by something.
    pub occlusion: Outcome<f32>,
    /// Not neutral.
    pub emotion: Outcome<f32>,
    /// The subject's own left eye is closed.
    pub left_eye_closed: Outcome<f32>,
    /// The subject's own right eye is closed.
    pub right_eye_closed: Outcome<f32>,
    /// Learned utility for recognition.
    pub crfiqa: Outcome<f32>,
}

impl Quality {
    /// Measures everything that can be measured on one face. A value whose input is missing says which way it is.
    #[must_use]
    pub fn measure(input: &QualityInput<'_>) -> Self {
        let face = FaceContext::new(input);
        Self {
            iso: iso::measure_all(&face),
            uniformity: outcome(uniformity::measure(&face)),
            exposure: outcome(exposure::measure(&face)),
            contrast: outcome(contrast::measure(&face)),
            flare: input.flare.clone(),
            blur: outcome(blur::measure(&face)),
            macroblocks: outcome(macroblocks::measure(&face)),
            distortion: input.distortion.clone(),
            occlusion: outcome(occlusion::measure(&face)),
            emotion: outcome(emotion::measure(&face)),
            left_eye_closed: outcome(eye_closed::left(&face)),
            right_eye_closed: outcome(eye_closed::right(&face)),
            crfiqa: input.utility.clone(),
        }
    }
}

fn outcome(measured: Result<f32, Absent>) -> Outcome<f32> {
    measured.map_or_else(Absent::into_outcome, Outcome::Value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use context::sample;

    #[test]
    fn every_component_is_listed_and_those_without_a_model_are_not_assessed() {
        let quality = Quality::measure(&sample::Face::in_photo(&sample::bars(2.0)).input());
        let listed: Vec<Component> = quality.iso.iter().map(|line| line.component).collect();
        assert_eq!(listed, Component::ALL);
        let not_assessed: Vec<&str> = quality
            .iso
            .iter()
            .filter(|line| matches!(line.assessment, Assessment::NotAssessed(_)))
            .map(|line| line.component.name())
            .collect();
        assert_eq!(
            not_assessed,
            [
                "unified_quality_score",
                "background_uniformity",
                "eyes_visible",
                "mouth_occlusion_prevention",
                "face_occlusion_prevention",
                "expression_neutrality",
                "no_head_coverings",
            ]
        );
    }

    #[test]
    fn what_needs_no_mesh_is_measured_without_one() {
        let mut face = sample::Face::in_photo(&sample::bars(2.0));
        face.mesh = Outcome::Unavailable;
        face.attributes.neutral = Outcome::Value(0.75);
        let quality = Quality::measure(&face.input());
        assert_eq!(quality.emotion, Outcome::Value(0.25));
        assert_eq!((quality.exposure, quality.blur), (Outcome::Unavailable, Outcome::Unavailable));
        let assessed = quality.iso.iter().filter(|line| matches!(line.assessment, Assessment::Assessed(_)));
        let names: Vec<&str> = assessed.map(|line| line.component.name()).collect();
        assert_eq!(
            names,
            [
                "single_face_present",
                "head_pose_yaw",
                "head_pose_pitch",
                "head_pose_roll",
                "expression_neutrality"
            ]
        );
    }

    #[test]
    fn a_face_that_leaves_the_photo_fails_with_a_reason() {
        let mut face = sample::Face::in_photo(&sample::flat([90; 3]));
        face.mesh = face.mesh.map(|mesh| mesh.iter().map(|p| Point::new(p.x + 600.0, p.y)).collect());
        let quality = Quality::measure(&face.input());
        assert!(matches!(quality.exposure, Outcome::Failed(_)), "{:?}", quality.exposure);
        assert!(matches!(quality.macroblocks, Outcome::Failed(_)), "{:?}", quality.macroblocks);
    }

    #[test]
    fn the_same_face_measures_the_same_twice() {
        let face = sample::Face::in_photo(&sample::noise());
        assert_eq!(Quality::measure(&face.input()), Quality::measure(&face.input()));
    }
}
