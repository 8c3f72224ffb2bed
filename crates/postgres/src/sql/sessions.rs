//! Verification sessions and their faces. Asked of the database each time: a link is used once, on whatever server.

use faceward_core::{AppId, Embedding};
use faceward_sealing::{Sealer, SessionFaceContext};
use faceward_store::{
    KeyHash, OverduePlace, OverdueSessions, SessionChange, SessionFaces, SessionRecord, SessionState,
    StoreError,
};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::change::Change;
use super::data_keys;
use super::rows::{app_id, as_stored, model_id};
use super::webhooks::outbox;
use crate::PostgresError;
use crate::connect::Client;

/// Adds a session. Others of its app wait: they share the room.
pub(crate) async fn create(
    client: &mut Client,
    sealer: &Sealer,
    (session, reference): (&SessionRecord, Option<&Embedding>),
    max_open: usize,
) -> Result<(), StoreError> {
    let change = Change::of_app(client, &session.app).await?;
    data_keys::newest(&change, sealer, &session.app).await?;
    let sealed = sealed_document(sealer, session)?;
    let count = "SELECT count(*) AS n FROM faceward.sessions WHERE app = $1 AND ended_at IS NULL";
    let rows = change.query(count, &[&session.app.0]).await?;
    let row = rows.first().ok_or(PostgresError::Corrupt("a count"))?;
    let n_open: i64 = row.try_get("n").map_err(PostgresError::from)?;
    if usize::try_from(n_open).unwrap_or(usize::MAX) >= max_open {
        return Err(StoreError::TooManySessions);
    }
    let sql = "INSERT INTO faceward.sessions
               (id, app, link, browser, state, revision, created_at, expires_at, ended_at, sealed)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let browser = session.browser.as_ref().map(|hash| hash.sha256.as_slice());
    let (created_at, expires_at) = (as_stored(session.created_at)?, as_stored(session.expires_at)?);
    let ended_at = session.ended_at.map(as_stored).transpose()?;
    let (link, revision) = (session.link.sha256.as_slice(), i64::from(session.revision));
    let state = session.state.name();
    let values: [&(dyn ToSql + Sync); 10] = [
        &session.id,
        &session.app.0,
        &link,
        &browser,
        &state,
        &revision,
        &created_at,
        &expires_at,
        &ended_at,
        &sealed,
    ];
    change.execute(sql, &values).await?;
    if let Some(face) = reference {
        put_face(&change, sealer, session, (SessionFaces::REFERENCE, face)).await?;
    }
    Ok(change.commit_unlogged().await?)
}

/// Which session is meant.
pub(crate) enum Wanted {
    /// That of an app.
    Id(AppId, Uuid),
    /// That of a link.
    Link(KeyHash),
    /// That of a browser.
    Browser(KeyHash),
}

/// One session.
pub(crate) async fn one(
    client: &Client,
    sealer: &Sealer,
    wanted: &Wanted,
) -> Result<Option<SessionRecord>, PostgresError> {
    let row = match wanted {
        Wanted::Id(app, id) => {
            let sql = "SELECT * FROM faceward.sessions WHERE app = $1 AND id = $2";
            client.query_opt(sql, &[&app.0, id]).await?
        }
        Wanted::Link(hash) => {
            let sql = "SELECT * FROM faceward.sessions WHERE link = $1";
            client.query_opt(sql, &[&hash.sha256.as_slice()]).await?
        }
        Wanted::Browser(hash) => {
            let sql = "SELECT * FROM faceward.sessions WHERE browser = $1";
            client.query_opt(sql, &[&hash.sha256.as_slice()]).await?
        }
    };
    let Some(row) = row else { return Ok(None) };
    Ok(read_all(client, sealer, &[row]).await?.pop())
}

/// A page of the sessions of an app, the last ones first.
pub(crate) async fn newest(
    client: &Client,
    sealer: &Sealer,
    (app, before): (&AppId, Option<Uuid>),
    limit: usize,
) -> Result<Vec<SessionRecord>, PostgresError> {
    let sql = "SELECT * FROM faceward.sessions WHERE app = $1 AND ($2::uuid IS NULL OR id < $2)
               ORDER BY id DESC LIMIT $3";
    let rows = client.query(sql, &[&app.0, &before, &(limit as i64)]).await?;
    read_all(client, sealer, &rows).await
}

/// Sessions whose time is over.
pub(crate) async fn overdue(
    client: &Client,
    sealer: &Sealer,
    (now, after): (Timestamp, Option<OverduePlace>),
    limit: usize,
) -> Result<OverdueSessions, PostgresError> {
    let sql = "SELECT * FROM faceward.sessions WHERE ended_at IS NULL AND expires_at <= $1
               AND ($2::timestamptz IS NULL OR (expires_at, id) > ($2, $3::uuid)) ORDER BY expires_at, id LIMIT $4";
    let behind = after.map(|place| as_stored(place.expires_at)).transpose()?;
    let id = after.map(|place| place.id);
    let rows = client.query(sql, &[&as_stored(now)?, &behind, &id, &(limit as i64)]).await?;
    data_keys::know_all(client, sealer, &rows, "sealed").await?;
    let mut page = OverdueSessions::default();
    for row in &rows {
        let place = OverduePlace { expires_at: row.try_get("expires_at")?, id: row.try_get("id")? };
        match read(row, sealer) {
            Ok(session) => page.sessions.push(session),
            Err(_unreadable) => page.damaged.push(place.id),
        }
        page.next = (rows.len() == limit).then_some(place);
    }
    Ok(page)
}

/// Makes a change; false if somebody else was first.
pub(crate) async fn change(
    client: &mut Client,
    sealer: &Sealer,
    made: &SessionChange,
) -> Result<bool, PostgresError> {
    let SessionChange { record, selfie, event } = made;
    let change = Change::begin(client).await?;
    if !data_keys::hold(&change, sealer, &record.app).await? {
        return Ok(false);
    }
    let sealed = sealed_document(sealer, record)?;
    let sql = "UPDATE faceward.sessions
               SET browser = $4, state = $5, ended_at = $6, sealed = $7, revision = revision + 1
               WHERE app = $1 AND id = $2 AND revision = $3 AND ended_at IS NULL";
    let browser = record.browser.as_ref().map(|hash| hash.sha256.as_slice());
    let (revision, state) = (i64::from(record.revision), record.state.name());
    let ended_at = record.ended_at.map(as_stored).transpose()?;
    let values: [&(dyn ToSql + Sync); 7] =
        [&record.app.0, &record.id, &revision, &browser, &state, &ended_at, &sealed];
    if change.execute(sql, &values).await? == 0 {
        return Ok(false);
    }
    if ended_at.is_some() {
        change.execute("DELETE FROM faceward.session_faces WHERE session = $1", &[&record.id]).await?;
    } else if let Some(face) = selfie {
        put_face(&change, sealer, record, (SessionFaces::SELFIE, face)).await?;
    }
    if let Some(event) = event {
        // In order: the row of the session is locked until this commits.
        outbox::insert(&change, sealer, &record.app, event).await?;
    }
    change.commit_unlogged().await?;
    Ok(true)
}

/// Deletes sessions that ended before `before`, and gives how many they were.
pub(crate) async fn purge(client: &Client, before: Timestamp, limit: usize) -> Result<usize, PostgresError> {
    let sql = "DELETE FROM faceward.sessions
               WHERE id IN (SELECT id FROM faceward.sessions WHERE ended_at < $1 LIMIT $2)";
    let n_rows = client.execute(sql, &[&as_stored(before)?, &(limit as i64)]).await?;
    Ok(usize::try_from(n_rows).unwrap_or(usize::MAX))
}

/// The faces of a session.
pub(crate) async fn faces(
    client: &Client,
    sealer: &Sealer,
    (app, session): (&AppId, &Uuid),
) -> Result<SessionFaces, PostgresError> {
    const FACE: PostgresError = PostgresError::Corrupt("the face of a session");
    let sql = "SELECT f.* FROM faceward.session_faces AS f JOIN faceward.sessions AS s ON s.id = f.session
               WHERE s.app = $1 AND s.id = $2";
    let mut faces = SessionFaces::default();
    for row in &client.query(sql, &[&app.0, session]).await? {
        let (role, model): (&str, _) = (row.try_get("role")?, model_id(row, "model")?);
        let context = SessionFaceContext { app, session, role, model: &model };
        data_keys::know(client, sealer, app, row.try_get("sealed")?).await?;
        let vector = sealer.open_session_face(row.try_get("sealed")?, context).ok_or(FACE)?;
        let face = Some(Embedding::restored(model, vector).ok_or(FACE)?);
        match role {
            SessionFaces::REFERENCE => faces.reference = face,
            SessionFaces::SELFIE => faces.selfie = face,
            _ => return Err(PostgresError::Corrupt("the role of a face")),
        }
    }
    Ok(faces)
}

async fn put_face(
    change: &Change<'_>,
    sealer: &Sealer,
    session: &SessionRecord,
    (role, face): (&str, &Embedding),
) -> Result<(), PostgresError> {
    let context = SessionFaceContext { app: &session.app, session: &session.id, role, model: face.model() };
    let sealed = sealer.seal_session_face(face.vector(), context)?;
    let sql = "INSERT INTO faceward.session_faces (session, role, model, sealed) VALUES ($1, $2, $3, $4)
               ON CONFLICT (session, role) DO UPDATE SET model = excluded.model, sealed = excluded.sealed";
    change.execute(sql, &[&session.id, &role, &face.model().as_str(), &sealed]).await?;
    Ok(())
}

fn sealed_document(sealer: &Sealer, session: &SessionRecord) -> Result<Vec<u8>, PostgresError> {
    Ok(sealer.seal_session(&session.document, &session.app, &session.id)?)
}

async fn read_all(
    client: &Client,
    sealer: &Sealer,
    rows: &[Row],
) -> Result<Vec<SessionRecord>, PostgresError> {
    data_keys::know_all(client, sealer, rows, "sealed").await?;
    rows.iter().map(|row| read(row, sealer)).collect()
}

fn read(row: &Row, sealer: &Sealer) -> Result<SessionRecord, PostgresError> {
    let (app, id): (AppId, Uuid) = (app_id(row, "app")?, row.try_get("id")?);
    let document = sealer.open_session(row.try_get("sealed")?, &app, &id);
    let browser: Option<&[u8]> = row.try_get("browser")?;
    let state = SessionState::of_name(row.try_get("state")?);
    let revision = u32::try_from(row.try_get::<_, i64>("revision")?);
    Ok(SessionRecord {
        id,
        app,
        link: hash(row.try_get("link")?)?,
        browser: browser.map(hash).transpose()?,
        state: state.ok_or(PostgresError::Corrupt("the state of a session"))?,
        revision: revision.map_err(|_| PostgresError::Corrupt("the revision of a session"))?,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        ended_at: row.try_get("ended_at")?,
        document: document.ok_or(PostgresError::Corrupt("the document of a session"))?,
    })
}

fn hash(bytes: &[u8]) -> Result<KeyHash, PostgresError> {
    let sha256 = bytes.try_into().map_err(|_| PostgresError::Corrupt("a hash of a session"))?;
    Ok(KeyHash { sha256 })
}
