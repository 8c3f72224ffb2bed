//! Active liveness: do photos show the movements that a person was asked for?

use bytes::Bytes;
use faceward_core::{AppId, Embedding, Outcome};
use faceward_engine::{Analysis, Output, Outputs, Request};

use crate::audit::Trail;
use crate::error::{Check, PhotoFault, PhotoField, ServiceError};
use crate::movement::{Movement, MovementPart, Stance, outputs_of};
use crate::policy::{decided_as_requested, same_still};
use crate::report::{ActiveLiveness, FrameFault, FrameVerdict, Refusal};
use crate::requests::{ActiveLivenessRequest, Checks, Frame};
use crate::ruled::Ruled;
use crate::service::Service;

use super::wanted::{COMPARED, with_checks};

/// What a frame has to show, without its photo.
struct Task {
    field: PhotoField,
    movements: Vec<Movement>,
    describe: Outputs,
    checks: Checks,
    verify: bool,
    mirrored: bool,
}

impl Service {
    /// Judges photos against the movements that were asked for, each on its own and the whole.
    ///
    /// # Errors
    /// A photo cannot be decoded; the subject is unknown or has no usable template; what a movement or a requested check
    /// needs is unavailable; the success threshold is out of range; overload, timeout. A photo without exactly one usable
    /// face is no error: its frame says so.
    pub async fn active_liveness(
        &self,
        app: &AppId,
        request: ActiveLivenessRequest,
    ) -> Result<ActiveLiveness, ServiceError> {
        let mut trail = self.trail("active_liveness", Some(app));
        if let Some(subject) = &request.subject {
            trail.about(Some(&subject.gallery), Some(&subject.subject), None);
        }
        let result = async { self.ruled(Some(app)).await?.do_active_liveness(*app, request).await }.await;
        if let Ok(answer) = &result {
            self.record_frames(&mut trail, answer);
        }
        trail.end(result).await
    }

    /// The verdict, and what each frame shows: `1_` before the scores of the first.
    fn record_frames(&self, trail: &mut Trail, answer: &ActiveLiveness) {
        for (index, frame) in answer.frames.iter().enumerate() {
            let number = index + 1;
            match frame {
                Ok(verdict) => {
                    trail.face(&format!("{number}_"), &verdict.face);
                    for (movement, _) in verdict.movements.iter().filter(|(_, shown)| !shown) {
                        trail.reason(format!("{number}_not_{movement}"));
                    }
                    if let Some(comparison) = &verdict.comparison {
                        trail.score(format!("{number}_similarity"), f64::from(comparison.similarity.0));
                        trail.score("threshold", f64::from(comparison.threshold.0));
                        trail.model(self.embedding_model());
                    }
                }
                Err(_) => trail.reason(format!("{number}_unusable")),
            }
        }
        if answer.refusal.is_some() {
            trail.reason("repeated_still");
        }
        trail.verdict(if answer.passed { "passed" } else { "failed" });
    }
}

impl Ruled {
    async fn do_active_liveness(
        &self,
        app: AppId,
        request: ActiveLivenessRequest,
    ) -> Result<ActiveLiveness, ServiceError> {
        let ActiveLivenessRequest { frames, subject, success_threshold, mirrored } = request;
        let n_needed = checked_threshold(success_threshold, frames.len())?;
        let verifies = subject.is_some();
        let (photos, tasks) = taken_apart(frames, verifies, mirrored)?;
        self.require(Checks { liveness: tasks.iter().any(|task| task.checks.liveness), deepfake: false })?;
        let admitted = self.let_in("active_liveness", tasks.len())?;
        let references = match &subject {
            Some(subject) => self.references(app, subject).await?.embeddings,
            None => Vec::new(),
        };
        let mirrored_embedding = self.settings().mirrored_probes;
        let wanted = tasks.iter().map(|task| task.request(mirrored_embedding));
        let photos = photos.into_iter().zip(&tasks).zip(wanted);
        let photos = photos.map(|((photo, task), wanted)| (photo, task.field, wanted)).collect();
        let analyses = self.analyses(&admitted, photos).await?;
        let verdicts = analyses.into_iter().zip(&tasks);
        let frames = verdicts
            .map(|(analysis, task)| self.judge_frame(analysis, task, &references))
            .collect::<Result<Vec<_>, _>>()?;
        let refusal = if self.settings().active_liveness.refuse_repeated_stills {
            repeated_still(&frames)
        } else {
            None
        };
        let n_succeeded = frames.iter().flatten().filter(|verdict| verdict.succeeds()).count();
        Ok(ActiveLiveness { passed: refusal.is_none() && n_succeeded >= n_needed, refusal, frames })
    }

    fn judge_frame(
        &self,
        analysis: Analysis,
        task: &Task,
        references: &[Embedding],
    ) -> Result<Result<FrameVerdict, FrameFault>, ServiceError> {
        match self.frame_verdict(analysis, task, references) {
            Ok(verdict) => Ok(Ok(verdict)),
            Err(ServiceError::Photo {
                fault:
                    fault @ (PhotoFault::NoFace
                    | PhotoFault::SeveralFaces
                    | PhotoFault::TooSmall
                    | PhotoFault::NotPhotographed
                    | PhotoFault::TooPoor),
                ..
            }) => Ok(Err(FrameFault::Photo(fault))),
            Err(ServiceError::CheckUndecided { check, .. }) => Ok(Err(FrameFault::Undecided(check))),
            Err(other) => Err(other),
        }
    }

    fn frame_verdict(
        &self,
        analysis: Analysis,
        task: &Task,
        references: &[Embedding],
    ) -> Result<FrameVerdict, ServiceError> {
        let (face, comparison) = if task.verify {
            let (face, probe) = self.comparable_face(analysis, task.field, task.checks)?;
            (face, Some(self.best_of(references, &probe)?))
        } else {
            let (mut face, _no_embedding) = self.one_face(analysis, task.field)?;
            decided_as_requested(&mut face, task.checks, task.field)?;
            (face, None)
        };
        let stance = Stance::of(&face.face, task.mirrored);
        let thresholds = &self.settings().thresholds.movement;
        let shown = |movement: &Movement| {
            let shown = decided_movement(*movement, &stance.shows(*movement, thresholds), task.field)?;
            Ok((*movement, shown))
        };
        let movements = task.movements.iter().map(shown).collect::<Result<_, ServiceError>>()?;
        Ok(FrameVerdict { face, stance, movements, comparison })
    }
}

impl Task {
    fn request(&self, mirrored_embedding: bool) -> Request {
        let shown = outputs_of(&self.movements);
        // The pose tells stills apart.
        let compared = if self.verify { COMPARED } else { Outputs::NONE };
        let outputs = with_checks(self.describe.and(shown).with(Output::Pose), self.checks).and(compared);
        Request { outputs, mirrored_embedding, ..Request::default() }
    }
}

/// Photos and tasks. The cheap checks run on every photo before any is decoded.
fn taken_apart(
    frames: Vec<Frame>,
    verifies: bool,
    mirrored: bool,
) -> Result<(Vec<Bytes>, Vec<Task>), ServiceError> {
    let is_only = frames.len() == 1;
    let parts = frames.into_iter().enumerate().map(|(index, frame)| {
        let Frame { photo, movements, describe, check_liveness, verify } = frame;
        let field = if is_only { PhotoField::Only } else { PhotoField::Frame(index) };
        let photo = photo.checked().map_err(|fault| fault.of(field))?;
        let checks = Checks { liveness: check_liveness, deepfake: false };
        let verify = verify && verifies;
        Ok((photo, Task { field, movements, describe, checks, verify, mirrored }))
    });
    parts.collect()
}

fn checked_threshold(asked: Option<usize>, n_frames: usize) -> Result<usize, ServiceError> {
    let threshold = asked.unwrap_or(n_frames);
    if n_frames > 0 && (1..=n_frames).contains(&threshold) {
        Ok(threshold)
    } else {
        let expected = "a whole number from 1 to the number of images";
        Err(ServiceError::InvalidParameter { name: "success_threshold", expected })
    }
}

/// Whether a movement is shown; an error where that cannot be told: an absent check never looks passed, nor failed.
fn decided_movement(
    movement: Movement,
    shown: &Outcome<bool>,
    field: PhotoField,
) -> Result<bool, ServiceError> {
    let check = match movement.part() {
        MovementPart::Head => Check::HeadPose,
        MovementPart::Eyes => Check::Eyes,
        MovementPart::Mouth => Check::Mouth,
    };
    match shown {
        Outcome::Value(shown) => Ok(*shown),
        Outcome::Failed(reason) => Err(ServiceError::CheckUndecided { field, check, reason: reason.clone() }),
        Outcome::Unavailable | Outcome::NotRequested => Err(ServiceError::CheckUnavailable(check)),
    }
}

/// The first two frames that are one still and were to show movements that exclude each other.
fn repeated_still(frames: &[Result<FrameVerdict, FrameFault>]) -> Option<Refusal> {
    let verdicts: Vec<(usize, &FrameVerdict)> =
        frames.iter().enumerate().filter_map(|(index, frame)| Some((index, frame.as_ref().ok()?))).collect();
    for (n_before, (second_index, second)) in verdicts.iter().enumerate() {
        for (first_index, first) in verdicts.iter().take(n_before) {
            if let Some(movements) = exclusive(first, second)
                && same_still(&first.face, &second.face)
            {
                return Some(Refusal::RepeatedStill { frames: [*first_index, *second_index], movements });
            }
        }
    }
    None
}

fn exclusive(first: &FrameVerdict, second: &FrameVerdict) -> Option<[Movement; 2]> {
    let mut pairs = first.movements.iter().flat_map(|(a, _)| second.movements.iter().map(|(b, _)| [*a, *b]));
    pairs.find(|[a, b]| a.excludes(*b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_threshold_is_one_to_the_number_of_images() {
        for (asked, n_frames, expected) in [
            (None, 3, Some(3)),
            (Some(1), 3, Some(1)),
            (Some(3), 3, Some(3)),
            (Some(0), 3, None),
            (Some(4), 3, None),
            (None, 0, None),
            (Some(1), 0, None),
        ] {
            assert_eq!(checked_threshold(asked, n_frames).ok(), expected, "{asked:?} of {n_frames}");
        }
    }

    #[test]
    fn a_movement_that_cannot_be_told_is_neither_shown_nor_missing() {
        let decided = |shown| decided_movement(Movement::Left, &shown, PhotoField::Only);
        assert_eq!(decided(Outcome::Value(true)).ok(), Some(true));
        assert_eq!(decided(Outcome::Value(false)).ok(), Some(false));
        assert!(matches!(
            decided(Outcome::Unavailable),
            Err(ServiceError::CheckUnavailable(Check::HeadPose))
        ));
        assert!(matches!(
            decided(Outcome::Failed("why".to_owned())),
            Err(ServiceError::CheckUndecided { check: Check::HeadPose, .. })
        ));
    }
}
