//! Answers to challenges: from facts about frames in their order to a verdict with its reasons. Pure.
//!
//! The limits were chosen on video frames and on photos that are none; `docs/accuracy.md` says how often each is wrong.

mod copies;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use faceward_core::{Embedding, IncomparableEmbeddings, Outcome, Similarity};
use faceward_models::calibration::thresholds::MovementThresholds;

use super::comparison::Comparator;
use crate::error::PhotoFault;
use crate::movement::{Movement, MovementPart, Stance};
use crate::report::{Advice, Judged};

pub use copies::Likeness;
pub use steps::{Motion, Still};

/// Why an answer did not pass. The list is closed: programs may decide on the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SequenceReason {
    /// A frame cannot be used: no face in it, several, too small, no photo.
    UnusableFrame,
    /// No frame of a step shows its movement, or those that do show another one of the sequence as well.
    MovementNotShown,
    /// Frames of two steps are one picture, or nearly so.
    DuplicateFrames,
    /// A frame was part of an earlier answer of the app.
    ReusedFrames,
    /// A frame shows somebody else than the first one.
    DifferentPerson,
    /// The person is not the subject that the challenge was made for.
    NotTheSubject,
    /// Passive liveness is not fine.
    NotLive,
    /// The deepfake check, which was asked for, is not fine.
    NotGenuine,
    /// From one frame to the next the head jumps, further than a head moves.
    MotionNotContinuous,
    /// From one frame to the next the surroundings change, or the size of the photos.
    SceneNotConstant,
}

impl SequenceReason {
    /// Every reason, in the order in which they are told.
    pub const ALL: [Self; 10] = [
        Self::UnusableFrame,
        Self::MovementNotShown,
        Self::DuplicateFrames,
        Self::ReusedFrames,
        Self::DifferentPerson,
        Self::NotTheSubject,
        Self::NotLive,
        Self::NotGenuine,
        Self::MotionNotContinuous,
        Self::SceneNotConstant,
    ];

    /// A stable `snake_case` name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnusableFrame => "unusable_frame",
            Self::MovementNotShown => "movement_not_shown",
            Self::DuplicateFrames => "duplicate_frames",
            Self::ReusedFrames => "reused_frames",
            Self::DifferentPerson => "different_person",
            Self::NotTheSubject => "not_the_subject",
            Self::NotLive => "not_live",
            Self::NotGenuine => "not_genuine",
            Self::MotionNotContinuous => "motion_not_continuous",
            Self::SceneNotConstant => "scene_not_constant",
        }
    }
}

/// Greatest turn of the head between two frames, in degrees.
const MOST_TURN: f32 = 35.0;
/// Longest way of the face's centre between two frames, in sides of the face.
const MOST_SHIFT: f32 = 0.5;
/// Greatest growth of the face between two frames.
const MOST_ZOOM: f32 = 0.35;
/// Least correlation of the surroundings of two frames.
const LEAST_SCENE: f32 = 0.6;
/// Least share of frames whose passive liveness is fine, and whose deepfake check is.
const LEAST_FINE_SHARE: f32 = 0.8;

/// One frame of an answer.
pub(crate) struct ExaminedFrame {
    /// The step that it was sent for, from 0 on.
    pub(crate) step: usize,
    /// What is known about it, or why nothing is.
    pub(crate) facts: Result<Facts, PhotoFault>,
    /// Whether its pixels were in an earlier answer of the app.
    pub(crate) reused: bool,
}

/// What is known about a usable frame.
pub(crate) struct Facts {
    pub(crate) stance: Stance,
    pub(crate) still: Still,
    /// `None`: the check could not decide.
    pub(crate) liveness: Option<Judged>,
    /// `None`: not asked for, or the check could not decide.
    pub(crate) genuine: Option<Judged>,
    /// What would help where it is not live.
    pub(crate) advice: Option<Advice>,
    pub(crate) embedding: Embedding,
}

/// What an answer is judged by.
pub(crate) struct Rules<'a> {
    pub(crate) thresholds: &'a MovementThresholds,
    pub(crate) comparator: &'a Comparator,
    /// Whether the deepfake check was asked for.
    pub(crate) check_deepfake: bool,
}

/// What came of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct SequenceVerdict {
    /// Why it did not pass; empty: it passed.
    pub reasons: BTreeSet<SequenceReason>,
    /// Whether the movement of each step was shown.
    pub shown: Vec<bool>,
    /// Similarity of each frame to the reference frame, which is the first that faces the camera; `None` where a frame
    /// cannot be used.
    pub similarities: Vec<Option<Similarity>>,
    /// The greatest changes between neighbouring frames, and the least likeness of their surroundings.
    pub motion: Motion,
    /// Similarity of the reference frame to the most similar template of the subject; `None` without a subject.
    pub subject: Option<Similarity>,
}

/// Judges `frames`, in the order in which they were taken, as the answer to `movements`. `templates`: those of the
/// subject that the answer has to show, or none if it is bound to nobody.
///
/// # Errors
/// Two embeddings are of different models.
pub(crate) fn judge(
    movements: &[Movement],
    frames: &[ExaminedFrame],
    templates: Option<&[Embedding]>,
    rules: &Rules<'_>,
) -> Result<SequenceVerdict, IncomparableEmbeddings> {
    let mut reasons = BTreeSet::new();
    let mut blame = |holds: bool, reason| {
        if !holds {
            reasons.insert(reason);
        }
    };
    let stands = |frame: &&ExaminedFrame| stands_for(frame, movements, rules.thresholds);
    let standing: Vec<&ExaminedFrame> = frames.iter().filter(stands).collect();
    let shown: Vec<bool> =
        (0..movements.len()).map(|step| standing.iter().any(|frame| frame.step == step)).collect();
    let motion = motion(frames);
    let similarities = similarities(&standing, frames, rules.comparator)?;
    let subject =
        templates.map(|templates| likest(reference(&standing, frames), templates, rules.comparator));
    let subject = subject.transpose()?.flatten();
    let threshold = rules.comparator.threshold();

    blame(frames.iter().all(|frame| frame.facts.is_ok()), SequenceReason::UnusableFrame);
    blame(shown.iter().all(|shown| *shown), SequenceReason::MovementNotShown);
    blame(!any_copies(movements, &standing, frames), SequenceReason::DuplicateFrames);
    blame(frames.iter().all(|frame| !frame.reused), SequenceReason::ReusedFrames);
    let one_person = similarities.iter().flatten().all(|similarity| *similarity >= threshold);
    blame(one_person, SequenceReason::DifferentPerson);
    // Without a usable frame there is nobody to be the subject.
    let is_subject = templates.is_none() || subject.is_some_and(|similarity| similarity >= threshold);
    blame(is_subject, SequenceReason::NotTheSubject);
    blame(mostly_fine(frames, |facts| facts.liveness), SequenceReason::NotLive);
    let genuine = !rules.check_deepfake || mostly_fine(frames, |facts| facts.genuine);
    blame(genuine, SequenceReason::NotGenuine);
    let moves = motion.turn <= MOST_TURN && motion.shift <= MOST_SHIFT && motion.zoom <= MOST_ZOOM;
    blame(moves, SequenceReason::MotionNotContinuous);
    let one_scene = !motion.resized && motion.scene.is_none_or(|scene| scene >= LEAST_SCENE);
    blame(one_scene, SequenceReason::SceneNotConstant);
    Ok(SequenceVerdict { reasons, shown, similarities, motion, subject })
}

/// Movements that a face at rest shows: they take nothing away from another movement.
const fn is_rest(movement: Movement) -> bool {
    match movement {
        Movement::Front | Movement::EyesOpen | Movement::MouthClosed => true,
        Movement::Left
        | Movement::Right
        | Movement::Up
        | Movement::Down
        | Movement::EyesClosed
        | Movement::MouthOpen => false,
    }
}

/// Whether `frame` stands for the movement of its step: it shows that one, and no other of the sequence. So no picture
/// stands for two steps: one of a raised head with an open mouth stands for neither where both are asked for.
fn stands_for(frame: &ExaminedFrame, movements: &[Movement], thresholds: &MovementThresholds) -> bool {
    let (Ok(facts), Some(asked)) = (&frame.facts, movements.get(frame.step)) else { return false };
    let shows = |movement: Movement| facts.stance.shows(movement, thresholds) == Outcome::Value(true);
    let others = movements.iter().filter(|other| *other != asked && !is_rest(**other));
    shows(*asked) && !others.into_iter().any(|other| shows(*other))
}

/// The frame that all others are compared with: the first that stands for the first step, or else the first usable one.
fn reference<'a>(standing: &[&'a ExaminedFrame], frames: &'a [ExaminedFrame]) -> Option<&'a Facts> {
    let first = standing.iter().find(|frame| frame.step == 0).copied();
    let usable = frames.iter().find(|frame| frame.facts.is_ok());
    first.or(usable)?.facts.as_ref().ok()
}

fn similarities(
    standing: &[&ExaminedFrame],
    frames: &[ExaminedFrame],
    comparator: &Comparator,
) -> Result<Vec<Option<Similarity>>, IncomparableEmbeddings> {
    let Some(reference) = reference(standing, frames) else { return Ok(vec![None; frames.len()]) };
    let to_reference = |frame: &ExaminedFrame| {
        let facts = frame.facts.as_ref().ok();
        facts
            .map(|facts| Ok(comparator.compare_frames(&reference.embedding, &facts.embedding)?.similarity))
            .transpose()
    };
    frames.iter().map(to_reference).collect()
}

/// The highest similarity to one of `templates`.
fn likest(
    probe: Option<&Facts>,
    templates: &[Embedding],
    comparator: &Comparator,
) -> Result<Option<Similarity>, IncomparableEmbeddings> {
    let Some(probe) = probe else { return Ok(None) };
    let mut best: Option<Similarity> = None;
    for template in templates {
        let similarity = comparator.compare_frames(template, &probe.embedding)?.similarity;
        if best.is_none_or(|best| similarity > best) {
            best = Some(similarity);
        }
    }
    Ok(best)
}

/// Whether two steps were answered with one picture: the same pixels anywhere, or nearly the same face in two frames that
/// stand for their steps.
fn any_copies(movements: &[Movement], standing: &[&ExaminedFrame], frames: &[ExaminedFrame]) -> bool {
    let is_head = |frame: &ExaminedFrame| {
        movements.get(frame.step).is_some_and(|movement| movement.part() == MovementPart::Head)
    };
    let all: Vec<&ExaminedFrame> = frames.iter().collect();
    any_pair(&all, |_, _, likeness| likeness.identical)
        || any_pair(standing, |a, b, likeness| likeness.is_copy(is_head(a) && is_head(b)))
}

/// Whether `is_copy` of two frames of different steps.
fn any_pair(
    frames: &[&ExaminedFrame],
    is_copy: impl Fn(&ExaminedFrame, &ExaminedFrame, Likeness) -> bool,
) -> bool {
    let copied = |a: &ExaminedFrame, b: &ExaminedFrame| {
        let stills = still(a).zip(still(b));
        a.step != b.step && stills.is_some_and(|(first, second)| is_copy(a, b, first.likeness(second)))
    };
    frames.iter().enumerate().any(|(index, a)| frames.iter().skip(index + 1).any(|b| copied(a, b)))
}

fn still(frame: &ExaminedFrame) -> Option<&Still> {
    frame.facts.as_ref().ok().map(|facts| &facts.still)
}

/// Whether `check` is fine on enough of the usable frames.
fn mostly_fine(frames: &[ExaminedFrame], check: impl Fn(&Facts) -> Option<Judged>) -> bool {
    let usable: Vec<&Facts> = frames.iter().filter_map(|frame| frame.facts.as_ref().ok()).collect();
    let is_fine = |facts: &&&Facts| check(facts).is_some_and(|judged| judged.fine);
    let n_fine = usable.iter().filter(is_fine).count();
    !usable.is_empty() && n_fine as f32 >= LEAST_FINE_SHARE * usable.len() as f32
}

/// The greatest changes between usable neighbours.
fn motion(frames: &[ExaminedFrame]) -> Motion {
    let stills: Vec<&Still> = frames.iter().filter_map(still).collect();
    let none = Motion { turn: 0.0, shift: 0.0, zoom: 0.0, scene: None, resized: false };
    stills.windows(2).map(|pair| pair[0].motion_to(pair[1])).fold(none, |most, change| Motion {
        turn: most.turn.max(change.turn),
        shift: most.shift.max(change.shift),
        zoom: most.zoom.max(change.zoom),
        scene: match (most.scene, change.scene) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        },
        resized: most.resized || change.resized,
    })
}
