//! Verification sessions.

use faceward_core::{AppId, Embedding};
use faceward_store::{
    KeyHash, LARGEST_PAGE, OverduePlace, OverdueSessions, Pending, SessionChange, SessionFaces,
    SessionRecord, Sessions, StoreError, Traces,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Memory, State};

impl Sessions for Memory {
    fn create_session<'a>(
        &'a self,
        session: &'a SessionRecord,
        reference: Option<&'a Embedding>,
        max_open: usize,
    ) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut state = self.state()?;
            state.app(&session.app)?;
            let under_way = state.sessions.values();
            let under_way =
                under_way.filter(|(other, _)| other.app == session.app && other.ended_at.is_none());
            if under_way.count() >= max_open {
                return Err(StoreError::TooManySessions);
            }
            let faces = SessionFaces { reference: reference.cloned(), selfie: None };
            state.sessions.insert(session.id, (session.clone(), faces));
            Ok(())
        })
    }

    fn session<'a>(&'a self, app: &'a AppId, id: &'a Uuid) -> Pending<'a, Option<SessionRecord>> {
        Box::pin(
            async move { Ok(self.state()?.one_session(|session| session.app == *app && session.id == *id)) },
        )
    }

    fn session_of_link<'a>(&'a self, link: &'a KeyHash) -> Pending<'a, Option<SessionRecord>> {
        Box::pin(async move { Ok(self.state()?.one_session(|session| session.link == *link)) })
    }

    fn session_of_browser<'a>(&'a self, browser: &'a KeyHash) -> Pending<'a, Option<SessionRecord>> {
        Box::pin(async move { Ok(self.state()?.one_session(|session| session.browser == Some(*browser))) })
    }

    fn session_faces<'a>(&'a self, app: &'a AppId, id: &'a Uuid) -> Pending<'a, SessionFaces> {
        Box::pin(async move {
            let state = self.state()?;
            let found = state.sessions.get(id).filter(|(session, _)| session.app == *app);
            Ok(found.map(|(_, faces)| faces.clone()).unwrap_or_default())
        })
    }

    fn list_sessions<'a>(
        &'a self,
        app: &'a AppId,
        before: Option<&'a Uuid>,
        limit: usize,
    ) -> Pending<'a, Vec<SessionRecord>> {
        Box::pin(async move {
            let state = self.state()?;
            let theirs = state.sessions.values().rev().map(|(session, _)| session);
            let theirs = theirs.filter(|session| session.app == *app);
            let earlier = theirs.filter(|session| before.is_none_or(|before| session.id < *before));
            Ok(earlier.take(limit.min(LARGEST_PAGE)).cloned().collect())
        })
    }

    fn change_session<'a>(&'a self, change: &'a SessionChange) -> Pending<'a, Option<Traces>> {
        Box::pin(async move {
            let mut state = self.state()?;
            let traces = state.traces();
            let SessionChange { record, selfie, event } = change;
            let Some((known, faces)) = state.sessions.get_mut(&record.id) else { return Ok(None) };
            let is_newest = known.app == record.app && known.revision == record.revision;
            if !is_newest || known.ended_at.is_some() {
                return Ok(None);
            }
            let SessionRecord { id, app, link, created_at, expires_at, .. } = known.clone();
            *known = SessionRecord { id, app, link, created_at, expires_at, ..record.clone() };
            known.revision += 1;
            let has_ended = known.ended_at.is_some();
            *faces = match has_ended {
                true => SessionFaces::default(),
                false => SessionFaces { selfie: selfie.clone().or(faces.selfie.take()), ..faces.clone() },
            };
            if let Some(event) = event {
                state.record_event(&record.app, event);
            }
            Ok(Some(if has_ended { traces } else { Traces::Wiped }))
        })
    }

    fn overdue_sessions<'a>(
        &'a self,
        now: Timestamp,
        after: Option<&'a OverduePlace>,
        limit: usize,
    ) -> Pending<'a, OverdueSessions> {
        Box::pin(async move {
            let state = self.state()?;
            let place =
                |session: &SessionRecord| OverduePlace { expires_at: session.expires_at, id: session.id };
            let sessions = state.sessions.values().map(|(session, _)| session);
            let overdue = sessions.filter(|session| session.ended_at.is_none() && session.expires_at <= now);
            let mut overdue: Vec<_> =
                overdue.filter(|session| after.is_none_or(|after| place(session) > *after)).collect();
            overdue.sort_by_key(|session| place(session));
            overdue.truncate(limit);
            let next = overdue.last().filter(|_| overdue.len() == limit).map(|last| place(last));
            let sessions = overdue.into_iter().cloned().collect();
            Ok(OverdueSessions { sessions, damaged: Vec::new(), next })
        })
    }

    fn purge_sessions(&self, before: Timestamp, limit: usize) -> Pending<'_, (usize, Traces)> {
        Box::pin(async move {
            let mut state = self.state()?;
            let over = state.sessions.values().map(|(session, _)| session);
            let over = over.filter(|session| session.ended_at.is_some_and(|ended| ended < before));
            let over: Vec<Uuid> = over.take(limit).map(|session| session.id).collect();
            state.sessions.retain(|id, _| !over.contains(id));
            Ok((over.len(), if over.is_empty() { Traces::Wiped } else { state.traces() }))
        })
    }
}

impl State {
    fn one_session(&self, is_it: impl Fn(&SessionRecord) -> bool) -> Option<SessionRecord> {
        self.sessions.values().map(|(session, _)| session).find(|session| is_it(session)).cloned()
    }
}
