//! The challenge of a session: the server's own, bound to the session, answered by the face of the selfie.

use faceward_core::Embedding;
use faceward_models::Sha256;
use jiff::Timestamp;

use super::play::{note, waits_for};
use crate::challenges::ChallengeId;
use crate::error::ServiceError;
use crate::requests::{AnswerRequest, ChallengeRequest};
use crate::service::Service;
use crate::sessions::{Attempt, Session, SessionStep, StepName};
use crate::use_cases::answer_challenge::ChallengeAnswer;
use crate::use_cases::create_challenge::OpenChallenge;

impl Service {
    /// Makes a challenge for the session, in the place of one that waits.
    ///
    /// # Errors
    /// The session waits for something else or is over; those of [`Service::create_challenge`].
    pub async fn session_challenge(&self, session: Session) -> Result<OpenChallenge, ServiceError> {
        if self.is_spent(&session, SessionStep::Challenge) {
            let trail = self.trail("session_challenge", Some(&session.app));
            return self.end_spent(trail, session).await;
        }
        waits_for(&session, SessionStep::Challenge)?;
        let request =
            ChallengeRequest { n_steps: session.plan.challenge_steps, ..ChallengeRequest::default() };
        let made = self.create_challenge(&session.app, request).await?;
        let mut session = session;
        session.challenge = Some(hash_of(&made.id));
        self.count_photo(session).await?;
        Ok(made)
    }

    /// Judges the answer to the challenge of the session. Gives the session as it then is.
    ///
    /// # Errors
    /// It is not the challenge of the session; the session waits for something else or is over; those of
    /// [`Service::answer_challenge`].
    pub async fn answer_session_challenge(
        &self,
        session: Session,
        answer: AnswerRequest,
    ) -> Result<Session, ServiceError> {
        waits_for(&session, SessionStep::Challenge)?;
        if session.challenge.as_deref() != Some(hash_of(&answer.challenge).as_str()) {
            return Err(ServiceError::ChallengeUnknown);
        }
        let faces = self.stores().sessions.session_faces(&session.app, &session.id).await?;
        let selfie: Embedding = faces.selfie.ok_or(ServiceError::SessionOver)?;
        let request = AnswerRequest { check_deepfake: session.plan.checks.deepfake, ..answer };
        let attempt = attempt(&self.answer_as(&session.app, request, selfie.clone()).await?);
        let mut trail = self.trail("session_challenge", Some(&session.app));
        note(&mut trail, &attempt);
        let service = self.clone();
        self.change(trail, async move { service.after(session, attempt, Some(selfie)).await }).await
    }
}

/// The name itself is kept by nobody but the browser and the store of challenges.
fn hash_of(id: &ChallengeId) -> String {
    Sha256::of(id.to_string().as_bytes()).to_string()
}

fn attempt(answer: &ChallengeAnswer) -> Attempt {
    let least = |scores: &mut dyn Iterator<Item = f64>| scores.min_by(f64::total_cmp);
    let frames = &answer.frames;
    Attempt {
        at: Timestamp::now(),
        step: StepName::Challenge,
        reasons: answer.verdict.reasons.iter().map(|reason| reason.name().to_owned()).collect(),
        liveness: least(&mut frames.iter().filter_map(|frame| Some(frame.liveness?.score))),
        deepfake: least(&mut frames.iter().filter_map(|frame| Some(frame.genuine?.score))),
        similarity: answer.verdict.subject.map(|similarity| f64::from(similarity.0)),
    }
}
