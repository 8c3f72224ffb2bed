//! The way in: from a link to the one browser that it is good for.

use faceward_core::Embedding;
use faceward_store::{SessionChange, SessionRecord, SessionState, Traces};
use jiff::Timestamp;

use crate::error::ServiceError;
use crate::secret::{Secret, hash_of};
use crate::service::Service;
use crate::sessions::{Session, data_of, kind_of};

/// A session that a browser has opened.
#[derive(Debug)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// What the browser shows from now on; `None`: it has it already.
    pub secret: Option<Secret>,
}

impl Service {
    /// Where a link leads. Changes nothing: programs that look at links in messages do not use them up.
    ///
    /// # Errors
    /// [`ServiceError::SessionNotFound`].
    pub async fn session_of_link(&self, link: &str) -> Result<Session, ServiceError> {
        self.playable(self.stores().sessions.session_of_link(&hash_of(link)).await?).await
    }

    /// The session of the browser that shows `secret`.
    ///
    /// # Errors
    /// [`ServiceError::SessionNotFound`].
    pub async fn session_of_browser(&self, secret: &str) -> Result<Session, ServiceError> {
        self.playable(self.stores().sessions.session_of_browser(&hash_of(secret)).await?).await
    }

    /// Opens the session of a link for the browser that shows the secret `browser`: of several that try, one wins. The one
    /// that has it may do so again.
    ///
    /// # Errors
    /// [`ServiceError::SessionTaken`], [`ServiceError::SessionOver`].
    pub async fn open_session(
        &self,
        session: Session,
        browser: Option<&str>,
    ) -> Result<Opened, ServiceError> {
        if browser.is_some_and(|secret| session.is_open_in(secret)) {
            return Ok(Opened { session, secret: None });
        }
        let trail = self.trail("open_session", Some(&session.app));
        match session.state {
            SessionState::Created => {}
            SessionState::Opened | SessionState::Consented => {
                return trail.end(Err(ServiceError::SessionTaken)).await;
            }
            SessionState::Passed
            | SessionState::Failed
            | SessionState::Declined
            | SessionState::Expired
            | SessionState::Cancelled => return trail.end(Err(ServiceError::SessionOver)).await,
        }
        let secret = Secret::random()?;
        let mut opened = session;
        opened.browser = Some(secret.hash());
        opened.state = SessionState::Opened;
        opened.opened_at = Some(Timestamp::now());
        let service = self.clone();
        let change = async move {
            match service.save(opened, None).await {
                Err(ServiceError::SessionElsewhere) => Err(ServiceError::SessionTaken),
                saved => saved,
            }
        };
        let session = self.change(trail, change).await?;
        Ok(Opened { session, secret: Some(secret) })
    }

    /// Writes `session` down, with the face that it keeps from now on. One that ends is told of in the same breath.
    ///
    /// # Errors
    /// [`ServiceError::SessionElsewhere`]: somebody else was first.
    pub(super) async fn save(
        &self,
        session: Session,
        selfie: Option<Embedding>,
    ) -> Result<Session, ServiceError> {
        let told = |kind| self.webhooks().event(kind, &session.id.to_string(), &data_of(&session));
        let event = kind_of(session.state).map(told);
        let ends = event.is_some();
        let change = SessionChange { record: session.record()?, selfie, event };
        let saved = self.stores().sessions.change_session(&change).await?;
        match saved.ok_or(ServiceError::SessionElsewhere)? {
            Traces::Wiped | Traces::Fading => {}
            Traces::Left => {
                tracing::warn!("traces of a session's faces are left; the store's next change wipes them");
            }
        }
        if ends {
            self.webhooks().ring();
        }
        Ok(session.changed())
    }

    /// The session of `record`. An app that is switched off, or gone, has none that anybody can play.
    async fn playable(&self, record: Option<SessionRecord>) -> Result<Session, ServiceError> {
        let record = record.ok_or(ServiceError::SessionNotFound)?;
        let session = Session::of_record(&record, Timestamp::now())?;
        match self.apps().get(&session.app).await {
            Ok(app) if !app.settings.disabled => Ok(session),
            Ok(_) | Err(ServiceError::AppNotFound(_)) => Err(ServiceError::SessionNotFound),
            Err(error) => Err(error),
        }
    }
}
