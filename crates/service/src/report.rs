//! What the use cases answer: analyses with their verdicts.
//!
//! Domain types, not wire types. Embeddings are taken out before a report leaves the service: no answer carries one.

use std::time::Duration;

use faceward_core::{
    Cosine, GalleryId, Outcome, QualityValues, Similarity, SubjectId, SubjectName, TemplateId,
};
use faceward_engine::{FaceAnalysis, Forgery, LITTLE_CONTEXT, NEAR_EDGE, PhotoInfo, StepTiming};
use faceward_store::TemplateRecord;

use crate::error::{Check, PhotoFault};
use crate::movement::{Movement, Stance};

/// A score with its verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// On the measure's own scale; each field that holds one says which end is good.
    pub score: f64,
    /// Whether it satisfies the threshold in force.
    pub fine: bool,
}

/// One face with its verdicts.
#[derive(Clone, Debug)]
pub struct FaceReport {
    /// The engine's findings, without the embedding.
    pub face: FaceAnalysis,
    /// The photo that it is in.
    pub photo: PhotoInfo,
    /// How many faces were detected in that photo, small ones included.
    pub n_detected: usize,
    /// Score 0 to 1, higher is more likely bona fide.
    pub liveness: Outcome<Judged>,
    /// Score 0 to 1, higher is more likely genuine.
    pub genuine: Outcome<Judged>,
    /// Score 0 to 1, higher is more likely a photographed face. Where it is not fine, neither are liveness and genuine.
    pub photographed: Outcome<Judged>,
    /// The quality measures with their verdicts, each 0 to 1 on its own [`faceward_core::Scale`].
    pub quality: QualityValues<Outcome<Judged>>,
}

/// What to tell whoever holds the camera, so that the next photo does better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Show more of the surroundings: the face fills the photo, or its edge is near.
    StepBack,
}

impl Advice {
    /// A stable `snake_case` name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StepBack => "step_back",
        }
    }
}

impl FaceReport {
    /// What would help, where a check refused the photo for something that another photo can do better.
    #[must_use]
    pub fn advice(&self) -> Option<Advice> {
        self.liveness_advice().or_else(|| self.deepfake_advice())
    }

    /// What would help, where liveness refused the photo for something that another photo can do better.
    #[must_use]
    pub fn liveness_advice(&self) -> Option<Advice> {
        let found = self.face.liveness.value();
        let close = found.is_some_and(|found| found.reasons.contains(&LITTLE_CONTEXT));
        (close && self.is_refused(&self.liveness)).then_some(Advice::StepBack)
    }

    /// What would help, where the deepfake check refused the photo for something that another photo can do better.
    #[must_use]
    pub fn deepfake_advice(&self) -> Option<Advice> {
        let found = self.face.genuine.value();
        let near = found.is_some_and(|found| found.reasons.contains(&NEAR_EDGE));
        (near && self.is_refused(&self.genuine)).then_some(Advice::StepBack)
    }

    /// How the face was forged, if the deepfake check is not fine and it is not for being no photograph.
    #[must_use]
    pub fn suspected(&self) -> Option<Forgery> {
        let found = self.face.genuine.value().filter(|_| self.is_refused(&self.genuine))?;
        Some(found.suspected)
    }

    /// Whether a check is not fine, and not for being no photograph.
    fn is_refused(&self, check: &Outcome<Judged>) -> bool {
        check.value().is_some_and(|judged| !judged.fine) && self.is_photograph()
    }

    /// Whether nothing says that no camera took it.
    fn is_photograph(&self) -> bool {
        self.photographed.value().is_none_or(|judged| judged.fine)
    }
}

/// Whether two photos show one person.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The first photo's face.
    pub first: FaceReport,
    /// The second photo's face.
    pub second: FaceReport,
    /// How alike the faces are.
    pub comparison: Comparison,
}

/// A comparison score on both scales, with its verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The raw score; its meaning depends on the model.
    pub cosine: Cosine,
    /// The calibrated score.
    pub similarity: Similarity,
    /// The threshold in force.
    pub threshold: Similarity,
    /// `similarity >= threshold`.
    pub same: bool,
}

/// A photo compared with a stored template.
#[derive(Clone, Debug)]
pub struct TemplateVerification {
    /// The template.
    pub template: TemplateId,
    /// The probe's face.
    pub face: FaceReport,
    /// How alike they are.
    pub comparison: Comparison,
}

/// A photo compared with a subject.
#[derive(Clone, Debug)]
pub struct SubjectVerification {
    /// What people call the subject.
    pub name: Option<SubjectName>,
    /// The probe's face.
    pub face: FaceReport,
    /// How alike the probe and the subject's best template are.
    pub comparison: Comparison,
}

/// Whether photos show the movements that were asked for.
#[derive(Clone, Debug)]
pub struct ActiveLiveness {
    /// Whether enough frames succeeded and nothing speaks against the whole.
    pub passed: bool,
    /// What speaks against the whole, whatever the frames say.
    pub refusal: Option<Refusal>,
    /// Each frame, in the order of the request.
    pub frames: Vec<Result<FrameVerdict, FrameFault>>,
}

/// What speaks against a whole active liveness check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// One and the same still was sent for two movements that exclude each other. Frames count from 0.
    #[error("images {} and {} are the same still, sent for `{}` and `{}`", .frames[0] + 1, .frames[1] + 1, .movements[0], .movements[1])]
    RepeatedStill {
        /// The two frames.
        frames: [usize; 2],
        /// What each was to show.
        movements: [Movement; 2],
    },
}

/// Why a frame has no verdict. The others keep theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum FrameFault {
    /// It has not exactly one usable face.
    #[error("{0}")]
    Photo(PhotoFault),
    /// A check ran and could not decide.
    #[error("the {0} check could not decide on this photo")]
    Undecided(Check),
}

/// What a frame shows.
#[derive(Clone, Debug)]
pub struct FrameVerdict {
    /// The face.
    pub face: FaceReport,
    /// What it does, with the subject's own signs and sides.
    pub stance: Stance,
    /// Each movement that was asked for, and whether the face shows it. What cannot be told is not shown.
    pub movements: Vec<(Movement, bool)>,
    /// How alike the face and the subject's best template are; `None`: not asked for.
    pub comparison: Option<Comparison>,
}

impl FrameVerdict {
    /// Whether it shows everything that was asked for.
    #[must_use]
    pub fn matches(&self) -> bool {
        self.movements.iter().all(|(_, shown)| *shown)
    }

    /// Whether it shows everything, is no presentation attack and is the expected subject, as far as was asked for.
    #[must_use]
    pub fn succeeds(&self) -> bool {
        let live = match &self.face.liveness {
            Outcome::Value(judged) => judged.fine,
            Outcome::NotRequested => true,
            Outcome::Unavailable | Outcome::Failed(_) => false,
        };
        self.matches() && live && self.comparison.is_none_or(|comparison| comparison.same)
    }
}

/// A template that was added.
#[derive(Clone, Debug)]
pub struct Enrollment {
    /// What the gallery keeps: ids, model, time.
    pub record: TemplateRecord,
    /// The face that was enrolled.
    pub face: FaceReport,
}

/// Who a photo shows.
#[derive(Clone, Debug)]
pub struct Identification {
    /// The best candidate, if its similarity reaches the threshold.
    pub best: Option<Match>,
    /// Similarity of the best candidate, whether it reaches the threshold or not; `None`: nobody is enrolled.
    pub best_similarity: Option<Similarity>,
    /// All candidates that reach the threshold, best first, at most the requested number.
    pub candidates: Vec<Match>,
    /// The threshold in force.
    pub threshold: Similarity,
    /// The probe's face.
    pub face: FaceReport,
}

/// A subject who reaches the threshold, by its best template.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The best template.
    pub template: TemplateId,
    /// The gallery that holds it.
    pub gallery: GalleryId,
    /// Whom it shows.
    pub subject: SubjectId,
    /// What people call the subject, if anybody said.
    pub name: Option<SubjectName>,
    /// The raw score.
    pub cosine: Cosine,
    /// The calibrated score.
    pub similarity: Similarity,
}

/// All faces of a photo.
#[derive(Clone, Debug)]
pub struct AnalysisReport {
    /// The photo.
    pub photo: PhotoInfo,
    /// Its faces, largest first: at most [`crate::AnalyzeRequest::MOST_FACES`].
    pub faces: Vec<FaceReport>,
    /// How many were detected. Those beyond [`AnalysisReport::faces`] were left out.
    pub n_detected: usize,
    /// Time of each step, in the order in which they ran.
    pub timings: Vec<StepTiming>,
    /// Time between acceptance and the start of the computation.
    pub queued: Duration,
}
