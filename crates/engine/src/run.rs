//! One worker: a photo through decoding, detection and the steps of its plan, each of them timed.

use faceward_core::{Outcome, PixelRect, Turn};

use crate::analysis::{Analysis, FaceAnalysis, PhotoInfo, StepTiming};
use crate::attributes::FacePart;
use crate::detection::{DetectError, Detection, Detector, Found};
use crate::draft::FaceDraft;
use crate::fingerprint::Fingerprint;
use crate::image::{Limits, RgbImage, decode};
use crate::meanwhile::Meanwhile;
use crate::networks::{NetworkClock, NetworkTiming};
use crate::options::AnalyzeError;
use crate::picture::PictureSteps;
use crate::plan::Planner;
use crate::request::Request;
use crate::step::{PictureStep, Step};
use crate::steps::{FaceSteps, Scene};
use crate::timer::Timer;
use crate::turned;

/// One thread's sessions and the steps built on them.
pub struct Worker {
    limits: Limits,
    planner: Planner,
    detector: Detector,
    /// The steps of one face, but for those of the picture.
    steps: FaceSteps,
    picture: PictureSteps,
    clocks: Clocks,
}

/// What counts the time inside networks: those of the picture run beside the others.
#[derive(Clone, Default)]
pub(crate) struct Clocks {
    pub(crate) face: NetworkClock,
    pub(crate) picture: NetworkClock,
}

/// The time of one analysis, likewise.
struct Timers {
    face: Timer,
    picture: Timer,
}

impl Worker {
    pub(crate) fn new(
        (limits, planner): (Limits, Planner),
        detector: Detector,
        (steps, picture): (FaceSteps, PictureSteps),
        clocks: Clocks,
    ) -> Self {
        Self { limits, planner, detector, steps, picture, clocks }
    }

    /// Analyses `photo`, the bytes of a JPEG or PNG.
    ///
    /// # Errors
    /// The bytes are no acceptable photo, or a network fails. A photo without a face is no error.
    pub fn analyze(&mut self, photo: &[u8], request: &Request) -> Result<Analysis, AnalyzeError> {
        self.analyze_while(photo, request, Meanwhile::PATIENT)
    }

    /// The same for somebody who may lose patience, or lend a core.
    ///
    /// # Errors
    /// As [`Worker::analyze`]; [`AnalyzeError::Cancelled`] once it is no longer wanted.
    pub fn analyze_while(
        &mut self,
        photo: &[u8],
        request: &Request,
        meanwhile: Meanwhile<'_>,
    ) -> Result<Analysis, AnalyzeError> {
        Ok(self.examine(photo, request, meanwhile)?.1)
    }

    /// The same, with a fingerprint of the photo and its largest face.
    ///
    /// # Errors
    /// As [`Worker::analyze_while`], or the photo cannot be shrunk.
    pub fn analyze_frame(
        &mut self,
        photo: &[u8],
        request: &Request,
        meanwhile: Meanwhile<'_>,
    ) -> Result<(Analysis, Option<Fingerprint>), AnalyzeError> {
        let (upright, analysis) = self.examine(photo, request, meanwhile)?;
        let points = analysis.faces.first().map(|face| &face.points);
        let fingerprint = Fingerprint::of(&upright, points)?;
        Ok((analysis, Some(fingerprint)))
    }

    fn examine(
        &mut self,
        photo: &[u8],
        request: &Request,
        meanwhile: Meanwhile<'_>,
    ) -> Result<(RgbImage, Analysis), AnalyzeError> {
        let mut timers = Timers::new(&self.clocks);
        let decoded = timers.face.time("decode", || decode(photo, &self.limits))?;
        let upright = decoded.photo;
        go_on(meanwhile)?;
        let found = timers.face.time("detect", || {
            let mut judge =
                |photo: &RgbImage, face: &Detection| Ok(self.steps.stands_upright(photo, face)?);
            self.detector.find(&upright, &mut judge)
        })?;
        let found = self.credible(found, &mut timers)?;
        let (turn, seen) = match &found.turned {
            Some((turn, turned)) => (*turn, turned),
            None => (Turn::None, &upright),
        };
        let n_faces = request.scope.n_faces(found.faces.len());
        let detections: Vec<PixelRect> = found.faces.iter().map(|face| face.rect).collect();
        let plan = Plan::of(self.planner.steps(request.outputs.without(request.withheld)));
        let mut faces = Vec::new();
        for detection in found.faces.iter().take(n_faces) {
            go_on(meanwhile)?;
            let detection = timers.face.time("refine", || self.detector.refine(seen, detection))?;
            let scene = Scene { photo: seen, detections: &detections, request, meanwhile };
            faces.push(self.analyze_face(&plan, &scene, &detection, &mut timers)?);
        }
        let back = turned::Back::new(upright.size(), turn);
        let (timings, networks) = timers.taken();
        let analysis = Analysis {
            photo: PhotoInfo {
                format: decoded.format,
                width: upright.width(),
                height: upright.height(),
                turned: turn,
            },
            faces: faces.into_iter().map(|face| back.face(face)).collect(),
            detections: detections.iter().map(|rect| back.rect(rect)).collect(),
            networks,
            timings,
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
    fn credible(&mut self, mut found: Found, timers: &mut Timers) -> Result<Found, AnalyzeError> {
        if let Some((_, turned)) = &found.turned {
            let mut kept = Vec::new();
            for detection in found.faces {
                let near = timers.face.time("refine", || self.detector.refine(turned, &detection))?;
                let judge = || self.picture.photographed(turned, &near.geometry());
                let photographed = timers.picture.time("photograph", judge)?;
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

    /// One face through the steps of the plan: one after the other, or those of the picture on a spare core.
    fn analyze_face(
        &mut self,
        plan: &Plan,
        scene: &Scene<'_>,
        detection: &Detection,
        timers: &mut Timers,
    ) -> Result<FaceAnalysis, AnalyzeError> {
        let mut face = FaceDraft::new(detection);
        let (seen, Timers { face: timer, picture: beside }) = ((scene.photo, &detection.geometry()), timers);
        let (steps, picture) = (&mut self.steps, &mut self.picture);
        let mut along = || run_steps(steps, &plan.face, scene, &mut face, timer);
        let spare_core = if plan.is_divisible() { (scene.meanwhile.spare_core)() } else { None };
        let found = if let Some(_lent) = spare_core {
            std::thread::scope(|scope| {
                let beside =
                    scope.spawn(|| picture.run::<AnalyzeError>(&plan.picture, seen, beside, || Ok(())));
                let along = along();
                let found = beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                along.and(found)
            })
        } else {
            along().and_then(|()| picture.run(&plan.picture, seen, beside, || go_on(scene.meanwhile)))
        };
        found?.fill(&mut face.analysis);
        let Request { outputs, withheld, .. } = scene.request;
        Ok(face.analysis.withholding(*withheld).only(*outputs))
    }
}

/// The steps of every face of a photo.
struct Plan {
    face: Vec<Step>,
    picture: Vec<PictureStep>,
}

impl Plan {
    /// The steps in their order, those of the picture apart.
    fn of(steps: Vec<Step>) -> Self {
        let mut plan = Self { face: Vec::new(), picture: Vec::new() };
        for step in steps {
            if let Step::Picture(step) = step { plan.picture.push(step) } else { plan.face.push(step) }
        }
        plan
    }

    fn is_divisible(&self) -> bool {
        !self.face.is_empty() && !self.picture.is_empty()
    }
}

impl Timers {
    fn new(clocks: &Clocks) -> Self {
        Self { face: Timer::new(clocks.face.clone()), picture: Timer::new(clocks.picture.clone()) }
    }

    fn taken(self) -> (Vec<StepTiming>, Vec<NetworkTiming>) {
        let ((mut steps, mut networks), (of_picture, their_networks)) =
            (self.face.taken(), self.picture.taken());
        steps.extend(of_picture);
        networks.extend(their_networks);
        (steps, networks)
    }
}

/// One face through the steps that are not the picture's.
fn run_steps(
    steps: &mut FaceSteps,
    plan: &[Step],
    scene: &Scene<'_>,
    face: &mut FaceDraft,
    timer: &mut Timer,
) -> Result<(), AnalyzeError> {
    for step in plan {
        go_on(scene.meanwhile)?;
        timer.time(step.declaration().name, || steps.run(*step, scene, face))?;
    }
    Ok(())
}

fn go_on(meanwhile: Meanwhile<'_>) -> Result<(), AnalyzeError> {
    if (meanwhile.wanted)() { Ok(()) } else { Err(AnalyzeError::Cancelled) }
}

impl From<DetectError> for AnalyzeError {
    fn from(error: DetectError) -> Self {
        match error {
            DetectError::Inference(error) => error.into(),
            DetectError::Resample(error) => error.into(),
        }
    }
}
