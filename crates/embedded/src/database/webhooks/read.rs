//! What people see of the outbox, and what they have told again.

use faceward_core::AppId;
use faceward_sealing::WebhookPart;
use faceward_store::{Attempt, EventDetail, EventRecord, EventState, LastAttempt};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Row, params};
use uuid::Uuid;

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::{micros, timestamp};

/// Events with their last attempts.
const EVENTS: &str = "
    SELECT event.*, last.at AS last_at, last.status AS last_status, last.outcome AS last_outcome
    FROM webhook_events AS event
    LEFT JOIN webhook_attempts AS last ON last.event = event.number AND last.number = event.n_attempts";

impl Database {
    /// Events of an app, newest first.
    pub(crate) fn events(
        &self,
        app: &AppId,
        state: Option<EventState>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<EventRecord>, EmbeddedError> {
        let sql = format!(
            "{EVENTS} WHERE event.app = ?1 AND (?2 IS NULL OR event.state = ?2)
             AND (?3 IS NULL OR event.number < ?3) ORDER BY event.number DESC LIMIT ?4"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows =
            statement.query(params![app.0.as_bytes(), state.map(EventState::name), before, limit])?;
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            events.push(read_event(row)?);
        }
        Ok(events)
    }

    /// An event of an app with its body and attempts.
    pub(crate) fn event(&self, app: &AppId, id: &Uuid) -> Result<Option<EventDetail>, EmbeddedError> {
        let sql = format!("{EVENTS} WHERE event.app = ?1 AND event.id = ?2");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![app.0.as_bytes(), id.as_bytes()])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let (record, sealed): (_, Vec<u8>) = (read_event(row)?, row.get("sealed")?);
        let body = self.open_webhook_text(WebhookPart::Body, (app, id), &sealed)?;
        let attempts = self.attempts(record.number, (app, id))?;
        Ok(Some(EventDetail { record, body, attempts }))
    }

    fn attempts(&self, event: i64, place: (&AppId, &Uuid)) -> Result<Vec<Attempt>, EmbeddedError> {
        let sql =
            "SELECT at, took, status, outcome, sealed FROM webhook_attempts WHERE event = ?1 ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![event])?;
        let mut attempts = Vec::new();
        while let Some(row) = rows.next()? {
            let sealed: Vec<u8> = row.get("sealed")?;
            attempts.push(Attempt {
                at: timestamp(row.get("at")?)?,
                took: SignedDuration::from_millis(row.get("took")?),
                status: row.get("status")?,
                outcome: row.get::<_, String>("outcome")?.into(),
                answer: self.open_webhook_text(WebhookPart::Answer, place, &sealed)?,
            });
        }
        Ok(attempts)
    }

    /// Makes an event due at once; false if the app has no such event.
    pub(crate) fn replay_event(
        &self,
        app: &AppId,
        id: &Uuid,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, EmbeddedError> {
        let n_rows = self.connection.execute(
            "UPDATE webhook_events SET state = 'pending', tries = 0, until = ?4,
             due_at = CASE WHEN claim IS NULL THEN ?3 ELSE due_at END
             WHERE app = ?1 AND id = ?2",
            params![app.0.as_bytes(), id.as_bytes(), micros(now), micros(until)],
        )?;
        Ok(n_rows > 0)
    }
}

fn read_event(row: &Row<'_>) -> Result<EventRecord, EmbeddedError> {
    let state: String = row.get("state")?;
    let state = EventState::of_name(&state).ok_or(EmbeddedError::Corrupt("the state of an event"))?;
    let due_at = match state {
        EventState::Pending => Some(timestamp(row.get("due_at")?)?),
        EventState::Delivered | EventState::Failed => None,
    };
    let last_at: Option<i64> = row.get("last_at")?;
    let last = last_at.map(|at| {
        let outcome = row.get::<_, String>("last_outcome")?.into();
        Ok::<_, EmbeddedError>(LastAttempt { at: timestamp(at)?, status: row.get("last_status")?, outcome })
    });
    Ok(EventRecord {
        number: row.get("number")?,
        id: Uuid::from_bytes(row.get("id")?),
        ordering_key: row.get("ordering_key")?,
        kind: row.get::<_, String>("kind")?.into(),
        created_at: timestamp(row.get("created_at")?)?,
        state,
        n_attempts: row.get("n_attempts")?,
        due_at,
        last: last.transpose()?,
    })
}
