//! Reports of the service to the JSON of the Riset.ai API. Pure.

use faceward_core::{Outcome, SubjectName};
use faceward_service::{
    ActiveLiveness, FaceReport, FrameFault, FrameVerdict, Identification, Judged, Movement, MovementPart,
    MovementThresholds, Output, Outputs, PhotoFault, Stance, SubjectRecord, SubjectVerification,
    Verification,
};

use super::errors;
use super::wire::{
    Angles, BatchImage, Compared, Eyes, Faces, Found, Identified, ListImage, ListLiveness, MatchStatus,
    Mouth, MouthLabel, Numbered, Opening, SingleImage, SingleLiveness, Spoof, User, Verdict, VerifiedFace,
};

/// What is answered in place of a subject that nobody is.
const UNREGISTERED: &str = "unregistered";

/// What the answer of a comparison or a search says about a face.
pub(super) const DESCRIBED: Outputs = Outputs::of(&[Output::Coverings]);
/// What every frame of a list says about a face, and a single one.
pub(super) const FRAME: Outputs = DESCRIBED.and(Outputs::of(&[Output::Pose, Output::Eyes, Output::Mouth]));

/// What a frame of a batch says about a face: only what its movement is about.
pub(super) const fn batch_frame(part: MovementPart) -> Outputs {
    DESCRIBED.with(match part {
        MovementPart::Head => Output::Pose,
        MovementPart::Eyes => Output::Eyes,
        MovementPart::Mouth => Output::Mouth,
    })
}

/// What a frame was asked for, as far as its answer depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Presentation attacks.
    pub(super) spoof: bool,
    /// The subject.
    pub(super) verify: bool,
    /// What the movement is about.
    pub(super) part: MovementPart,
}

pub(super) fn list(
    report: &ActiveLiveness,
    asked: &[Asked],
    rules: &MovementThresholds,
) -> ListLiveness<ListImage> {
    let frames = report.frames.iter().zip(asked);
    let images = frames.map(|(frame, asked)| match frame {
        Ok(verdict) => list_image(verdict, rules),
        Err(fault) => {
            let (status, status_message) = errors::frame_status(*fault);
            ListImage {
                verified: asked.verify.then_some(false),
                similarity: asked.verify.then_some(None),
                spoof: asked.spoof.then_some(None),
                spoof_score: asked.spoof.then_some(None),
                status: Some(status),
                status_message: Some(status_message),
                ..ListImage::default()
            }
        }
    });
    several(report, images.collect())
}

fn list_image(verdict: &FrameVerdict, rules: &MovementThresholds) -> ListImage {
    let stance = &verdict.stance;
    let spoof = spoof(&verdict.face);
    ListImage {
        matches: verdict.matches(),
        verified: verdict.comparison.map(|comparison| comparison.same),
        similarity: verdict.comparison.map(|comparison| Some(comparison.similarity.0)),
        masker: masked(stance, rules),
        spoof: spoof.map(|judged| Some(if judged.0 { Spoof::Spoof } else { Spoof::Real })),
        spoof_score: spoof.map(|judged| Some(judged.1)),
        angles: angles(stance),
        eyes: eyes(stance),
        mouth: mouth(stance, rules, false),
        status: None,
        status_message: None,
    }
}

pub(super) fn batch(
    report: &ActiveLiveness,
    asked: &[Asked],
    rules: &MovementThresholds,
) -> ListLiveness<BatchImage> {
    let frames = report.frames.iter().zip(asked);
    let images = frames.map(|(frame, asked)| match frame {
        Ok(verdict) => batch_image(verdict, *asked, rules),
        Err(fault) => {
            let (status, status_message) = errors::frame_status(*fault);
            BatchImage {
                verified: asked.verify.then_some(false),
                similarity: asked.verify.then_some(None),
                is_spoof: asked.spoof.then_some(None),
                spoof_score: asked.spoof.then_some(None),
                angles: (asked.part == MovementPart::Head).then(Angles::default),
                eyes: (asked.part == MovementPart::Eyes).then(Eyes::default),
                mouth: (asked.part == MovementPart::Mouth).then(Mouth::default),
                status: Some(status),
                status_message: Some(status_message),
                ..BatchImage::default()
            }
        }
    });
    several(report, images.collect())
}

fn batch_image(verdict: &FrameVerdict, asked: Asked, rules: &MovementThresholds) -> BatchImage {
    let stance = &verdict.stance;
    let spoof = spoof(&verdict.face);
    BatchImage {
        matches: verdict.matches(),
        similarity: verdict.comparison.map(|comparison| Some(comparison.similarity.0)),
        verified: verdict.comparison.map(|comparison| comparison.same),
        masker: masked(stance, rules),
        is_spoof: spoof.map(|judged| Some(judged.0)),
        spoof_score: spoof.map(|judged| Some(judged.1)),
        angles: (asked.part == MovementPart::Head).then(|| angles(stance)),
        eyes: (asked.part == MovementPart::Eyes).then(|| eyes(stance)),
        mouth: (asked.part == MovementPart::Mouth).then(|| mouth(stance, rules, true)),
        status: None,
        status_message: None,
    }
}

fn several<T>(report: &ActiveLiveness, images: Vec<T>) -> ListLiveness<T> {
    ListLiveness {
        liveness: if report.passed { Verdict::Passed } else { Verdict::Failed },
        results: Numbered(images),
        reason: report.refusal.map(|refusal| refusal.to_string()),
    }
}

/// The one frame of `report`; its fault fails the whole call.
pub(super) fn single(
    report: &ActiveLiveness,
    rules: &MovementThresholds,
) -> Result<SingleLiveness, FrameFault> {
    // The service answers as many frames as it was sent: one.
    let frame = report.frames.first().ok_or(FrameFault::Photo(PhotoFault::Missing))?;
    let verdict = frame.as_ref().map_err(|fault| *fault)?;
    let (stance, spoof) = (&verdict.stance, spoof(&verdict.face));
    let shown = |part| {
        let found =
            verdict.movements.iter().find(|(movement, _): &&(Movement, bool)| movement.part() == part);
        found.map(|(_, shown)| *shown)
    };
    Ok(SingleLiveness {
        liveness: if report.passed { "true" } else { "false" },
        match_status: MatchStatus {
            verified: verdict.comparison.map(|comparison| comparison.same),
            is_real: spoof.map(|judged| !judged.0),
            angle: shown(MovementPart::Head),
            eyes: shown(MovementPart::Eyes),
            mouth: shown(MovementPart::Mouth),
        },
        results: SingleImage {
            similarity: verdict.comparison.map(|comparison| comparison.similarity.0),
            masker: masked(stance, rules),
            is_spoof: spoof.map(|judged| Some(judged.0)),
            spoof_score: spoof.map(|judged| Some(judged.1)),
            angles: angles(stance),
            eyes: eyes(stance),
            mouth: mouth(stance, rules, true),
        },
    })
}

/// Whether it is an attack, and the probability of one; `None`: nobody asked. The service fails a check without a verdict;
/// should there be none all the same, it must not read as a pass.
fn spoof(report: &FaceReport) -> Option<(bool, f32)> {
    match &report.liveness {
        Outcome::Value(Judged { score, fine }) => Some((!fine, 1.0 - *score as f32)),
        Outcome::NotRequested => None,
        Outcome::Unavailable | Outcome::Failed(_) => Some((true, 1.0)),
    }
}

fn masked(stance: &Stance, rules: &MovementThresholds) -> Option<bool> {
    stance.masked.value().map(|_| stance.mouth_hidden(rules))
}

fn angles(stance: &Stance) -> Angles {
    let pose = stance.pose.value();
    Angles {
        roll: pose.map(|pose| pose.roll),
        pitch: pose.map(|pose| pose.pitch),
        yaw: pose.map(|pose| pose.yaw),
    }
}

fn eyes(stance: &Stance) -> Eyes {
    let label = |open: &Outcome<f32>| open.value().map(|open| labelled(*open));
    let (left, right) = (label(&stance.left_eye_open), label(&stance.right_eye_open));
    Eyes {
        left_eye: left.map(|label| label.0),
        left_eye_score: left.map(|label| label.1),
        right_eye: right.map(|label| label.0),
        right_eye_score: right.map(|label| label.1),
    }
}

/// `knows_masks`: whether the shape has a word for a hidden mouth.
fn mouth(stance: &Stance, rules: &MovementThresholds, knows_masks: bool) -> Mouth {
    let hidden = stance.mouth_hidden(rules);
    if hidden && knows_masks {
        return Mouth { mouth: Some(MouthLabel::Masked), mouth_score: Some(0.0) };
    }
    let Some(open) = stance.mouth_open.value() else { return Mouth::default() };
    let (label, score) = labelled(*open);
    let mouth = match label {
        Opening::Open => MouthLabel::Open,
        Opening::Closed => MouthLabel::Closed,
    };
    Mouth { mouth: Some(mouth), mouth_score: Some(if hidden { 0.0 } else { score }) }
}

/// The likelier label of a probability of being open, and its confidence.
fn labelled(open: f32) -> (Opening, f32) {
    if open >= 0.5 { (Opening::Open, open) } else { (Opening::Closed, 1.0 - open) }
}

pub(super) fn faces(subjects: &[SubjectRecord]) -> Faces {
    let user = |record: &SubjectRecord| User {
        user_id: record.subject.to_string(),
        user_name: record.name.as_ref().map(ToString::to_string),
    };
    Faces { faces: subjects.iter().map(user).collect() }
}

pub(super) fn verified(found: &SubjectVerification, rules: &MovementThresholds) -> VerifiedFace {
    VerifiedFace {
        user_name: found.name.as_ref().map(ToString::to_string),
        similarity: found.comparison.similarity.0,
        masker: wears_mask(&found.face, rules),
        verified: found.comparison.same,
    }
}

pub(super) fn compared(found: &Verification, rules: &MovementThresholds) -> Compared {
    let masks = [&found.first, &found.second].map(|face| wears_mask(face, rules));
    let masker = match masks {
        [Some(true), _] | [_, Some(true)] => Some(true),
        [Some(false), Some(false)] => Some(false),
        [None, _] | [_, None] => None,
    };
    Compared { similarity: found.comparison.similarity.0, verified: found.comparison.same, masker }
}

/// `name`: what people call the best match.
pub(super) fn identified(
    found: &Identification,
    name: Option<SubjectName>,
    rules: &MovementThresholds,
) -> Identified {
    let user_id =
        found.best.as_ref().map_or_else(|| UNREGISTERED.to_owned(), |best| best.subject.to_string());
    Identified {
        status_description: "Face Recognition Success",
        found: [Found {
            confidence_level: found.best_similarity.map(|similarity| similarity.0.to_string()),
            mask: wears_mask(&found.face, rules).map(|masked| if masked { "true" } else { "false" }),
            user_id,
            user_name: name.map(|name| name.to_string()),
        }],
    }
}

fn wears_mask(report: &FaceReport, rules: &MovementThresholds) -> Option<bool> {
    masked(&Stance::of(&report.face, false), rules)
}

#[cfg(test)]
#[path = "convert_tests.rs"]
mod tests;
