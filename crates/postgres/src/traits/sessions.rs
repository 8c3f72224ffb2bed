//! Verification sessions, in the database.

use faceward_core::{AppId, Embedding};
use faceward_store::{
    KeyHash, LARGEST_PAGE, OverduePlace, OverdueSessions, Pending, SessionChange, SessionFaces,
    SessionRecord, Sessions, Traces,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::Postgres;
use crate::sql::sessions::{self, Wanted};

impl Sessions for Postgres {
    fn create_session<'a>(
        &'a self,
        session: &'a SessionRecord,
        reference: Option<&'a Embedding>,
        max_open: usize,
    ) -> Pending<'a, ()> {
        let (session, reference) = (session.clone(), reference.cloned());
        self.ask(move |asked| async move {
            let new = (&session, reference.as_ref());
            sessions::create(&mut asked.client().await?, &asked.sealer, new, max_open).await
        })
    }

    fn session<'a>(&'a self, app: &'a AppId, id: &'a Uuid) -> Pending<'a, Option<SessionRecord>> {
        self.one_session(Wanted::Id(*app, *id))
    }

    fn session_of_link<'a>(&'a self, link: &'a KeyHash) -> Pending<'a, Option<SessionRecord>> {
        self.one_session(Wanted::Link(*link))
    }

    fn session_of_browser<'a>(&'a self, browser: &'a KeyHash) -> Pending<'a, Option<SessionRecord>> {
        self.one_session(Wanted::Browser(*browser))
    }

    fn session_faces<'a>(&'a self, app: &'a AppId, id: &'a Uuid) -> Pending<'a, SessionFaces> {
        let (app, id) = (*app, *id);
        self.ask(move |asked| async move {
            Ok(sessions::faces(&asked.client().await?, &asked.sealer, (&app, &id)).await?)
        })
    }

    fn list_sessions<'a>(
        &'a self,
        app: &'a AppId,
        before: Option<&'a Uuid>,
        limit: usize,
    ) -> Pending<'a, Vec<SessionRecord>> {
        let (app, before, limit) = (*app, before.copied(), limit.min(LARGEST_PAGE));
        self.ask(move |asked| async move {
            Ok(sessions::newest(&asked.client().await?, &asked.sealer, (&app, before), limit).await?)
        })
    }

    fn change_session<'a>(&'a self, change: &'a SessionChange) -> Pending<'a, Option<Traces>> {
        let change = change.clone();
        self.ask(move |asked| async move {
            let made = sessions::change(&mut asked.client().await?, &asked.sealer, &change).await?;
            let traces = if change.record.ended_at.is_some() { Traces::Fading } else { Traces::Wiped };
            Ok(made.then_some(traces))
        })
    }

    fn overdue_sessions<'a>(
        &'a self,
        now: Timestamp,
        after: Option<&'a OverduePlace>,
        limit: usize,
    ) -> Pending<'a, OverdueSessions> {
        let after = after.copied();
        self.ask(move |asked| async move {
            Ok(sessions::overdue(&asked.client().await?, &asked.sealer, (now, after), limit).await?)
        })
    }

    fn purge_sessions(&self, before: Timestamp, limit: usize) -> Pending<'_, (usize, Traces)> {
        self.ask(move |asked| async move {
            let n_purged = sessions::purge(&asked.client().await?, before, limit).await?;
            Ok((n_purged, if n_purged > 0 { Traces::Fading } else { Traces::Wiped }))
        })
    }
}

impl Postgres {
    fn one_session(&self, wanted: Wanted) -> Pending<'_, Option<SessionRecord>> {
        self.ask(move |asked| async move {
            Ok(sessions::one(&asked.client().await?, &asked.sealer, &wanted).await?)
        })
    }
}
