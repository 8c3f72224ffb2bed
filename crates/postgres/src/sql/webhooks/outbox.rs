//! The outbox: events that are put into it, claimed, settled, and leave when their time is over.

use std::collections::{BTreeMap, BTreeSet};

use faceward_core::AppId;
use faceward_sealing::{Sealer, WebhookPart};
use faceward_store::{Attempt, Backlog, Claim, Delivery, KEPT_ATTEMPTS, NewEvent, NextStep};
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::super::change::Change;
use super::super::data_keys;
use super::super::rows::{app_id, as_stored};
use super::{open, open_text};
use crate::PostgresError;
use crate::connect::Client;

/// Records an event inside of `change`: it is there with what else that changes, or not at all. False if the app has no
/// endpoint: then there is nobody to tell.
///
/// Whoever calls it holds the data key of the app. Events of one ordering key have to be recorded one after the other, by whoever holds a lock for it: numbers of
/// transactions that overlap do not say which was first.
pub(crate) async fn insert(
    change: &Change<'_>,
    sealer: &Sealer,
    app: &AppId,
    event: &NewEvent,
) -> Result<bool, PostgresError> {
    let NewEvent { id, ordering_key, kind, body, created_at, until } = event;
    let sealed = sealer.seal_webhook(WebhookPart::Body, (app, id), body.as_bytes())?;
    // The endpoint stays until this commits.
    let sql = "
        WITH endpoint AS (SELECT app FROM faceward.webhooks WHERE app = $1 FOR KEY SHARE)
        INSERT INTO faceward.webhook_events
            (app, id, ordering_key, kind, sealed, created_at, until, state, due_at)
        SELECT $1, $2, $3, $4, $5, $6, $7, 'pending', $6 FROM endpoint";
    let (created_at, until, kind) = (as_stored(*created_at)?, as_stored(*until)?, kind.as_ref());
    Ok(change.execute(sql, &[&app.0, id, ordering_key, &kind, &sealed, &created_at, &until]).await? > 0)
}

/// Records an event that is in order with those of its key that are recorded already.
pub(crate) async fn record(
    client: &mut Client,
    sealer: &Sealer,
    app: &AppId,
    event: &NewEvent,
) -> Result<bool, PostgresError> {
    let change = Change::begin(client).await?;
    if !data_keys::hold(&change, sealer, app).await? {
        return Ok(false);
    }
    let recorded = insert(&change, sealer, app, event).await?;
    change.commit_unlogged().await?;
    Ok(recorded)
}

/// Takes a share of each app's events that are due, and of one ordering key the first. Rows that another server is taking
/// are left to it.
const CLAIM: &str = "
WITH due AS (
    SELECT event.number FROM faceward.webhooks AS webhook
    JOIN faceward.apps AS app ON app.id = webhook.app
    CROSS JOIN LATERAL (
        SELECT number, due_at FROM faceward.webhook_events AS event
        WHERE event.app = webhook.app AND state = 'pending' AND due_at <= $1 AND NOT EXISTS (
            SELECT FROM faceward.webhook_events AS earlier
            WHERE earlier.app = event.app AND earlier.ordering_key = event.ordering_key
            AND earlier.state = 'pending' AND earlier.number < event.number
        )
        ORDER BY due_at, number LIMIT $3
    ) AS event
    WHERE webhook.enabled AND NOT app.disabled AND webhook.app <> ALL ($4)
    ORDER BY event.due_at, event.number LIMIT $5
), taken AS (
    SELECT number FROM faceward.webhook_events
    WHERE number IN (SELECT number FROM due) AND state = 'pending' AND due_at <= $1
    FOR UPDATE SKIP LOCKED
)
UPDATE faceward.webhook_events AS event SET claim = gen_random_uuid(), due_at = $2
FROM taken, faceward.webhooks AS webhook
WHERE event.number = taken.number AND webhook.app = event.app
RETURNING event.number, event.app, event.id, event.claim, webhook.url, event.sealed, event.tries, event.until";

/// Takes events that are due.
pub(crate) async fn claim(
    client: &Client,
    sealer: &Sealer,
    claim: Claim<'_>,
) -> Result<Vec<Delivery>, PostgresError> {
    let Claim { now, lease_until, limit, share, busy } = claim;
    let busy: Vec<Uuid> = busy.iter().map(|app| app.0).collect();
    let (now, lease_until) = (as_stored(now)?, as_stored(lease_until)?);
    let limits = [share, limit].map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let mut rows = client.query(CLAIM, &[&now, &lease_until, &limits[0], &busy, &limits[1]]).await?;
    rows.sort_by_key(|row| row.get::<_, i64>("number"));
    let apps: BTreeSet<AppId> = rows.iter().map(|row| app_id(row, "app")).collect::<Result<_, _>>()?;
    data_keys::know_all(client, sealer, &rows, "sealed").await?;
    let mut keys = BTreeMap::new();
    for app in apps {
        keys.insert(app, webhook_keys(client, sealer, &app, now).await?);
    }
    rows.iter().map(|row| delivery(row, sealer, &keys)).collect()
}

fn delivery(
    row: &Row,
    sealer: &Sealer,
    keys: &BTreeMap<AppId, Vec<Zeroizing<Vec<u8>>>>,
) -> Result<Delivery, PostgresError> {
    let (app, id): (_, Uuid) = (app_id(row, "app")?, row.try_get("id")?);
    Ok(Delivery {
        app,
        id,
        claim: row.try_get("claim")?,
        url: row.try_get("url")?,
        secrets: keys.get(&app).cloned().unwrap_or_default(),
        body: open_text(sealer, WebhookPart::Body, (&app, &id), row.try_get("sealed")?)?,
        tries: count(row, "tries")?,
        until: row.try_get("until")?,
    })
}

/// What signs for an app at `now`, oldest first.
async fn webhook_keys(
    client: &Client,
    sealer: &Sealer,
    app: &AppId,
    now: Timestamp,
) -> Result<Vec<Zeroizing<Vec<u8>>>, PostgresError> {
    let sql = "SELECT id, sealed FROM faceward.webhook_secrets
               WHERE app = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY created_at, id";
    let rows = client.query(sql, &[&app.0, &now]).await?;
    for row in &rows {
        data_keys::know(client, sealer, app, row.try_get("sealed")?).await?;
    }
    let key =
        |row: &Row| open(sealer, WebhookPart::Secret, (app, &row.try_get("id")?), row.try_get("sealed")?);
    rows.iter().map(key).collect()
}

/// Records an attempt and what comes next; false if whoever made it has the event no longer.
pub(crate) async fn settle(
    client: &mut Client,
    sealer: &Sealer,
    claim: &Uuid,
    (attempt, next): (&Attempt, NextStep),
) -> Result<bool, PostgresError> {
    let (state, due_at) = match next {
        NextStep::Delivered => ("delivered", None),
        NextStep::Failed => ("failed", None),
        NextStep::Retry(at) => ("pending", Some(as_stored(at)?)),
    };
    let change = Change::begin(client).await?;
    // The app before the event: whoever deletes the app locks them in this order.
    let claimed = change.query("SELECT app FROM faceward.webhook_events WHERE claim = $1", &[claim]).await?;
    let Some(row) = claimed.first() else { return Ok(false) };
    if !data_keys::hold(&change, sealer, &app_id(row, "app")?).await? {
        return Ok(false);
    }
    let update = "
        UPDATE faceward.webhook_events SET claim = NULL, state = $2, due_at = coalesce($3, due_at),
            tries = tries + 1, n_attempts = n_attempts + 1
        WHERE claim = $1 RETURNING number, app, id, n_attempts";
    let rows = change.query(update, &[claim, &state, &due_at]).await?;
    let Some(row) = rows.first() else { return Ok(false) };
    let (number, app, id): (i64, _, Uuid) = (row.try_get("number")?, app_id(row, "app")?, row.try_get("id")?);
    let n_attempts: i32 = row.try_get("n_attempts")?;
    let Attempt { at, took, status, outcome, answer } = attempt;
    let sealed = sealer.seal_webhook(WebhookPart::Answer, (&app, &id), answer.as_bytes())?;
    let (at, took) = (as_stored(*at)?, i64::try_from(took.as_millis()).unwrap_or(i64::MAX));
    let (status, outcome) = (status.map(i32::from), outcome.as_ref());
    let insert = "INSERT INTO faceward.webhook_attempts (event, number, at, took, status, outcome, sealed)
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    change.execute(insert, &[&number, &n_attempts, &at, &took, &status, &outcome, &sealed]).await?;
    let forget = "DELETE FROM faceward.webhook_attempts WHERE event = $1 AND number <= $2";
    change.execute(forget, &[&number, &n_attempts.saturating_sub_unsigned(KEPT_ATTEMPTS)]).await?;
    change.commit_unlogged().await?;
    Ok(true)
}

/// What waits to be told.
pub(crate) async fn backlog(client: &Client) -> Result<Backlog, PostgresError> {
    let sql = "SELECT count(*) AS pending, min(event.created_at) AS oldest
               FROM faceward.webhook_events AS event
               JOIN faceward.webhooks AS webhook ON webhook.app = event.app
               JOIN faceward.apps AS app ON app.id = event.app
               WHERE state = 'pending' AND webhook.enabled AND NOT app.disabled";
    let row = client.query_one(sql, &[]).await?;
    let n_pending: i64 = row.try_get("pending")?;
    let n_pending = usize::try_from(n_pending).map_err(|_| PostgresError::Corrupt("a count"))?;
    Ok(Backlog { n_pending, oldest: row.try_get("oldest")? })
}

/// Deletes up to `limit` old events; gives how many, and whether older ones are left.
pub(crate) async fn purge(
    client: &Client,
    before: Timestamp,
    limit: usize,
) -> Result<(usize, bool), PostgresError> {
    let (before, limit) = (as_stored(before)?, i64::try_from(limit).unwrap_or(i64::MAX));
    let delete = "
        DELETE FROM faceward.webhook_events WHERE number IN (
            SELECT number FROM faceward.webhook_events WHERE created_at < $1
            ORDER BY created_at, number LIMIT $2 FOR UPDATE SKIP LOCKED)";
    let n_records = client.execute(delete, &[&before, &limit]).await?;
    let left = "SELECT EXISTS (SELECT FROM faceward.webhook_events WHERE created_at < $1)";
    let more = client.query_one(left, &[&before]).await?.try_get(0)?;
    Ok((usize::try_from(n_records).unwrap_or(usize::MAX), more))
}

/// A column that counts.
pub(super) fn count(row: &Row, column: &str) -> Result<u32, PostgresError> {
    let stored: i32 = row.try_get(column)?;
    u32::try_from(stored).map_err(|_| PostgresError::Corrupt("a count"))
}
