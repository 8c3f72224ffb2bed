//! Sealing anew: a walk through everything of an app, by which what older keys have sealed is sealed by the newest.
//!
//! How far it is need not be kept: what is sealed by the newest key already is passed by. What is written meanwhile is sealed by
//! the newest key, wherever the walk is; so at its end nothing of the older ones is left.

use faceward_core::AppId;
use faceward_sealing::{Bound, SessionFaceContext, SubjectContext, VectorContext, WebhookPart};
use rusqlite::types::Value;
use rusqlite::{Row, params};
use uuid::Uuid;

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::{gallery_id, model_id, subject_id, template_id};

/// How far the walk through an app is. Made anew, it begins anew.
#[derive(Default)]
pub(crate) struct Walk {
    /// Of the key by which it seals.
    generation: u32,
    /// Which table.
    table: usize,
    /// After which row of it; `None`: before the first.
    after: Option<[Value; 2]>,
}

/// A value under the newest key; `None`: it is that already.
type SealedAnew = Result<Option<Vec<u8>>, EmbeddedError>;

/// Rows of one table that are sealed.
struct Table {
    /// Before the first key.
    before: [Value; 2],
    /// Rows of the app `?1` after the keys `?2` and `?3`, in their order, at most `?4`: their keys as `k1` and `k2`, `sealed`, and what that
    /// is bound to.
    select: &'static str,
    /// Writes `?4` into the row of the app `?1` with these keys.
    update: &'static str,
    /// What the sealed value of a row is bound to.
    seal: fn(&Database, &AppId, &Row<'_>) -> SealedAnew,
}

const TEXT: Value = Value::Text(String::new());
const BLOB: Value = Value::Blob(Vec::new());
const NUMBER: Value = Value::Integer(0);
const NONE: Value = Value::Null;

static TABLES: [Table; 7] = [
    Table {
        before: [TEXT, NONE],
        select: "SELECT id AS k1, NULL AS k2, gallery, subject, id, model, sealed FROM templates
                 WHERE app = ?1 AND id > ?2 ORDER BY id LIMIT ?4",
        update: "UPDATE templates SET sealed = ?4 WHERE app = ?1 AND id = ?2",
        seal: template,
    },
    Table {
        before: [TEXT, TEXT],
        select: "SELECT gallery AS k1, subject AS k2, gallery, subject, sealed FROM subject_names
                 WHERE app = ?1 AND (gallery, subject) > (?2, ?3) ORDER BY gallery, subject LIMIT ?4",
        update: "UPDATE subject_names SET sealed = ?4 WHERE app = ?1 AND gallery = ?2 AND subject = ?3",
        seal: name,
    },
    Table {
        before: [BLOB, NONE],
        select: "SELECT id AS k1, NULL AS k2, id, sealed FROM sessions
                 WHERE app = ?1 AND id > ?2 ORDER BY id LIMIT ?4",
        update: "UPDATE sessions SET sealed = ?4 WHERE app = ?1 AND id = ?2",
        seal: session,
    },
    Table {
        before: [BLOB, TEXT],
        select: "SELECT session AS k1, role AS k2, session, role, model, session_faces.sealed AS sealed
                 FROM session_faces JOIN sessions ON sessions.id = session
                 WHERE app = ?1 AND (session, role) > (?2, ?3) ORDER BY session, role LIMIT ?4",
        update: "UPDATE session_faces SET sealed = ?4 WHERE session = ?2 AND role = ?3",
        seal: session_face,
    },
    Table {
        before: [BLOB, NONE],
        select: "SELECT id AS k1, NULL AS k2, id, sealed FROM webhook_secrets
                 WHERE app = ?1 AND id > ?2 ORDER BY id LIMIT ?4",
        update: "UPDATE webhook_secrets SET sealed = ?4 WHERE app = ?1 AND id = ?2",
        seal: |database, app, row| webhook(database, WebhookPart::Secret, app, row),
    },
    Table {
        before: [NUMBER, NONE],
        select: "SELECT number AS k1, NULL AS k2, id, sealed FROM webhook_events
                 WHERE app = ?1 AND number > ?2 ORDER BY number LIMIT ?4",
        update: "UPDATE webhook_events SET sealed = ?4 WHERE app = ?1 AND number = ?2",
        seal: |database, app, row| webhook(database, WebhookPart::Body, app, row),
    },
    Table {
        before: [NUMBER, NUMBER],
        select: "SELECT attempt.event AS k1, attempt.number AS k2, event.id AS id, attempt.sealed AS sealed
                 FROM webhook_attempts AS attempt JOIN webhook_events AS event ON event.number = attempt.event
                 WHERE app = ?1 AND (attempt.event, attempt.number) > (?2, ?3)
                 ORDER BY attempt.event, attempt.number LIMIT ?4",
        update: "UPDATE webhook_attempts SET sealed = ?4 WHERE event = ?2 AND number = ?3",
        seal: |database, app, row| webhook(database, WebhookPart::Answer, app, row),
    },
];

impl Database {
    /// Goes on with `walk` by up to `limit` rows. Gives how many were sealed anew, and whether the walk is at its end: then the older
    /// keys are gone.
    pub(crate) fn reseal(
        &self,
        app: &AppId,
        walk: &mut Walk,
        limit: usize,
    ) -> Result<(usize, bool), EmbeddedError> {
        let generation = self.data_key(app)?.generation;
        if walk.generation != generation {
            *walk = Walk { generation, ..Walk::default() };
        }
        let Some(table) = TABLES.get(walk.table) else {
            self.forget_older_keys(app, generation)?;
            *walk = Walk::default();
            return Ok((0, true));
        };
        let [first, second] = walk.after.clone().unwrap_or_else(|| table.before.clone());
        let transaction = self.transaction()?;
        let (mut n_rows, mut n_sealed) = (0, 0);
        {
            let mut select = transaction.prepare_cached(table.select)?;
            let mut update = transaction.prepare_cached(table.update)?;
            // All of them before the first is changed: they are few.
            let mut anew = Vec::new();
            let mut rows = select.query(params![
                app.0.as_bytes(),
                first,
                second,
                i64::try_from(limit).unwrap_or(i64::MAX)
            ])?;
            while let Some(row) = rows.next()? {
                let keys: [Value; 2] = [row.get("k1")?, row.get("k2")?];
                if let Some(sealed) = (table.seal)(self, app, row)? {
                    anew.push((keys.clone(), sealed));
                }
                walk.after = Some(keys);
                n_rows += 1;
            }
            drop(rows);
            for ([first, second], sealed) in anew {
                n_sealed += update.execute(params![app.0.as_bytes(), first, second, sealed])?;
            }
        }
        transaction.commit()?;
        if n_rows < limit {
            (walk.table, walk.after) = (walk.table + 1, None);
        }
        Ok((n_sealed, false))
    }
}

fn blob<'r>(row: &'r Row<'_>) -> Result<&'r [u8], EmbeddedError> {
    row.get_ref("sealed")?.as_blob().map_err(|_| EmbeddedError::Corrupt("a sealed value"))
}

fn uuid(row: &Row<'_>, column: &str) -> Result<Uuid, EmbeddedError> {
    Ok(Uuid::from_bytes(row.get(column)?))
}

fn template(database: &Database, app: &AppId, row: &Row<'_>) -> SealedAnew {
    let (gallery, subject) = (gallery_id(row, "gallery")?, subject_id(row, "subject")?);
    let (template, model) = (template_id(row, "id")?, model_id(row, "model")?);
    let context =
        VectorContext { app, gallery: &gallery, subject: &subject, template: &template, model: &model };
    Ok(database.sealer.reseal(blob(row)?, &Bound::vector(context))?)
}

fn name(database: &Database, app: &AppId, row: &Row<'_>) -> SealedAnew {
    let (gallery, subject) = (gallery_id(row, "gallery")?, subject_id(row, "subject")?);
    let context = SubjectContext { app, gallery: &gallery, subject: &subject };
    Ok(database.sealer.reseal(blob(row)?, &Bound::name(context))?)
}

fn session(database: &Database, app: &AppId, row: &Row<'_>) -> SealedAnew {
    Ok(database.sealer.reseal(blob(row)?, &Bound::session(app, &uuid(row, "id")?))?)
}

fn session_face(database: &Database, app: &AppId, row: &Row<'_>) -> SealedAnew {
    let (session, role, model) =
        (uuid(row, "session")?, row.get::<_, String>("role")?, model_id(row, "model")?);
    let context = SessionFaceContext { app, session: &session, role: &role, model: &model };
    Ok(database.sealer.reseal(blob(row)?, &Bound::session_face(context))?)
}

fn webhook(database: &Database, part: WebhookPart, app: &AppId, row: &Row<'_>) -> SealedAnew {
    Ok(database.sealer.reseal(blob(row)?, &Bound::webhook(part, app, &uuid(row, "id")?))?)
}
