//! What an app and its operators do with sessions: look, list, cancel.

use faceward_core::AppId;
use faceward_store::SessionState;
use jiff::Timestamp;
use uuid::Uuid;

use crate::error::ServiceError;
use crate::service::Service;
use crate::sessions::Session;

impl Service {
    /// The session `id` of `app`, until it is forgotten.
    ///
    /// # Errors
    /// [`ServiceError::SessionNotFound`].
    pub async fn get_session(&self, app: &AppId, id: &Uuid) -> Result<Session, ServiceError> {
        let trail = self.trail("get_session", Some(app));
        let found = self.known_session(app, id).await;
        trail.end(found).await
    }

    /// Up to `limit` sessions of `app` that were made before `before`, the last one first; `None`: the last of all.
    ///
    /// # Errors
    /// The store fails.
    pub async fn list_sessions(
        &self,
        app: &AppId,
        before: Option<&Uuid>,
        limit: usize,
    ) -> Result<Vec<Session>, ServiceError> {
        let trail = self.trail("list_sessions", Some(app));
        let listed = async {
            let records = self.stores().sessions.list_sessions(app, before, limit).await?;
            let now = Timestamp::now();
            records.iter().map(|record| Session::of_record(record, now)).collect()
        };
        let listed = listed.await;
        trail.end(listed).await
    }

    /// Withdraws the session `id` of `app`: its link leads nowhere from now on.
    ///
    /// # Errors
    /// [`ServiceError::SessionNotFound`], [`ServiceError::SessionOver`].
    pub async fn cancel_session(&self, app: &AppId, id: &Uuid) -> Result<Session, ServiceError> {
        let trail = self.trail("cancel_session", Some(app));
        let (service, app, id) = (self.clone(), *app, *id);
        self.change(trail, async move {
            loop {
                let session = service.known_session(&app, &id).await?;
                if session.state.has_ended() {
                    return Err(ServiceError::SessionOver);
                }
                match service.end_session(session, SessionState::Cancelled).await {
                    // The person did something at the same moment.
                    Err(ServiceError::SessionElsewhere) => {}
                    ended => return ended,
                }
            }
        })
        .await
    }

    async fn known_session(&self, app: &AppId, id: &Uuid) -> Result<Session, ServiceError> {
        let record = self.stores().sessions.session(app, id).await?;
        Session::of_record(&record.ok_or(ServiceError::SessionNotFound)?, Timestamp::now())
    }
}
