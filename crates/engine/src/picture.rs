//! What is asked of the picture, whoever is on it: was a face photographed, was it a live person's, is it genuine?
//!
//! These steps read the photo and the detection alone. Where a core is free they run beside all others, on a thread of their
//! own; what they find is the same.

use faceward_core::Outcome;
use faceward_inference::InferenceError;

use crate::analysis::FaceAnalysis;
use crate::deepfake::DeepfakeStep;
use crate::face::{FaceGeometry, attempt};
use crate::findings::{Genuineness, Liveness};
use crate::image::RgbImage;
use crate::liveness::LivenessStep;
use crate::networks::ModelSession;
use crate::options::EngineError;
use crate::photograph::PhotographStep;
use crate::sessions::all;
use crate::step::{PictureStep, Step};
use crate::timer::Timer;

/// The steps whose models were loaded; `None` where one was not.
pub(crate) struct PictureSteps {
    /// Whether it is the photographed face of a human.
    pub(crate) photograph: Option<PhotographStep>,
    /// Presentation attack detection.
    pub(crate) liveness: Option<LivenessStep>,
    /// Genuine or manipulated.
    pub(crate) deepfake: Option<DeepfakeStep>,
}

/// What they found. What no step has filled is unavailable.
pub(crate) struct PictureFindings {
    photographed: Outcome<f32>,
    liveness: Outcome<Liveness>,
    genuine: Outcome<Genuineness>,
}

impl PictureSteps {
    /// With sessions of the declared models from `session`, which knows them by id.
    ///
    /// # Errors
    /// The runtime refuses another session.
    pub(crate) fn new(
        session: impl Fn(&'static str) -> Result<Option<ModelSession>, InferenceError>,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            photograph: all(Step::Picture(PictureStep::Photograph), &session)?.map(PhotographStep::new),
            liveness: all(Step::Picture(PictureStep::Liveness), &session)?.map(LivenessStep::new),
            deepfake: all(Step::Picture(PictureStep::Deepfake), &session)?.map(DeepfakeStep::new),
        })
    }

    /// Runs `steps` on the face at `face`, as long as `go_on` has nothing against the next one.
    ///
    /// # Errors
    /// The runtime failed, or whatever `go_on` says.
    pub(crate) fn run<E: From<InferenceError>>(
        &mut self,
        steps: &[PictureStep],
        (photo, face): (&RgbImage, &FaceGeometry),
        timer: &mut Timer,
        go_on: impl Fn() -> Result<(), E>,
    ) -> Result<PictureFindings, E> {
        let mut found = PictureFindings::unfilled();
        for step in steps {
            go_on()?;
            timer.time(step.declaration().name, || self.step(*step, (photo, face), &mut found))?;
        }
        Ok(found)
    }

    /// Whether what was detected at `face` is the photographed face of a human: score 0 to 1.
    ///
    /// # Errors
    /// The runtime failed.
    pub(crate) fn photographed(
        &mut self,
        photo: &RgbImage,
        face: &FaceGeometry,
    ) -> Result<Outcome<f32>, InferenceError> {
        attempt(self.photograph.as_mut(), |step| step.run(photo, face))
    }

    fn step(
        &mut self,
        step: PictureStep,
        (photo, face): (&RgbImage, &FaceGeometry),
        found: &mut PictureFindings,
    ) -> Result<(), InferenceError> {
        match step {
            PictureStep::Photograph => found.photographed = self.photographed(photo, face)?,
            PictureStep::Liveness => {
                found.liveness = attempt(self.liveness.as_mut(), |step| step.run(photo, face))?;
            }
            PictureStep::Deepfake => {
                found.genuine = attempt(self.deepfake.as_mut(), |step| step.run(photo, face))?;
            }
        }
        Ok(())
    }
}

impl PictureFindings {
    fn unfilled() -> Self {
        Self {
            photographed: Outcome::Unavailable,
            liveness: Outcome::Unavailable,
            genuine: Outcome::Unavailable,
        }
    }

    /// Puts them where the caller looks for them.
    pub(crate) fn fill(self, analysis: &mut FaceAnalysis) {
        analysis.photographed = self.photographed;
        analysis.liveness = self.liveness;
        analysis.genuine = self.genuine;
    }
}
