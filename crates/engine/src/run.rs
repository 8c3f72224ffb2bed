//! One worker: a photo through decoding, detection and the steps of its plan, each of them timed.

use std::time::Instant;

use faceward_core::{Outcome, PixelRect, Turn};

use crate::analysis::{Analysis, FaceAnalysis, PhotoInfo, StepTiming};
use crate::attributes::FacePart;
use crate::detection::{DetectError, Detection, Detector, Found};
use crate::draft::FaceDraft;
use crate::fingerprint::Fingerprint;
use crate::image::{Limits, RgbImage, decode};
use crate::networks::NetworkClock;
use crate::options::AnalyzeError;
use crate::plan::Planner;
use crate::request::Request;
use crate::step::Step;
use crate::steps::{FaceSteps, Scene};
use crate::turned;

/// One thread's sessions and the steps built on them.
pub struct Worker {
    limits: Limits,
    planner: Planner,
    detector: Detector,
    steps: FaceSteps,
    clock: NetworkClock,
}

impl Worker {
    pub(crate) const fn new(
        limits: Limits,
        planner: Planner,
        detector: Detector,
        steps: FaceSteps,
        clock: NetworkClock,
    ) -> Self {
        Self { limits, planner, detector, steps, clock }
    }

    /// Analyses `photo`, the bytes of a JPEG or PNG.
    ///
    /// # Errors
    /// The bytes are no acceptable photo, or a network fails. A photo without a face is no error.
    pub fn analyze(&mut self, photo: &[u8], request: &Request) -> Result<Analysis, AnalyzeError> {
        self.analyze_while(photo, request, &|| true)
    }

    /// The same for somebody who may lose patience: `wanted` is asked before each face and each step.
    ///
    /// # Errors
    /// As [`Worker::analyze`]; [`AnalyzeError::Cancelled`] once it is no longer wanted.
    pub fn analyze_while(
        &mut self,
        photo: &[u8],
        request: &Request,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Analysis, AnalyzeError> {
        Ok(self.examine(photo, request, wanted)?.1)
    }

    /// The same, with a fingerprint of the photo and its largest face.
    ///
    /// # Errors
    /// As [`Worker::analyze_while`], or the photo cannot be shrunk.
    pub fn analyze_frame(
        &mut self,
        photo: &[u8],
        request: &Request,
        wanted: &dyn Fn() -> bool,
    ) -> Result<(Analysis, Option<Fingerprint>), AnalyzeError> {
        let (upright, analysis) = self.examine(photo, request, wanted)?;
        let points = analysis.faces.first().map(|face| &face.points);
        let fingerprint = Fingerprint::of(&upright, points)?;
        Ok((analysis, Some(fingerprint)))
    }

    fn examine(
        &mut self,
        photo: &[u8],
        request: &Request,
        wanted: &dyn Fn() -> bool,
    ) -> Result<(RgbImage, Analysis), AnalyzeError> {
        let mut timer = Timer::new(self.clock.clone());
        let decoded = timer.time("decode", || decode(photo, &self.limits))?;
        let upright = decoded.photo;
        go_on(wanted)?;
        let found = timer.time("detect", || {
            let mut judge =
                |photo: &RgbImage, face: &Detection| Ok(self.steps.stands_upright(photo, face)?);
            self.detector.find(&upright, &mut judge)
        })?;
        let found = self.credible(found, &mut timer)?;
        let (turn, seen) = match &found.turned {
            Some((turn, turned)) => (*turn, turned),
            None => (Turn::None, &upright),
        };
        let n_faces = request.scope.n_faces(found.faces.len());
        let detections: Vec<PixelRect> = found.faces.iter().map(|face| face.rect).collect();
        let steps = self.planner.steps(request.outputs.without(request.withheld));
        let mut faces = Vec::new();
        for detection in found.faces.iter().take(n_faces) {
            go_on(wanted)?;
            let detection = timer.time("refine", || self.detector.refine(seen, detection))?;
            let scene = Scene { photo: seen, detections: &detections, request, wanted };
            faces.push(self.analyze_face(&steps, &scene, &detection, &mut timer)?);
        }
        let back = turned::Back::new(upright.size(), turn);
        let analysis = Analysis {
            photo: PhotoInfo {
                format: decoded.format,
                width: upright.width(),
                height: upright.height(),
                turned: turn,
            },
            faces: faces.into_iter().map(|face| back.face(face)).collect(),
            detections: detections.iter().map(|rect| back.rect(rect)).collect(),
            networks: timer.clock.take(),
            timings: timer.timings,
        };
        Ok((upright, analysis))
    }

    /// Probability that the eye or mouth that fills `photo`, the bytes of a JPEG or PNG, is open: 0 to 1. Nothing is
    /// looked for; a photo of something else gets a number without meaning.
    ///
    /// # Errors
    /// The bytes are no acceptable photo, or a network fails.
    pub fn part_is_open(&mut self, photo: &[u8], part: FacePart) -> Result<Outcome<f32>, AnalyzeError> {
        let crop = decode(photo, &self.limits)?.photo;
        Ok(self.steps.attributes.part_is_open(&crop, part)?)
    }

    /// What was found without what was found only in the turned photo and is no photographed face: patterns and animals look
    /// most like a face from some side.
    fn credible(&mut self, mut found: Found, timer: &mut Timer) -> Result<Found, AnalyzeError> {
        if let Some((_, turned)) = &found.turned {
            let mut kept = Vec::new();
            for detection in found.faces {
                let near = timer.time("refine", || self.detector.refine(turned, &detection))?;
                let photographed = timer.time("photograph", || self.steps.photographed(turned, &near))?;
                // Without the network everything is believed.
                if photographed.value().is_none_or(|score| *score >= 0.5) {
                    kept.push(detection);
                }
            }
            found.faces = kept;
        }
        if found.faces.is_empty() {
            found.turned = None;
        }
        Ok(found)
    }

    /// One face through the steps of the plan.
    fn analyze_face(
        &mut self,
        steps: &[Step],
        scene: &Scene<'_>,
        detection: &Detection,
        timer: &mut Timer,
    ) -> Result<FaceAnalysis, AnalyzeError> {
        let mut face = FaceDraft::new(detection);
        for step in steps {
            go_on(scene.wanted)?;
            timer.time(step.declaration().name, || self.steps.run(*step, scene, &mut face))?;
        }
        let Request { outputs, withheld, .. } = scene.request;
        Ok(face.analysis.withholding(*withheld).only(*outputs))
    }
}

fn go_on(wanted: &dyn Fn() -> bool) -> Result<(), AnalyzeError> {
    if wanted() { Ok(()) } else { Err(AnalyzeError::Cancelled) }
}

impl From<DetectError> for AnalyzeError {
    fn from(error: DetectError) -> Self {
        match error {
            DetectError::Inference(error) => error.into(),
            DetectError::Resample(error) => error.into(),
        }
    }
}

/// Wall-clock time of each step, and the part of it inside networks.
struct Timer {
    clock: NetworkClock,
    timings: Vec<StepTiming>,
}

impl Timer {
    fn new(clock: NetworkClock) -> Self {
        // What a refused photo or a crop has left behind.
        clock.take();
        Self { clock, timings: Vec::new() }
    }

    /// Runs `work` as the step `step`; the same step's time adds up.
    fn time<T>(&mut self, step: &'static str, work: impl FnOnce() -> T) -> T {
        let (start, network_start) = (Instant::now(), self.clock.elapsed());
        let result = work();
        let (duration, network) = (start.elapsed(), self.clock.elapsed().saturating_sub(network_start));
        match self.timings.iter_mut().find(|timing| timing.step == step) {
            Some(timing) => {
                timing.duration += duration;
                timing.network += network;
            }
            None => self.timings.push(StepTiming { step, duration, network }),
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_runs_twice_is_listed_once() {
        let mut timer = Timer::new(NetworkClock::default());
        assert_eq!(timer.time("a", || 1) + timer.time("b", || 2) + timer.time("a", || 3), 6);
        assert_eq!(timer.timings.iter().map(|timing| timing.step).collect::<Vec<_>>(), ["a", "b"]);
    }
}
