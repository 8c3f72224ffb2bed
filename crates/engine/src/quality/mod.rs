//! Face image quality: one measure for each [`QualityKey`](faceward_core::QualityKey), and the components of ISO/IEC 29794-5.
//!
//! Arithmetic on the photo, the face mesh and what other steps found; `keys::flare` alone has a network. `iso` and `keys`
//! hold one file a measure, `context` what measures share, `mapping` the published way from native values to 0..100.
//! How to add one: `docs/adding-a-measure.md`.

mod component;
mod context;
mod iso;
mod keys;
mod mapping;

use faceward_core::{FivePoints, HeadPose, Outcome, PixelRect, QualityValues};

pub use component::{Assessment, Basis, Component, IsoMeasure, MeasureResult};
pub(crate) use keys::{FlareStep, needs};
pub use mapping::iso_quality;

use crate::findings::Attributes;
use crate::image::RgbImage;
use crate::landmarks::FaceMesh;
use crate::request::{Output, Outputs};
use crate::step::Step;
use context::{Absent, FaceContext};

/// What the components read where it can be had; none of it is needed for all of them.
pub(crate) const COMPONENTS_USE: &[Step] = &[Step::Landmarks, Step::Pose, Step::Expression];

/// What is known about a face when its quality is measured. Coordinates are pixels of `photo`.
#[derive(Clone, Copy)]
pub(crate) struct QualityInput<'a> {
    /// The upright photo.
    pub(crate) photo: &'a RgbImage,
    /// The mesh.
    pub(crate) mesh: &'a Outcome<FaceMesh>,
    /// Eyes, nose, mouth corners.
    pub(crate) points: &'a FivePoints,
    /// Head rotation.
    pub(crate) pose: &'a Outcome<HeadPose>,
    /// Eyes, expression and what covers the face.
    pub(crate) attributes: &'a Attributes,
    /// Boxes of every face in the photo.
    pub(crate) detections: &'a [PixelRect],
    /// Light shining into the lens, as a network sees it.
    pub(crate) flare: &'a Outcome<f32>,
    /// How useful the recognition networks find the face.
    pub(crate) utility: &'a Outcome<f32>,
}

/// What was measured on one face.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    /// Every measure that was asked for.
    pub(crate) values: QualityValues<Outcome<f32>>,
    /// Every component of the standard, in the order of [`Component::ALL`].
    pub(crate) components: Outcome<Vec<IsoMeasure>>,
}

/// Measures what `outputs` ask for on one face. A value whose input is missing says which way it is.
pub(crate) fn measure(input: &QualityInput<'_>, outputs: Outputs) -> Measured {
    let face = FaceContext::new(input);
    let values = QualityValues::from_fn(|key| {
        if outputs.contains(Output::Quality(key)) {
            keys::measure(key, &face).map_or_else(Absent::into_outcome, Outcome::Value)
        } else {
            Outcome::NotRequested
        }
    });
    let components = if outputs.contains(Output::Components) {
        Outcome::Value(iso::measure_all(&face))
    } else {
        Outcome::NotRequested
    };
    Measured { values, components }
}

#[cfg(test)]
mod tests {
    use faceward_core::{Point, QualityKey};

    use super::*;
    use context::sample;

    fn measured(face: &sample::Face) -> Measured {
        measure(&face.input(), Outputs::QUALITY)
    }

    fn components(measured: &Measured) -> &[IsoMeasure] {
        measured.components.value().expect("they were asked for")
    }

    #[test]
    fn every_component_is_listed_and_those_without_a_model_are_not_assessed() {
        let quality = measured(&sample::Face::in_photo(&sample::bars(2.0)));
        let listed: Vec<Component> = components(&quality).iter().map(|line| line.component).collect();
        assert_eq!(listed, Component::ALL);
        let not_assessed: Vec<&str> = components(&quality)
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
        let quality = measured(&face);
        assert_eq!(quality.values[QualityKey::Emotion], Outcome::Value(0.25));
        for key in [QualityKey::Exposure, QualityKey::Blur, QualityKey::Distortion] {
            assert_eq!(quality.values[key], Outcome::Unavailable, "{}", key.name());
        }
        let assessed =
            components(&quality).iter().filter(|line| matches!(line.assessment, Assessment::Assessed(_)));
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
        let moved = |mesh: FaceMesh| mesh.points().iter().map(|p| Point::new(p.x + 600.0, p.y)).collect();
        face.mesh = face.mesh.map(|mesh| sample::flat_mesh(moved(mesh)));
        let quality = measured(&face);
        for key in [QualityKey::Exposure, QualityKey::Macroblocks] {
            assert!(matches!(quality.values[key], Outcome::Failed(_)), "{:?}", quality.values[key]);
        }
    }

    #[test]
    fn the_same_face_measures_the_same_twice() {
        let face = sample::Face::in_photo(&sample::noise());
        assert_eq!(measured(&face), measured(&face));
    }

    #[test]
    fn what_nobody_asked_for_is_not_measured() {
        let face = sample::Face::in_photo(&sample::bars(2.0));
        let only = Outputs::of(&[Output::Quality(QualityKey::Blur)]);
        let quality = measure(&face.input(), only);
        assert_eq!(quality.components, Outcome::NotRequested);
        for (key, outcome) in quality.values.iter() {
            let expected = if key == QualityKey::Blur {
                measured(&face).values[key].clone()
            } else {
                Outcome::NotRequested
            };
            assert_eq!(*outcome, expected, "{}", key.name());
        }
    }
}
