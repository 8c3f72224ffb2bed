//! What an analysis of a photo says. Immutable once built; all coordinates in pixels of the upright source photo.

use std::time::Duration;

use faceward_core::{Embedding, FivePoints, HeadPose, Outcome, PixelRect, Point, QualityValues, Turn};

use crate::findings::{Attributes, Genuineness, Liveness};
use crate::image::PhotoFormat;
use crate::networks::NetworkTiming;
use crate::quality::IsoMeasure;
use crate::request::{Output, Outputs};

/// Everything found in one photo.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The photo itself.
    pub photo: PhotoInfo,
    /// The faces that were analysed, largest first. With [`crate::Scope::Primary`] at most one.
    pub faces: Vec<FaceAnalysis>,
    /// Boxes of every face that was detected, largest first; the first `faces.len()` of them were analysed.
    pub detections: Vec<PixelRect>,
    /// Time of each step, in the order in which they ran; a step that ran for several faces is listed once, summed.
    pub timings: Vec<StepTiming>,
    /// Time of each network, in the order of their first runs.
    pub networks: Vec<NetworkTiming>,
}

/// Facts about the decoded photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoInfo {
    /// What the bytes are.
    pub format: PhotoFormat,
    /// Width of the upright photo in pixels.
    pub width: u32,
    /// Height of the upright photo in pixels.
    pub height: u32,
    /// How far the upright photo had to be turned before a face was found.
    pub turned: Turn,
}

/// One step's wall-clock time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepTiming {
    /// Stable `snake_case` name.
    pub step: &'static str,
    /// Time spent in it.
    pub duration: Duration,
    /// The part of it spent inside a network.
    pub network: Duration,
}

/// One face.
#[derive(Clone, Debug)]
pub struct FaceAnalysis {
    /// Detector box; not clamped to the photo.
    pub rect: PixelRect,
    /// Detector confidence, 0 to 1.
    pub confidence: f32,
    /// Eyes, nose and mouth corners.
    pub points: FivePoints,
    /// 478 points of the face mesh (468 of the face, 10 of the irises).
    pub mesh: Outcome<Vec<Point>>,
    /// The 68 points of the iBUG 300-W scheme.
    pub dense: Outcome<Vec<Point>>,
    /// Head rotation.
    pub pose: Outcome<HeadPose>,
    /// The face as a vector.
    pub embedding: Outcome<Embedding>,
    /// Whether it is the photographed face of a human: 0 to 1; below 0.5 it is none.
    pub photographed: Outcome<f32>,
    /// Presentation attack detection.
    pub liveness: Outcome<Liveness>,
    /// Whether the face is genuine, neither swapped nor generated.
    pub genuine: Outcome<Genuineness>,
    /// Eyes, mouth, expression and demography.
    pub attributes: Attributes,
    /// Quality measures, each 0 to 1 on its own [`faceward_core::Scale`].
    pub quality: QualityValues<Outcome<f32>>,
    /// Every component of ISO/IEC 29794-5, in the order of [`crate::quality::Component::ALL`].
    pub components: Outcome<Vec<IsoMeasure>>,
}

/// Why a whole output is not there.
#[derive(Clone, Copy)]
enum Absence {
    NotRequested,
    Unavailable,
}

impl FaceAnalysis {
    /// A face that was detected; nothing else was asked for.
    #[must_use]
    pub fn detected(rect: PixelRect, confidence: f32, points: FivePoints) -> Self {
        Self {
            rect,
            confidence,
            points,
            mesh: Outcome::NotRequested,
            dense: Outcome::NotRequested,
            pose: Outcome::NotRequested,
            embedding: Outcome::NotRequested,
            photographed: Outcome::NotRequested,
            liveness: Outcome::NotRequested,
            genuine: Outcome::NotRequested,
            attributes: Attributes::NOT_REQUESTED,
            quality: QualityValues::from_fn(|_| Outcome::NotRequested),
            components: Outcome::NotRequested,
        }
    }

    /// The same with everything else unavailable: what no step has filled by the end has no model.
    pub(crate) fn unfilled(rect: PixelRect, confidence: f32, points: FivePoints) -> Self {
        let mut face = Self::detected(rect, confidence, points);
        Output::all().for_each(|output| face.empty(output, Absence::Unavailable));
        face
    }

    /// The face without what only other steps needed.
    pub(crate) fn only(mut self, outputs: Outputs) -> Self {
        let others = Output::all().filter(|output| !outputs.contains(*output));
        others.for_each(|output| self.empty(output, Absence::NotRequested));
        self
    }

    /// The face without what shall not be told, although a step that was run for something else found it: as if it had no model.
    pub(crate) fn withholding(mut self, withheld: Outputs) -> Self {
        withheld.iter().for_each(|output| self.empty(output, Absence::Unavailable));
        self
    }

    fn empty(&mut self, output: Output, why: Absence) {
        let attributes = &mut self.attributes;
        match output {
            Output::DenseLandmarks => {
                self.mesh = why.outcome();
                self.dense = why.outcome();
            }
            Output::Pose => self.pose = why.outcome(),
            Output::Embedding => self.embedding = why.outcome(),
            Output::Photographed => self.photographed = why.outcome(),
            Output::Liveness => self.liveness = why.outcome(),
            Output::Genuine => self.genuine = why.outcome(),
            Output::Eyes => {
                attributes.left_eye_open = why.outcome();
                attributes.right_eye_open = why.outcome();
            }
            Output::Mouth => attributes.mouth_open = why.outcome(),
            Output::Expression => attributes.neutral = why.outcome(),
            Output::Gender => attributes.male = why.outcome(),
            Output::Age => attributes.age = why.outcome(),
            Output::Race => attributes.race = why.outcome(),
            Output::Coverings => {
                attributes.masked = why.outcome();
                attributes.occluded = why.outcome();
            }
            Output::Components => self.components = why.outcome(),
            Output::Quality(key) => self.quality[key] = why.outcome(),
        }
    }
}

impl Absence {
    const fn outcome<T>(self) -> Outcome<T> {
        match self {
            Self::NotRequested => Outcome::NotRequested,
            Self::Unavailable => Outcome::Unavailable,
        }
    }
}

#[cfg(test)]
mod tests {
    use faceward_core::QualityKey;

    use super::*;
    use crate::findings::Race;

    fn unfilled() -> FaceAnalysis {
        let somewhere = Point::new(0.0, 0.0);
        let rect = PixelRect { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
        FaceAnalysis::unfilled(rect, 1.0, FivePoints::from_array([somewhere; 5]))
    }

    #[test]
    fn what_was_asked_for_and_not_filled_is_unavailable_and_the_rest_was_not_requested() {
        for output in Output::all() {
            let text = format!("{:?}", unfilled().only(Outputs::of(&[output])));
            // The mesh comes with the 68 points, and what covers the face with the mask.
            let has_another = matches!(output, Output::DenseLandmarks | Output::Coverings);
            let n_values = output.values().len() + usize::from(has_another);
            assert_eq!(text.matches("Unavailable").count(), n_values, "{output:?}: {text}");
        }
        let mut found = unfilled();
        (found.attributes.age, found.attributes.race) = (Outcome::Value(40.0), Outcome::Value(Race::White));
        let told =
            found.withholding(Outputs::of(&[Output::Race])).only(Outputs::of(&[Output::Age, Output::Race]));
        assert_eq!((told.attributes.age, told.attributes.race), (Outcome::Value(40.0), Outcome::Unavailable));
        let blur = unfilled().only(Outputs::of(&[Output::Quality(QualityKey::Blur)]));
        assert_eq!(blur.quality[QualityKey::Blur], Outcome::Unavailable);
        assert_eq!(blur.quality[QualityKey::Flare], Outcome::NotRequested);
    }
}
