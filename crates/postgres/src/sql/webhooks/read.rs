//! What people see of the outbox, and what they have told again.

use faceward_core::AppId;
use faceward_sealing::{Sealer, WebhookPart};
use faceward_store::{Attempt, EventDetail, EventRecord, EventState, LastAttempt};
use jiff::{SignedDuration, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use super::super::data_keys;
use super::super::rows::as_stored;
use super::open_text;
use super::outbox::count;
use crate::PostgresError;
use crate::connect::Client;

/// Events with their last attempts.
const EVENTS: &str = "
    SELECT event.*, last.at AS last_at, last.status AS last_status, last.outcome AS last_outcome
    FROM faceward.webhook_events AS event
    LEFT JOIN faceward.webhook_attempts AS last ON last.event = event.number AND last.number = event.n_attempts";

/// Events of an app, newest first.
pub(crate) async fn page(
    client: &Client,
    app: &AppId,
    (state, before): (Option<EventState>, Option<i64>),
    limit: usize,
) -> Result<Vec<EventRecord>, PostgresError> {
    let sql = format!(
        "{EVENTS} WHERE event.app = $1 AND ($2::text IS NULL OR event.state = $2)
         AND ($3::bigint IS NULL OR event.number < $3) ORDER BY event.number DESC LIMIT $4"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = client.query(&sql, &[&app.0, &state.map(EventState::name), &before, &limit]).await?;
    rows.iter().map(read_event).collect()
}

/// An event of an app with its body and attempts.
pub(crate) async fn one(
    client: &Client,
    sealer: &Sealer,
    app: &AppId,
    id: &Uuid,
) -> Result<Option<EventDetail>, PostgresError> {
    let sql = format!("{EVENTS} WHERE event.app = $1 AND event.id = $2");
    let Some(row) = client.query_opt(&sql, &[&app.0, id]).await? else { return Ok(None) };
    let record = read_event(&row)?;
    data_keys::know(client, sealer, app, row.try_get("sealed")?).await?;
    let body = open_text(sealer, WebhookPart::Body, (app, id), row.try_get("sealed")?)?;
    let sql = "SELECT at, took, status, outcome, sealed FROM faceward.webhook_attempts
               WHERE event = $1 ORDER BY number";
    let rows = client.query(sql, &[&record.number]).await?;
    for row in &rows {
        data_keys::know(client, sealer, app, row.try_get("sealed")?).await?;
    }
    let attempts = rows.iter().map(|row| read_attempt(row, sealer, (app, id)));
    Ok(Some(EventDetail { record, body, attempts: attempts.collect::<Result<_, _>>()? }))
}

/// Makes an event due at once; false if the app has no such event.
pub(crate) async fn replay(
    client: &Client,
    (app, id): (&AppId, &Uuid),
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, PostgresError> {
    let sql = "UPDATE faceward.webhook_events SET state = 'pending', tries = 0, until = $4,
                   due_at = CASE WHEN claim IS NULL THEN $3 ELSE due_at END
               WHERE app = $1 AND id = $2";
    Ok(client.execute(sql, &[&app.0, id, &as_stored(now)?, &as_stored(until)?]).await? > 0)
}

fn read_event(row: &Row) -> Result<EventRecord, PostgresError> {
    let state = row.try_get("state")?;
    let state = EventState::of_name(state).ok_or(PostgresError::Corrupt("the state of an event"))?;
    let due_at = match state {
        EventState::Pending => Some(row.try_get("due_at")?),
        EventState::Delivered | EventState::Failed => None,
    };
    let last_at: Option<Timestamp> = row.try_get("last_at")?;
    let last = last_at.map(|at| {
        let outcome = row.try_get::<_, String>("last_outcome")?.into();
        Ok::<_, PostgresError>(LastAttempt { at, status: status(row, "last_status")?, outcome })
    });
    Ok(EventRecord {
        number: row.try_get("number")?,
        id: row.try_get("id")?,
        ordering_key: row.try_get("ordering_key")?,
        kind: row.try_get::<_, String>("kind")?.into(),
        created_at: row.try_get("created_at")?,
        state,
        n_attempts: count(row, "n_attempts")?,
        due_at,
        last: last.transpose()?,
    })
}

fn read_attempt(row: &Row, sealer: &Sealer, place: (&AppId, &Uuid)) -> Result<Attempt, PostgresError> {
    Ok(Attempt {
        at: row.try_get("at")?,
        took: SignedDuration::from_millis(row.try_get("took")?),
        status: status(row, "status")?,
        outcome: row.try_get::<_, String>("outcome")?.into(),
        answer: open_text(sealer, WebhookPart::Answer, place, row.try_get("sealed")?)?,
    })
}

fn status(row: &Row, column: &str) -> Result<Option<u16>, PostgresError> {
    let stored: Option<i32> = row.try_get(column)?;
    stored
        .map(|status| u16::try_from(status).map_err(|_| PostgresError::Corrupt("an HTTP status")))
        .transpose()
}
