//! What a person does in a session: agree or not, and what comes of what was judged.

use faceward_core::Embedding;
use faceward_models::calibration::projection::projection;
use faceward_store::{NewTemplate, OnConflict, SessionState};
use jiff::Timestamp;

use crate::audit::Trail;
use crate::error::ServiceError;
use crate::metrics;
use crate::service::Service;
use crate::sessions::{Attempt, EnrollPlan, Session, SessionStep, StepName};
use crate::use_cases::enroll::end_after;

/// The session has had as many photos as it takes.
const TOO_MANY_PHOTOS: &str = "too_many_photos";

impl Service {
    /// Notes that the person agreed to the text of the session, or did not, which ends it.
    ///
    /// # Errors
    /// [`ServiceError::SessionOver`], [`ServiceError::SessionElsewhere`].
    pub async fn consent_session(&self, session: Session, agrees: bool) -> Result<Session, ServiceError> {
        let mut trail = self.trail("consent_session", Some(&session.app));
        trail.verdict(if agrees { "agreed" } else { "declined" });
        // Which text it was is told by the version, which is the operator's own word.
        trail.reason(session.consent.version.clone());
        if let Err(error) = waits_for(&session, SessionStep::Consent) {
            return trail.end(Err(error)).await;
        }
        let (service, mut session) = (self.clone(), session);
        self.change(trail, async move {
            if !agrees {
                return service.end_session(session, SessionState::Declined).await;
            }
            session.state = SessionState::Consented;
            session.agreed_at = Some(Timestamp::now());
            service.save(session, None).await
        })
        .await
    }

    /// Counts a photo, or a challenge, before it is looked at: of several that come at once one is, and whoever goes away
    /// before the answer has had it.
    pub(super) async fn count_photo(&self, mut session: Session) -> Result<Session, ServiceError> {
        session.n_photos += 1;
        self.save(session, None).await
    }

    /// Whether the session waits for `step`, and has had all the photos that it takes.
    pub(super) fn is_spent(&self, session: &Session, step: SessionStep) -> bool {
        session.step() == Some(step) && session.n_photos >= self.settings().sessions.photos.get()
    }

    /// Ends such a session.
    ///
    /// # Errors
    /// Always: [`ServiceError::SessionOver`], unless it cannot be ended.
    pub(super) async fn end_spent<T: Send + 'static>(
        &self,
        trail: Trail,
        mut session: Session,
    ) -> Result<T, ServiceError> {
        session.reasons = vec![TOO_MANY_PHOTOS.to_owned()];
        let service = self.clone();
        self.change(trail, async move {
            service.end_session(session, SessionState::Failed).await?;
            Err(ServiceError::SessionOver)
        })
        .await
    }

    /// What comes of an attempt: the next step, another try, or the end.
    pub(super) async fn after(
        &self,
        mut session: Session,
        attempt: Attempt,
        face: Option<Embedding>,
    ) -> Result<Session, ServiceError> {
        let (step, passed) = (attempt.step, attempt.reasons.is_empty());
        session.attempts.push(attempt);
        session.challenge = None;
        let asks_more = step == StepName::Selfie && session.plan.challenge_steps.is_some();
        if passed && asks_more {
            session.selfie_fine = true;
            return self.save(session, face).await;
        }
        if passed && session.plan.enroll.is_some() {
            // Written down first: whatever stops the server now, it goes on from here.
            session.finishing = true;
            let session = self.save(session, face).await?;
            return self.finish_session(session).await;
        }
        if passed {
            return self.end_session(session, SessionState::Passed).await;
        }
        if session.n_failed() < self.settings().sessions.tries.get() {
            return self.save(session, None).await;
        }
        session.reasons = session.attempts.last().map(|last| last.reasons.clone()).unwrap_or_default();
        self.end_session(session, SessionState::Failed).await
    }

    /// Enrols the person of a session that has shown everything, and ends it. May be done again.
    pub(super) async fn finish_session(&self, mut session: Session) -> Result<Session, ServiceError> {
        let Some(whom) = session.plan.enroll.clone() else {
            return self.end_session(session, SessionState::Passed).await;
        };
        let faces = self.stores().sessions.session_faces(&session.app, &session.id).await?;
        let face = faces.selfie.ok_or(ServiceError::SessionElsewhere)?;
        match self.enroll_face(&session, whom, face).await {
            Ok(()) => self.end_session(session, SessionState::Passed).await,
            Err(error @ (ServiceError::TemplateExists | ServiceError::GalleryNotFound(_))) => {
                session.reasons = vec![error.name().to_owned()];
                self.end_session(session, SessionState::Failed).await
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps a face, unless an earlier run that did not come to its end has kept it.
    async fn enroll_face(
        &self,
        session: &Session,
        whom: EnrollPlan,
        face: Embedding,
    ) -> Result<(), ServiceError> {
        let templates = &self.stores().templates;
        let EnrollPlan { gallery, subject, template, name, expires_in } = whom;
        let mut trail = self.trail("enroll", Some(&session.app));
        trail.about(Some(&gallery), Some(&subject), Some(&template));
        trail.model(face.model());
        if let Some((_, kept)) = templates.reference(&session.app, &template).await? {
            // The store gives it as it is compared, which may be a projection of what was enrolled.
            let is_ours = projection().compared(&kept) == projection().compared(&face);
            return trail.end(if is_ours { Ok(()) } else { Err(ServiceError::TemplateExists) }).await;
        }
        let (created_at, expires_at) = (None, expires_in.and_then(end_after));
        let new = NewTemplate { gallery, subject, name, template, embedding: face, created_at, expires_at };
        trail.begun().await?;
        let added = templates.add(&session.app, &new, OnConflict::Refuse).await;
        if added.is_ok() {
            trail.verdict("enrolled");
        }
        trail.end_durably(added.map(|_| ()).map_err(ServiceError::from)).await
    }

    /// Ends a session, on disk when this returns.
    pub(super) async fn end_session(
        &self,
        mut session: Session,
        state: SessionState,
    ) -> Result<Session, ServiceError> {
        let mut trail = self.trail("end_session", Some(&session.app));
        trail.verdict(state.name());
        session.reasons.iter().for_each(|reason| trail.reason(reason.clone()));
        if let Some(EnrollPlan { gallery, subject, template, .. }) = &session.plan.enroll {
            trail.about(Some(gallery), Some(subject), Some(template));
        }
        session.end(state, Timestamp::now());
        let saved = self.save(session, None).await;
        if saved.is_ok() {
            metrics::session_ended(state.name());
        }
        trail.end_durably(saved).await
    }
}

/// # Errors
/// The session is over, or waits for something else.
pub(super) fn waits_for(session: &Session, step: SessionStep) -> Result<(), ServiceError> {
    match session.step() {
        Some(waits) if waits == step => Ok(()),
        Some(_) => Err(ServiceError::SessionElsewhere),
        None => Err(ServiceError::SessionOver),
    }
}

/// Tells the trail of what was judged.
pub(super) fn note(trail: &mut Trail, attempt: &Attempt) {
    trail.verdict(if attempt.reasons.is_empty() { "passed" } else { "not_passed" });
    attempt.reasons.iter().for_each(|reason| trail.reason(reason.clone()));
    let scores =
        [("liveness", attempt.liveness), ("deepfake", attempt.deepfake), ("similarity", attempt.similarity)];
    for (name, score) in scores.into_iter().filter_map(|(name, score)| Some((name, score?))) {
        trail.score(name, score);
    }
}
