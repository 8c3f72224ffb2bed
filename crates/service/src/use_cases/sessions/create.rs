//! Create a session: what somebody is to show, and the link to send them.

use std::time::Duration;

use faceward_core::{AppId, Embedding};
use faceward_store::DEFAULT_GALLERY;
use jiff::Timestamp;

use crate::error::{PhotoField, ServiceError};
use crate::photo::Photo;
use crate::requests::{Checks, FaceOptions};
use crate::ruled::Ruled;
use crate::secret::Secret;
use crate::service::Service;
use crate::sessions::{ComparedWith, EnrollPlan, Session, SessionPlan, SessionSettings, consent_of};
use crate::settings::{Gates, Settings};
use crate::use_cases::wanted::comparable_request;

/// What a session is to be.
#[derive(Debug)]
pub struct NewSession {
    /// What it asks for.
    pub plan: SessionPlan,
    /// The photo of whom it compares with; only with [`ComparedWith::Reference`].
    pub reference: Photo,
    /// Time from now to its end; `None`: the configured time.
    pub lifetime: Option<Duration>,
    /// Where the person goes afterwards. Whoever asks has made sure that it may be sent there.
    pub return_url: Option<String>,
    /// The client's own id of it.
    pub trx_id: Option<String>,
}

impl Service {
    /// Makes a session of `app`, and the secret of its link, which is shown once.
    ///
    /// # Errors
    /// Nothing is asked for; a check that is asked for has no model; the subject, gallery or reference photo cannot be used;
    /// the template exists; the lifetime is out of range; the app has too many sessions under way.
    pub async fn create_session(
        &self,
        app: &AppId,
        new: NewSession,
    ) -> Result<(Session, Secret), ServiceError> {
        let mut trail = self.trail("create_session", Some(app));
        match &new.plan {
            SessionPlan { compared_with: Some(ComparedWith::Subject(whom)), .. } => {
                trail.about(Some(&whom.gallery), Some(&whom.subject), None);
            }
            SessionPlan { enroll: Some(whom), .. } => {
                trail.about(Some(&whom.gallery), Some(&whom.subject), Some(&whom.template));
            }
            SessionPlan { .. } => {}
        }
        let drafted = async { self.ruled(Some(app)).await?.drafted(*app, new).await }.await;
        let (session, reference, secret) = match drafted {
            Ok(drafted) => drafted,
            Err(error) => return trail.end(Err(error)).await,
        };
        let (service, record) = (self.clone(), session.record()?);
        let max_open = self.settings().sessions.max_open.get();
        self.change(trail, async move {
            let sessions = &service.stores().sessions;
            Ok(sessions.create_session(&record, reference.as_ref(), max_open).await?)
        })
        .await?;
        Ok((session, secret))
    }
}

impl Ruled {
    async fn drafted(
        &self,
        app: AppId,
        new: NewSession,
    ) -> Result<(Session, Option<Embedding>, Secret), ServiceError> {
        let NewSession { mut plan, reference, lifetime, return_url, trx_id } = new;
        let lifetime = lifetime.unwrap_or(self.settings().sessions.lifetime);
        if !(SessionSettings::SHORTEST..=SessionSettings::LONGEST).contains(&lifetime) {
            let expected = "60 to 604800 seconds";
            return Err(ServiceError::InvalidParameter { name: "expires_in", expected });
        }
        let (enrolls, compares) = (plan.enroll.is_some(), plan.compared_with.is_some());
        let gates = gates_of(self.settings(), enrolls, compares);
        // What is demanded of every such photo is told before somebody stands before the camera.
        plan.checks.liveness |= gates.iter().any(|gates| gates.require_live);
        for gates in gates {
            self.require_gates(&gates)?;
        }
        self.check_plan(app, &plan).await?;
        let reference = match plan.compared_with {
            Some(ComparedWith::Reference) => Some(self.reference_face(reference).await?),
            Some(ComparedWith::Subject(_)) | None => None,
        };
        let consent = consent_of(&self.apps().get(&app).await?.settings);
        let secret = Secret::random()?;
        let expires_at = Timestamp::now().saturating_add(lifetime).unwrap_or(Timestamp::MAX);
        let mut session = Session::new(app, secret.hash(), (plan, consent), expires_at);
        session.return_url = return_url;
        session.trx_id = trx_id;
        Ok((session, reference, secret))
    }

    async fn check_plan(&self, app: AppId, plan: &SessionPlan) -> Result<(), ServiceError> {
        let SessionPlan { checks, challenge_steps, compared_with, enroll } = plan;
        let asks = checks.liveness || checks.deepfake || challenge_steps.is_some() || compared_with.is_some();
        if !asks {
            let expected = "at least one check, or `verify`, or a reference photo";
            return Err(ServiceError::InvalidParameter { name: "checks", expected });
        }
        self.require(*checks)?;
        if let Some(steps) = challenge_steps {
            self.require_challenge(*steps)?;
        }
        if let Some(ComparedWith::Subject(whom)) = compared_with {
            self.known_subject(app, whom).await?;
        }
        match enroll {
            Some(whom) => self.check_enrollment(app, whom).await,
            None => Ok(()),
        }
    }

    async fn check_enrollment(&self, app: AppId, whom: &EnrollPlan) -> Result<(), ServiceError> {
        let templates = &self.stores().templates;
        if whom.gallery.as_str() != DEFAULT_GALLERY {
            templates.gallery(&app, &whom.gallery).await?;
        }
        // One whose time is over is replaced when it comes to that.
        match templates.reference(&app, &whom.template).await? {
            Some(_) => Err(ServiceError::TemplateExists),
            None => Ok(()),
        }
    }

    /// The face of the photo that a session compares with. The photo is not kept.
    async fn reference_face(&self, photo: Photo) -> Result<Embedding, ServiceError> {
        let photo = photo.checked().map_err(|fault| fault.of(PhotoField::Only))?;
        let admitted = self.let_in("create_session", 1)?;
        let wanted = comparable_request(&FaceOptions::default(), true);
        let analysis = self.queue(&admitted, photo, PhotoField::Only, wanted)?.analysis().await?;
        let (_, face) = self.comparable_face(analysis, PhotoField::Only, Checks::default())?;
        Ok(face.embedding)
    }
}

/// What is demanded of a photo by which somebody is enrolled, and of one that is compared.
pub(super) fn gates_of(settings: &Settings, enrolls: bool, compares: bool) -> Vec<Gates> {
    let gates = [(enrolls, settings.enroll), (compares, settings.compare)];
    gates.into_iter().filter_map(|(asked, gates)| asked.then_some(gates)).collect()
}
