//! Verification sessions, read from the disk: a person before a camera is slow.

use faceward_core::{AppId, Embedding};
use faceward_store::{
    KeyHash, LARGEST_PAGE, OverduePlace, OverdueSessions, Pending, SessionChange, SessionFaces,
    SessionRecord, Sessions, StoreError, Traces,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::embedded::Embedded;
use crate::folder::Folder;

impl Sessions for Embedded {
    fn create_session<'a>(
        &'a self,
        session: &'a SessionRecord,
        reference: Option<&'a Embedding>,
        max_open: usize,
    ) -> Pending<'a, ()> {
        Box::pin(async move {
            let (session, reference) = (session.clone(), reference.cloned());
            self.off_thread(move |folder| folder.create_session(&session, reference.as_ref(), max_open)).await
        })
    }

    fn session<'a>(&'a self, app: &'a AppId, id: &'a Uuid) -> Pending<'a, Option<SessionRecord>> {
        Box::pin(async move {
            let (app, id) = (*app, *id);
            self.off_thread(move |folder| Ok(folder.database.lock().session(&app, &id)?)).await
        })
    }

    fn session_of_link<'a>(&'a self, link: &'a KeyHash) -> Pending<'a, Option<SessionRecord>> {
        Box::pin(async move {
            let link = *link;
            self.off_thread(move |folder| Ok(folder.database.lock().session_of_link(&link)?)).await
        })
    }

    fn session_of_browser<'a>(&'a self, browser: &'a KeyHash) -> Pending<'a, Option<SessionRecord>> {
        Box::pin(async move {
            let browser = *browser;
            self.off_thread(move |folder| Ok(folder.database.lock().session_of_browser(&browser)?)).await
        })
    }

    fn session_faces<'a>(&'a self, app: &'a AppId, id: &'a Uuid) -> Pending<'a, SessionFaces> {
        Box::pin(async move {
            let (app, id) = (*app, *id);
            self.off_thread(move |folder| Ok(folder.database.lock().session_faces(&app, &id)?)).await
        })
    }

    fn list_sessions<'a>(
        &'a self,
        app: &'a AppId,
        before: Option<&'a Uuid>,
        limit: usize,
    ) -> Pending<'a, Vec<SessionRecord>> {
        Box::pin(async move {
            let (app, before, limit) = (*app, before.copied(), limit.min(LARGEST_PAGE));
            self.off_thread(move |folder| {
                Ok(folder.database.lock().newest_sessions(&app, before.as_ref(), limit)?)
            })
            .await
        })
    }

    fn change_session<'a>(&'a self, change: &'a SessionChange) -> Pending<'a, Option<Traces>> {
        Box::pin(async move {
            let change = change.clone();
            self.off_thread(move |folder| {
                let database = folder.database.lock();
                if !database.change_session(&change)? {
                    return Ok(None);
                }
                // A face that is gone shall be so in the log as well.
                Ok(Some(if change.record.ended_at.is_some() { database.wipe() } else { Traces::Wiped }))
            })
            .await
        })
    }

    fn overdue_sessions<'a>(
        &'a self,
        now: Timestamp,
        after: Option<&'a OverduePlace>,
        limit: usize,
    ) -> Pending<'a, OverdueSessions> {
        let after = after.copied();
        let ask =
            move |folder: &Folder| Ok(folder.database.lock().overdue_sessions(now, after.as_ref(), limit)?);
        Box::pin(async move { self.off_thread(ask).await })
    }

    fn purge_sessions(&self, before: Timestamp, limit: usize) -> Pending<'_, (usize, Traces)> {
        let purge = move |folder: &Folder| {
            let database = folder.database.lock();
            let n_purged = database.purge_sessions(before, limit)?;
            Ok((n_purged, if n_purged > 0 { database.wipe() } else { Traces::Wiped }))
        };
        Box::pin(async move { self.off_thread(purge).await })
    }
}

impl Folder {
    fn create_session(
        &self,
        session: &SessionRecord,
        reference: Option<&Embedding>,
        max_open: usize,
    ) -> Result<(), StoreError> {
        let database = self.database.lock();
        self.members.read().app(&session.app)?;
        let has_room = database.create_session(session, reference, max_open)?;
        if has_room { Ok(()) } else { Err(StoreError::TooManySessions) }
    }
}
