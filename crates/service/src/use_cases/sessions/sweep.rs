//! What time does: sessions run out, those that were left half-way finished are finished, old ones are forgotten.

use std::time::Duration;

use faceward_store::SessionState;
use jiff::Timestamp;
use uuid::Uuid;

use crate::audit::Origin;
use crate::error::ServiceError;
use crate::service::Service;
use crate::sessions::{Session, SessionStep};

/// From one look to the next.
const EVERY: Duration = Duration::from_secs(5);
/// Sessions of one look; more wait for the next.
const AT_ONCE: usize = 100;

impl Service {
    /// Looks after the sessions for ever. Every server does; of several on one database one ends a session.
    pub async fn keep_sessions(&self) {
        loop {
            if let Err(error) = self.sweep_sessions().await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the sessions could not be looked after; tried again soon");
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Ends the sessions whose time is over, and forgets those that ended long ago.
    ///
    /// # Errors
    /// The store fails.
    pub async fn sweep_sessions(&self) -> Result<(), ServiceError> {
        let (sessions, now) = (&self.stores().sessions, Timestamp::now());
        for record in sessions.overdue_sessions(now, AT_ONCE).await? {
            let session = Session::of_record(&record, now)?;
            let origin = Origin::new("link", Uuid::new_v4(), Some(session.app));
            match origin.scope(self.run_out(session)).await {
                // Ended by somebody else a moment ago.
                Ok(_) | Err(ServiceError::SessionElsewhere) => {}
                Err(error) => return Err(error),
            }
        }
        let before = now.saturating_sub(self.settings().sessions.kept).unwrap_or(Timestamp::MIN);
        while sessions.purge_sessions(before, AT_ONCE).await?.0 == AT_ONCE {}
        Ok(())
    }

    /// Brings a session of the page to its end where everything is shown already.
    ///
    /// # Errors
    /// The store fails.
    pub async fn resume_session(&self, session: Session) -> Result<Session, ServiceError> {
        match session.step() {
            Some(SessionStep::Finish) => self.finish_session(session).await,
            Some(SessionStep::Open | SessionStep::Consent | SessionStep::Selfie | SessionStep::Challenge)
            | None => Ok(session),
        }
    }

    async fn run_out(&self, session: Session) -> Result<Session, ServiceError> {
        if session.step() == Some(SessionStep::Finish) {
            return self.finish_session(session).await;
        }
        self.end_session(session, SessionState::Expired).await
    }
}
