//! What time does: sessions run out, those that were left half-way finished are finished, old ones are forgotten.

use std::time::Duration;

use faceward_store::{SessionRecord, SessionState};
use jiff::Timestamp;
use uuid::Uuid;

use crate::audit::Origin;
use crate::error::{InternalError, ServiceError};
use crate::service::Service;
use crate::sessions::{Session, SessionStep};

/// From one look to the next.
const EVERY: Duration = Duration::from_secs(5);
/// Sessions that are asked for at once.
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

    /// Ends the sessions whose time is over, and forgets those that ended long ago. One that cannot be ended holds up no other.
    ///
    /// # Errors
    /// The store fails, or a session could not be ended: the first error of all.
    pub async fn sweep_sessions(&self) -> Result<(), ServiceError> {
        let now = Timestamp::now();
        self.guided().forget(now);
        let ended = self.end_overdue(now).await;
        let before = now.saturating_sub(self.settings().sessions.kept).unwrap_or(Timestamp::MIN);
        while self.stores().sessions.purge_sessions(before, AT_ONCE).await?.0 == AT_ONCE {}
        ended
    }

    async fn end_overdue(&self, now: Timestamp) -> Result<(), ServiceError> {
        let (mut result, mut after) = (Ok(()), None);
        loop {
            let page = self.stores().sessions.overdue_sessions(now, after.as_ref(), AT_ONCE).await?;
            for id in &page.damaged {
                result = result.and(Err(InternalError::Session(format!("{id} is damaged")).into()));
            }
            for record in &page.sessions {
                match self.end_record(record, now).await {
                    // Ended by somebody else a moment ago.
                    Ok(()) | Err(ServiceError::SessionElsewhere) => {}
                    Err(error) => result = result.and(Err(error)),
                }
            }
            // Those that cannot be ended stay where they are: the next page begins behind them.
            after = page.next;
            if after.is_none() {
                return result;
            }
        }
    }

    async fn end_record(&self, record: &SessionRecord, now: Timestamp) -> Result<(), ServiceError> {
        let session = Session::of_record(record, now)?;
        let origin = Origin::new("link", Uuid::new_v4(), Some(session.app));
        origin.scope(self.run_out(session)).await.map(drop)
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
