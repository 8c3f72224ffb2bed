//! Create a challenge: movements that nobody could foresee, to be shown once and soon.

use std::time::Duration;

use faceward_core::{AppId, GalleryId, SubjectId};
use faceward_store::{DEFAULT_GALLERY, NewChallenge};
use jiff::Timestamp;

use crate::audit::Trail;
use crate::challenges::{Challenge, ChallengeId, ChallengeSettings, draw};
use crate::error::{Check, ServiceError};
use crate::movement::Movement;
use crate::requests::{ChallengeRequest, Checks};
use crate::ruled::Ruled;
use crate::service::Service;
use crate::subject::SubjectRef;

/// A challenge that was made.
#[derive(Clone, Debug)]
pub struct OpenChallenge {
    /// What the answer has to name.
    pub id: ChallengeId,
    /// What has to be done, in this order; `front` comes first.
    pub movements: Vec<Movement>,
    /// Time until the whole answer must have arrived.
    pub lifetime: Duration,
}

impl Service {
    /// Makes a challenge for `app`.
    ///
    /// # Errors
    /// Steps or movements out of range; the subject is unknown or has no template of the model in use; a check that
    /// the answer needs has no model; the app has too many open challenges.
    pub async fn create_challenge(
        &self,
        app: &AppId,
        request: ChallengeRequest,
    ) -> Result<OpenChallenge, ServiceError> {
        let mut trail = self.trail("create_challenge", Some(app));
        let result =
            async { self.ruled(Some(app)).await?.do_create_challenge(*app, request, &mut trail).await }.await;
        trail.end(result).await
    }
}

impl Ruled {
    async fn do_create_challenge(
        &self,
        app: AppId,
        request: ChallengeRequest,
        trail: &mut Trail,
    ) -> Result<OpenChallenge, ServiceError> {
        let ChallengeRequest { subject, gallery, n_steps, movements, mirrored } = request;
        let settings = &self.settings().challenges;
        let subject = subject.map(|subject| whom(gallery, subject)).transpose()?;
        if let Some(SubjectRef { gallery, subject }) = &subject {
            trail.about(Some(gallery), Some(subject), None);
        }
        let movements = movements.unwrap_or_else(|| settings.movements.clone());
        let n_steps = n_steps.unwrap_or(settings.steps);
        check(n_steps, &movements)?;
        self.require_movements(&movements)?;
        if let Some(whom) = &subject {
            self.known_subject(app, whom).await?;
        }
        let movements = draw(n_steps, &movements)?;
        let id = self.open(app, &Challenge { movements: movements.clone(), subject, mirrored }).await?;
        Ok(OpenChallenge { id, movements, lifetime: settings.lifetime })
    }

    /// Makes sure that `whom` has a template that a face can be compared with.
    pub(super) async fn known_subject(&self, app: AppId, whom: &SubjectRef) -> Result<(), ServiceError> {
        match self.references(app, whom).await {
            // The gallery of those who name none is made for its first subject.
            Err(ServiceError::GalleryNotFound(gallery)) if gallery.as_str() == DEFAULT_GALLERY => {
                Err(ServiceError::SubjectNotFound(whom.subject.clone()))
            }
            references => references.map(|_| ()),
        }
    }

    /// Makes sure that a challenge of `n_steps` can be made and judged.
    pub(super) fn require_challenge(&self, n_steps: usize) -> Result<(), ServiceError> {
        let movements = &self.settings().challenges.movements;
        check(n_steps, movements)?;
        self.require_movements(movements)
    }

    /// Keeps a challenge under a new name until it is answered or expires.
    async fn open(&self, app: AppId, challenge: &Challenge) -> Result<ChallengeId, ServiceError> {
        let settings = &self.settings().challenges;
        let (id, now) = (ChallengeId::random()?, Timestamp::now());
        let expires_at = now.saturating_add(settings.lifetime).unwrap_or(Timestamp::MAX);
        let new = NewChallenge { id: (&id).into(), record: challenge.into(), expires_at };
        self.stores().challenges.open(&app, &new, settings.max_open.get(), now).await?;
        Ok(id)
    }

    /// Refuses movements, and the passive check that goes with them, that no enabled model can tell.
    fn require_movements(&self, movements: &[Movement]) -> Result<(), ServiceError> {
        self.require(Checks { liveness: true, deepfake: false })?;
        let told = |movement: &Movement| self.available().contains(movement.part().output());
        // The head is looked at in any case: a face that jumps is not that of one person.
        if told(&Movement::Front) && movements.iter().all(told) {
            Ok(())
        } else {
            Err(ServiceError::CheckUnavailable(Check::Movement))
        }
    }
}

fn whom(gallery: Option<GalleryId>, subject: SubjectId) -> Result<SubjectRef, ServiceError> {
    let gallery = gallery.map_or_else(|| GalleryId::parse(DEFAULT_GALLERY), Ok)?;
    Ok(SubjectRef { gallery, subject })
}

fn check(n_steps: usize, movements: &[Movement]) -> Result<(), ServiceError> {
    let range = ChallengeSettings::FEWEST_STEPS..=ChallengeSettings::MOST_STEPS;
    if !range.contains(&n_steps) {
        return Err(ServiceError::InvalidParameter { name: "steps", expected: "a whole number from 2 to 8" });
    }
    if !ChallengeSettings::can_draw_from(movements) {
        return Err(ServiceError::InvalidParameter {
            name: "movements",
            expected: "at least two different ones of left, right, up, down, eyes_closed, mouth_open",
        });
    }
    Ok(())
}
