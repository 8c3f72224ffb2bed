//! Answer a challenge: the frames of somebody who does what was asked, judged together.

use faceward_core::{AppId, Embedding, Similarity};
use faceward_engine::{Output, Outputs, Request};
use jiff::Timestamp;

use crate::analyses::{Admitted, Examined, Pending, usable};
use crate::audit::Trail;
use crate::challenges::{Challenge, ChallengeSettings};
use crate::error::{InternalError, PhotoFault, PhotoField, ServiceError};
use crate::movement::{Movement, Stance, outputs_of};
use crate::photo::Photo;
use crate::policy::{ExaminedFrame, Facts, Rules, SequenceVerdict, Still, judge_sequence};
use crate::report::{Advice, Judged};
use crate::requests::{AnswerRequest, Checks};
use crate::ruled::Ruled;
use crate::service::Service;
use crate::subject::SubjectRef;

/// What a frame's errors are about: each is told apart by its place in the answer.
const FIELD: PhotoField = PhotoField::Only;

/// What came of an answer.
#[derive(Clone, Debug)]
pub struct ChallengeAnswer {
    /// What had to be done.
    pub movements: Vec<Movement>,
    /// The frames in their order.
    pub frames: Vec<FrameReport>,
    /// The verdict. Without a reason against it the answer passed.
    pub verdict: SequenceVerdict,
    /// The subject that the challenge was made for.
    pub subject: Option<SubjectRef>,
    /// The threshold of every similarity in here.
    pub threshold: Similarity,
}

/// One frame of an answer.
#[derive(Clone, Debug)]
pub struct FrameReport {
    /// The step that it was sent for, from 0 on.
    pub step: usize,
    /// What the head, the eyes and the mouth do, with the subject's own sides and signs; `Err`: why it cannot be used.
    pub stance: Result<Stance, PhotoFault>,
    /// Passive liveness; `None` where the frame cannot be used or the check cannot decide, which is as bad as not fine.
    pub liveness: Option<Judged>,
    /// The deepfake check; `None` where it was not asked for, the frame cannot be used, or the check cannot decide.
    pub genuine: Option<Judged>,
    /// What would help where it is not live.
    pub advice: Option<Advice>,
}

impl ChallengeAnswer {
    /// Whether nothing speaks against it.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdict.reasons.is_empty()
    }
}

impl Service {
    /// Judges the answer to a challenge of `app`. Whatever comes of it, there is no second answer, unless it is refused
    /// before it is looked at: out of order, incomplete, overload.
    ///
    /// # Errors
    /// The challenge is unknown, of another app, answered already or expired; frames out of order, too few or too many;
    /// its subject was deleted; overload, timeout. A frame that cannot be used is no error but a reason.
    pub async fn answer_challenge(
        &self,
        app: &AppId,
        request: AnswerRequest,
    ) -> Result<ChallengeAnswer, ServiceError> {
        self.answered(app, request, None).await
    }

    /// The same for an answer that has to show `face`.
    ///
    /// # Errors
    /// As [`Service::answer_challenge`].
    pub(crate) async fn answer_as(
        &self,
        app: &AppId,
        request: AnswerRequest,
        face: Embedding,
    ) -> Result<ChallengeAnswer, ServiceError> {
        self.answered(app, request, Some(face)).await
    }

    async fn answered(
        &self,
        app: &AppId,
        request: AnswerRequest,
        face: Option<Embedding>,
    ) -> Result<ChallengeAnswer, ServiceError> {
        let mut trail = self.trail("answer_challenge", Some(app));
        let result =
            async { self.ruled(Some(app)).await?.do_answer_challenge(*app, request, face, &mut trail).await }
                .await;
        if let Ok(answer) = &result {
            note(&mut trail, answer);
            trail.model(self.embedding_model());
        }
        trail.end_durably(result).await
    }
}

impl Ruled {
    async fn do_answer_challenge(
        &self,
        app: AppId,
        request: AnswerRequest,
        face: Option<Embedding>,
        trail: &mut Trail,
    ) -> Result<ChallengeAnswer, ServiceError> {
        let AnswerRequest { challenge: id, frames, check_deepfake } = request;
        self.require(Checks { liveness: false, deepfake: check_deepfake })?;
        let (challenges, id) = (&self.stores().challenges, (&id).into());
        let challenge = Challenge::try_from(challenges.look(&app, &id, Timestamp::now()).await?)?;
        if let Some(SubjectRef { gallery, subject }) = &challenge.subject {
            trail.about(Some(gallery), Some(subject), None);
        }
        check_order(&frames, challenge.movements.len())?;
        let admitted = self.let_in("answer_challenge", frames.len())?;
        let challenge = Challenge::try_from(challenges.take(&app, &id, Timestamp::now()).await?)?;
        let templates = match &challenge.subject {
            Some(subject) => Some(self.references(app, subject).await?.embeddings),
            None => face.map(|face| vec![face]),
        };
        let frames = self.examine(app, &admitted, frames, (&challenge, check_deepfake)).await?;
        self.verdict(challenge, frames, templates.as_deref(), check_deepfake)
    }

    fn verdict(
        &self,
        challenge: Challenge,
        frames: Vec<ExaminedFrame>,
        templates: Option<&[Embedding]>,
        check_deepfake: bool,
    ) -> Result<ChallengeAnswer, ServiceError> {
        let Challenge { movements, subject, mirrored: _ } = challenge;
        let rules = Rules {
            thresholds: &self.settings().thresholds.movement,
            comparator: self.comparator(),
            check_deepfake,
        };
        let verdict =
            judge_sequence(&movements, &frames, templates, &rules).map_err(InternalError::Incomparable)?;
        let threshold = self.comparator().threshold();
        let frames = frames.into_iter().map(frame_report).collect();
        Ok(ChallengeAnswer { movements, frames, verdict, subject, threshold })
    }

    /// The facts of every frame.
    async fn examine(
        &self,
        app: AppId,
        admitted: &Admitted,
        frames: Vec<(usize, Photo)>,
        (challenge, check_deepfake): (&Challenge, bool),
    ) -> Result<Vec<ExaminedFrame>, ServiceError> {
        let mirrored = challenge.mirrored;
        // Whoever moves is one living person: that takes the pose, the embedding and the passive check of every frame.
        let outputs = outputs_of(&challenge.movements).and(Outputs::of(&[
            Output::Pose,
            Output::Embedding,
            Output::Liveness,
            Output::Photographed,
        ]));
        let outputs = outputs.with_if(Output::Genuine, check_deepfake);
        let mut examined: Vec<(usize, Result<Facts, PhotoFault>)> = Vec::with_capacity(frames.len());
        let queued: Vec<_> = frames
            .into_iter()
            .map(|(step, photo)| (step, self.queue_photo(admitted, photo, outputs)))
            .collect();
        for (step, queued) in queued {
            let facts = match queued {
                Ok(pending) => pending.examined().await.and_then(|found| self.facts(found, mirrored)),
                Err(error) => Err(error),
            };
            examined.push((step, unless_ours(facts)?));
        }
        let pixels = |facts: &Result<Facts, PhotoFault>| {
            facts.as_ref().ok().map(|facts| facts.still.fingerprint.pixels)
        };
        let prints: Vec<_> = examined.iter().map(|(_, facts)| pixels(facts)).collect();
        let reused = self.stores().challenges.remember_frames(&app, &prints).await?;
        let frames = examined.into_iter().zip(reused);
        Ok(frames.map(|((step, facts), reused)| ExaminedFrame { step, facts, reused }).collect())
    }

    fn queue_photo(
        &self,
        admitted: &Admitted,
        photo: Photo,
        outputs: Outputs,
    ) -> Result<Pending, ServiceError> {
        let mirrored_embedding = self.settings().mirrored_probes;
        let wanted = Request { outputs, mirrored_embedding, ..Request::default() };
        let bytes = photo.checked().map_err(|fault| fault.of(FIELD))?;
        self.queue_frame(admitted, bytes, FIELD, wanted)
    }

    /// What the verdict is made from; the one face of the frame must give an embedding.
    fn facts(&self, found: Examined, mirrored: bool) -> Result<Facts, ServiceError> {
        let Examined { analysis, fingerprint, queued: _ } = found;
        let (report, embedding) = self.one_face(analysis, FIELD)?;
        let embedding = usable(embedding, FIELD)?;
        let fingerprint = fingerprint.ok_or_else(|| PhotoFault::Undecodable.of(FIELD))?;
        let still = Still {
            size: [report.photo.width, report.photo.height],
            rect: report.face.rect,
            pose: report.face.pose.value().copied(),
            fingerprint,
        };
        Ok(Facts {
            stance: Stance::of(&report.face, mirrored),
            still,
            liveness: report.liveness.value().copied(),
            genuine: report.genuine.value().copied(),
            advice: report.advice(),
            embedding,
        })
    }
}

/// A frame's own fault is part of the verdict; anything else ends the request.
fn unless_ours(facts: Result<Facts, ServiceError>) -> Result<Result<Facts, PhotoFault>, ServiceError> {
    match facts {
        Ok(facts) => Ok(Ok(facts)),
        Err(error) => match error.photo_fault() {
            Some(fault) => Ok(Err(fault)),
            None => Err(error),
        },
    }
}

/// Steps from the first to the last, in this order, each with enough frames to see a movement in.
fn check_order(frames: &[(usize, Photo)], n_steps: usize) -> Result<(), ServiceError> {
    if !frames.is_sorted_by_key(|(step, _)| *step) || frames.iter().any(|(step, _)| *step >= n_steps) {
        return Err(ServiceError::ChallengeReordered);
    }
    let n_frames = |step: usize| frames.iter().filter(|(of, _)| *of == step).count();
    let enough = (0..n_steps).all(|step| n_frames(step) >= ChallengeSettings::FEWEST_FRAMES);
    if enough && frames.len() <= ChallengeSettings::MOST_FRAMES {
        Ok(())
    } else {
        Err(ServiceError::ChallengeIncomplete)
    }
}

fn frame_report(frame: ExaminedFrame) -> FrameReport {
    let facts = frame.facts.as_ref().ok();
    let (liveness, genuine) = (facts.and_then(|facts| facts.liveness), facts.and_then(|facts| facts.genuine));
    let advice = facts.and_then(|facts| facts.advice);
    FrameReport { step: frame.step, stance: frame.facts.map(|facts| facts.stance), liveness, genuine, advice }
}

/// What the audit log is told: the verdict, its reasons, the numbers closest to a limit.
fn note(trail: &mut Trail, answer: &ChallengeAnswer) {
    trail.verdict(if answer.passed() { "passed" } else { "not_passed" });
    answer.verdict.reasons.iter().for_each(|reason| trail.reason(reason.name()));
    trail.score("n_frames", answer.frames.len() as f64);
    let scores = answer.frames.iter().filter_map(|frame| Some(frame.liveness?.score));
    if let Some(least) = scores.min_by(f64::total_cmp) {
        trail.score("least_liveness", least);
    }
    let scores = answer.frames.iter().filter_map(|frame| Some(frame.genuine?.score));
    if let Some(least) = scores.min_by(f64::total_cmp) {
        trail.score("least_deepfake", least);
    }
    let similarities = answer.verdict.similarities.iter().flatten();
    if let Some(least) = similarities.map(|similarity| similarity.0).min_by(f32::total_cmp) {
        trail.score("least_similarity", f64::from(least));
    }
    if let Some(similarity) = answer.verdict.subject {
        trail.score("similarity", f64::from(similarity.0));
    }
    trail.score("threshold", f64::from(answer.threshold.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_come_in_their_order_and_none_is_left_out() {
        let check = |steps: &[usize]| {
            let frames: Vec<_> = steps.iter().map(|step| (*step, Photo::missing())).collect();
            match check_order(&frames, 3) {
                Ok(()) => "fine",
                Err(ServiceError::ChallengeReordered) => "reordered",
                Err(ServiceError::ChallengeIncomplete) => "incomplete",
                Err(_other) => "another error",
            }
        };
        let rows: [(&[usize], &str); 8] = [
            (&[0, 0, 1, 1, 2, 2], "fine"),
            (&[0, 0, 0, 1, 1, 2, 2, 2, 2], "fine"),
            (&[1, 1, 0, 0, 2, 2], "reordered"),
            (&[0, 1, 0, 1, 2, 2], "reordered"),
            (&[0, 0, 1, 1, 3, 3], "reordered"),
            (&[0, 0, 2, 2], "incomplete"),
            (&[0, 1, 1, 2, 2], "incomplete"),
            (&[], "incomplete"),
        ];
        for (steps, expected) in rows {
            assert_eq!(check(steps), expected, "{steps:?}");
        }
        let many: Vec<usize> = (0..3).flat_map(|step| [step; 11]).collect();
        assert_eq!(check(&many), "incomplete", "too many");
    }
}
