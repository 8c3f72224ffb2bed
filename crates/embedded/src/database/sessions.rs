//! Verification sessions and their faces.

use faceward_core::{AppId, Embedding, ModelId};
use faceward_sealing::SessionFaceContext;
use faceward_store::{
    KeyHash, OverduePlace, OverdueSessions, SessionChange, SessionFaces, SessionRecord, SessionState,
};
use jiff::Timestamp;
use rusqlite::{Row, ToSql, params};
use uuid::Uuid;

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::{app_id, micros, model_id, timestamp};
use crate::database::webhooks::outbox::insert_event;

impl Database {
    /// Adds a session; false if the app has as many under way as it may have.
    pub(crate) fn create_session(
        &self,
        session: &SessionRecord,
        reference: Option<&Embedding>,
        max_open: usize,
    ) -> Result<bool, EmbeddedError> {
        let transaction = self.transaction()?;
        let count = "SELECT count(*) FROM sessions WHERE app = ?1 AND ended_at IS NULL";
        let n_open: i64 =
            transaction.query_row(count, params![session.app.0.as_bytes()], |row| row.get(0))?;
        if usize::try_from(n_open).unwrap_or(usize::MAX) >= max_open {
            return Ok(false);
        }
        transaction.execute(
            "INSERT INTO sessions (id, app, link, browser, state, revision, created_at, expires_at, ended_at, sealed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                session.id.as_bytes(),
                session.app.0.as_bytes(),
                session.link.sha256,
                session.browser.map(|hash| hash.sha256),
                session.state.name(),
                session.revision,
                micros(session.created_at),
                micros(session.expires_at),
                session.ended_at.map(micros),
                self.sealer.seal_session(&session.document, &session.app, &session.id)?
            ],
        )?;
        if let Some(face) = reference {
            self.put_face(session, SessionFaces::REFERENCE, face)?;
        }
        transaction.commit()?;
        Ok(true)
    }

    pub(crate) fn session(&self, app: &AppId, id: &Uuid) -> Result<Option<SessionRecord>, EmbeddedError> {
        let sql = "SELECT * FROM sessions WHERE app = ?1 AND id = ?2";
        Ok(self.sessions(sql, params![app.0.as_bytes(), id.as_bytes()])?.pop())
    }

    pub(crate) fn session_of_link(&self, link: &KeyHash) -> Result<Option<SessionRecord>, EmbeddedError> {
        Ok(self.sessions("SELECT * FROM sessions WHERE link = ?1", params![link.sha256])?.pop())
    }

    pub(crate) fn session_of_browser(&self, hash: &KeyHash) -> Result<Option<SessionRecord>, EmbeddedError> {
        Ok(self.sessions("SELECT * FROM sessions WHERE browser = ?1", params![hash.sha256])?.pop())
    }

    pub(crate) fn newest_sessions(
        &self,
        app: &AppId,
        before: Option<&Uuid>,
        limit: usize,
    ) -> Result<Vec<SessionRecord>, EmbeddedError> {
        let sql =
            "SELECT * FROM sessions WHERE app = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.sessions(sql, params![app.0.as_bytes(), before.map(Uuid::as_bytes), limit])
    }

    pub(crate) fn overdue_sessions(
        &self,
        now: Timestamp,
        after: Option<&OverduePlace>,
        limit: usize,
    ) -> Result<OverdueSessions, EmbeddedError> {
        let sql = "SELECT * FROM sessions WHERE ended_at IS NULL AND expires_at <= ?1
                   AND (?2 IS NULL OR (expires_at, id) > (?2, ?3)) ORDER BY expires_at, id LIMIT ?4";
        let behind = after.map(|place| micros(place.expires_at));
        let id = after.map(|place| place.id.as_bytes());
        let mut statement = self.connection.prepare_cached(sql)?;
        let sql_limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![micros(now), behind, id, sql_limit])?;
        let mut page = OverdueSessions::default();
        while let Some(row) = rows.next()? {
            let place = OverduePlace {
                expires_at: timestamp(row.get("expires_at")?)?,
                id: Uuid::from_bytes(row.get("id")?),
            };
            match self.read_session(row) {
                Ok(session) => page.sessions.push(session),
                Err(_unreadable) => page.damaged.push(place.id),
            }
            let is_full = page.sessions.len() + page.damaged.len() == limit;
            page.next = is_full.then_some(place);
        }
        Ok(page)
    }

    /// Makes a change; false if somebody else was first.
    pub(crate) fn change_session(&self, change: &SessionChange) -> Result<bool, EmbeddedError> {
        let SessionChange { record, selfie, event } = change;
        let transaction = self.transaction()?;
        // Also where its app is gone, and with it the key that would seal.
        let same = "SELECT EXISTS (SELECT 1 FROM sessions
                    WHERE app = ?1 AND id = ?2 AND revision = ?3 AND ended_at IS NULL)";
        let whose = params![record.app.0.as_bytes(), record.id.as_bytes(), record.revision];
        if !transaction.query_row(same, whose, |row| row.get(0))? {
            return Ok(false);
        }
        transaction.execute(
            "UPDATE sessions SET browser = ?4, state = ?5, ended_at = ?6, sealed = ?7, revision = revision + 1
             WHERE app = ?1 AND id = ?2 AND revision = ?3",
            params![
                record.app.0.as_bytes(),
                record.id.as_bytes(),
                record.revision,
                record.browser.map(|hash| hash.sha256),
                record.state.name(),
                record.ended_at.map(micros),
                self.sealer.seal_session(&record.document, &record.app, &record.id)?
            ],
        )?;
        if record.ended_at.is_some() {
            let forget = "DELETE FROM session_faces WHERE session = ?1";
            transaction.execute(forget, params![record.id.as_bytes()])?;
        } else if let Some(face) = selfie {
            self.put_face(record, SessionFaces::SELFIE, face)?;
        }
        if let Some(event) = event {
            insert_event(&transaction, &self.sealer, &record.app, event)?;
        }
        transaction.commit()?;
        Ok(true)
    }

    /// Deletes sessions that ended before `before`, and gives how many they were.
    pub(crate) fn purge_sessions(&self, before: Timestamp, limit: usize) -> Result<usize, EmbeddedError> {
        let sql = "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ended_at < ?1 LIMIT ?2)";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        Ok(self.connection.execute(sql, params![micros(before), limit])?)
    }

    pub(crate) fn session_faces(&self, app: &AppId, id: &Uuid) -> Result<SessionFaces, EmbeddedError> {
        let sql = "SELECT role, model, session_faces.sealed AS face FROM session_faces
                   JOIN sessions ON sessions.id = session WHERE app = ?1 AND session = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![app.0.as_bytes(), id.as_bytes()])?;
        let mut faces = SessionFaces::default();
        while let Some(row) = rows.next()? {
            let role: String = row.get("role")?;
            let face = Some(self.face(row, (app, id), &role)?);
            match role.as_str() {
                SessionFaces::REFERENCE => faces.reference = face,
                SessionFaces::SELFIE => faces.selfie = face,
                _ => return Err(EmbeddedError::Corrupt("the role of a face")),
            }
        }
        Ok(faces)
    }

    fn face(
        &self,
        row: &Row<'_>,
        (app, session): (&AppId, &Uuid),
        role: &str,
    ) -> Result<Embedding, EmbeddedError> {
        const FACE: EmbeddedError = EmbeddedError::Corrupt("the face of a session");
        let model: ModelId = model_id(row, "model")?;
        let sealed = row.get_ref("face")?.as_blob().map_err(|_| FACE)?;
        let context = SessionFaceContext { app, session, role, model: &model };
        let vector = self.sealer.open_session_face(sealed, context).ok_or(FACE)?;
        Embedding::restored(model, vector).ok_or(FACE)
    }

    /// Inside of a transaction.
    fn put_face(&self, session: &SessionRecord, role: &str, face: &Embedding) -> Result<(), EmbeddedError> {
        let context =
            SessionFaceContext { app: &session.app, session: &session.id, role, model: face.model() };
        let sealed = self.sealer.seal_session_face(face.vector(), context)?;
        self.connection.execute(
            "INSERT OR REPLACE INTO session_faces (session, role, model, sealed) VALUES (?1, ?2, ?3, ?4)",
            params![session.id.as_bytes(), role, face.model().as_str(), sealed],
        )?;
        Ok(())
    }

    fn sessions(&self, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<SessionRecord>, EmbeddedError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(values)?;
        let mut sessions = Vec::new();
        while let Some(row) = rows.next()? {
            sessions.push(self.read_session(row)?);
        }
        Ok(sessions)
    }

    fn read_session(&self, row: &Row<'_>) -> Result<SessionRecord, EmbeddedError> {
        const DOCUMENT: EmbeddedError = EmbeddedError::Corrupt("the document of a session");
        let (app, id) = (app_id(row, "app")?, Uuid::from_bytes(row.get("id")?));
        let sealed = row.get_ref("sealed")?.as_blob().map_err(|_| DOCUMENT)?;
        let state: String = row.get("state")?;
        let (browser, ended_at): (Option<[u8; 32]>, Option<i64>) =
            (row.get("browser")?, row.get("ended_at")?);
        Ok(SessionRecord {
            id,
            app,
            link: KeyHash { sha256: row.get("link")? },
            browser: browser.map(|sha256| KeyHash { sha256 }),
            state: SessionState::of_name(&state).ok_or(EmbeddedError::Corrupt("the state of a session"))?,
            revision: row.get("revision")?,
            created_at: timestamp(row.get("created_at")?)?,
            expires_at: timestamp(row.get("expires_at")?)?,
            ended_at: ended_at.map(timestamp).transpose()?,
            document: self.sealer.open_session(sealed, &app, &id).ok_or(DOCUMENT)?,
        })
    }
}
