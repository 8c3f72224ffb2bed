//! The outbox: events that are put into it, claimed, settled, and leave when their time is over.

use faceward_core::AppId;
use faceward_sealing::{Sealer, WebhookPart};
use faceward_store::{Attempt, Backlog, Claim, Delivery, KEPT_ATTEMPTS, NewEvent, NextStep};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::{app_id, micros, timestamp};

/// Records an event inside of whatever transaction is open on `connection`: it is there with what else the transaction
/// changes, or not at all. False if the app has no endpoint: then there is nobody to tell.
pub(crate) fn insert_event(
    connection: &Connection,
    sealer: &Sealer,
    app: &AppId,
    event: &NewEvent,
) -> Result<bool, EmbeddedError> {
    let NewEvent { id, ordering_key, kind, body, created_at, until } = event;
    let called = "SELECT EXISTS (SELECT 1 FROM webhooks WHERE app = ?1)";
    if !connection.query_row(called, params![app.0.as_bytes()], |row| row.get(0))? {
        return Ok(false);
    }
    let sealed = sealer.seal_webhook(WebhookPart::Body, (app, id), body.as_bytes())?;
    connection.execute(
        "INSERT INTO webhook_events (app, id, ordering_key, kind, sealed, created_at, until, state, due_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'pending', ?6)",
        params![
            app.0.as_bytes(),
            id.as_bytes(),
            ordering_key,
            kind,
            sealed,
            micros(*created_at),
            micros(*until)
        ],
    )?;
    Ok(true)
}

/// Those that are due of the app `?1`. Of one ordering key, the first.
const DUE: &str = "
    SELECT number FROM webhook_events AS event
    WHERE app = ?1 AND state = 'pending' AND due_at <= ?2 AND NOT EXISTS (
        SELECT 1 FROM webhook_events AS earlier
        WHERE earlier.app = event.app AND earlier.ordering_key = event.ordering_key
        AND earlier.state = 'pending' AND earlier.number < event.number
    )
    ORDER BY due_at, number LIMIT ?3";

impl Database {
    /// Records an event.
    pub(crate) fn record_event(&self, app: &AppId, event: &NewEvent) -> Result<bool, EmbeddedError> {
        insert_event(&self.connection, &self.sealer, app, event)
    }

    /// Frees what a process that is gone had claimed: there is one a folder.
    pub(crate) fn free_events(&self, now: Timestamp) -> Result<(), EmbeddedError> {
        let sql = "UPDATE webhook_events SET claim = NULL, due_at = min(due_at, ?1) WHERE claim IS NOT NULL";
        self.connection.execute(sql, params![micros(now)])?;
        Ok(())
    }

    /// Takes events that are due.
    pub(crate) fn claim_events(&self, claim: Claim<'_>) -> Result<Vec<Delivery>, EmbeddedError> {
        let Claim { now, lease_until, limit, share, busy } = claim;
        let transaction = self.transaction()?;
        let mut deliveries = Vec::new();
        for app in called(&transaction)?.iter().filter(|app| !busy.contains(app)) {
            let n_wanted = share.min(limit - deliveries.len());
            let mut statement = transaction.prepare_cached(DUE)?;
            let due = statement
                .query_map(params![app.0.as_bytes(), micros(now), n_wanted as i64], |row| row.get(0))?;
            for number in due.collect::<Result<Vec<i64>, _>>()? {
                let claim = Uuid::new_v4();
                let take = "UPDATE webhook_events SET claim = ?2, due_at = ?3 WHERE number = ?1";
                transaction.execute(take, params![number, claim.as_bytes(), micros(lease_until)])?;
                deliveries.push(self.delivery(number, now)?);
            }
        }
        transaction.commit()?;
        Ok(deliveries)
    }

    fn delivery(&self, number: i64, now: Timestamp) -> Result<Delivery, EmbeddedError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT app, id, claim, url, sealed, tries, until FROM webhook_events JOIN webhooks USING (app)
             WHERE number = ?1",
        )?;
        let mut rows = statement.query(params![number])?;
        let row = rows.next()?.ok_or(EmbeddedError::Corrupt("an event"))?;
        let (app, id, sealed): (_, _, Vec<u8>) =
            (app_id(row, "app")?, Uuid::from_bytes(row.get("id")?), row.get("sealed")?);
        Ok(Delivery {
            app,
            id,
            claim: Uuid::from_bytes(row.get("claim")?),
            url: row.get("url")?,
            secrets: self.webhook_keys(&app, now)?,
            body: self.open_webhook_text(WebhookPart::Body, (&app, &id), &sealed)?,
            tries: row.get("tries")?,
            until: timestamp(row.get("until")?)?,
        })
    }

    /// Records an attempt and what comes next; false if whoever made it has the event no longer.
    pub(crate) fn settle_event(
        &self,
        claim: &Uuid,
        attempt: &Attempt,
        next: NextStep,
    ) -> Result<bool, EmbeddedError> {
        let transaction = self.transaction()?;
        let claimed = transaction
            .query_row(
                "SELECT number, app, id, n_attempts + 1 AS attempt FROM webhook_events WHERE claim = ?1",
                params![claim.as_bytes()],
                |row: &Row<'_>| {
                    Ok((
                        row.get::<_, i64>("number")?,
                        row.get::<_, [u8; 16]>("app")?,
                        row.get::<_, [u8; 16]>("id")?,
                        row.get::<_, u32>("attempt")?,
                    ))
                },
            )
            .optional()?;
        let Some((number, app, id, n_attempts)) = claimed else { return Ok(false) };
        let (state, due_at) = match next {
            NextStep::Delivered => ("delivered", None),
            NextStep::Failed => ("failed", None),
            NextStep::Retry(at) => ("pending", Some(micros(at))),
        };
        transaction.execute(
            "UPDATE webhook_events SET claim = NULL, state = ?2, due_at = coalesce(?3, due_at),
             tries = tries + 1, n_attempts = ?4 WHERE number = ?1",
            params![number, state, due_at, n_attempts],
        )?;
        let place = (&AppId(Uuid::from_bytes(app)), &Uuid::from_bytes(id));
        let Attempt { at, took, status, outcome, answer } = attempt;
        let sealed = self.sealer.seal_webhook(WebhookPart::Answer, place, answer.as_bytes())?;
        let took = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        transaction.execute(
            "INSERT INTO webhook_attempts (event, number, at, took, status, outcome, sealed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![number, n_attempts, micros(*at), took, status, outcome, sealed],
        )?;
        transaction.execute(
            "DELETE FROM webhook_attempts WHERE event = ?1 AND number <= ?2",
            params![number, i64::from(n_attempts) - i64::from(KEPT_ATTEMPTS)],
        )?;
        transaction.commit()?;
        Ok(true)
    }

    /// What waits to be told.
    pub(crate) fn event_backlog(&self) -> Result<Backlog, EmbeddedError> {
        let sql = "SELECT count(*), min(event.created_at) FROM webhook_events AS event
                   JOIN webhooks ON webhooks.app = event.app JOIN apps ON apps.id = event.app
                   WHERE state = 'pending' AND enabled AND NOT disabled";
        let (n_pending, oldest): (i64, Option<i64>) =
            self.connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let n_pending = usize::try_from(n_pending).map_err(|_| EmbeddedError::Corrupt("a count"))?;
        Ok(Backlog { n_pending, oldest: oldest.map(timestamp).transpose()? })
    }

    /// Deletes up to `limit` old events; gives how many, and whether older ones are left.
    pub(crate) fn purge_events(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<(usize, bool), EmbeddedError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let n_records = self.connection.execute(
            "DELETE FROM webhook_events WHERE number IN (
                SELECT number FROM webhook_events WHERE created_at < ?1 ORDER BY created_at, number LIMIT ?2)",
            params![micros(before), limit],
        )?;
        let left = "SELECT EXISTS (SELECT 1 FROM webhook_events WHERE created_at < ?1)";
        Ok((n_records, self.connection.query_row(left, params![micros(before)], |row| row.get(0))?))
    }
}

/// Apps that are called: their endpoints are enabled, and so are they.
fn called(connection: &Connection) -> Result<Vec<AppId>, EmbeddedError> {
    let mut statement = connection.prepare_cached(
        "SELECT app FROM webhooks JOIN apps ON apps.id = webhooks.app WHERE enabled AND NOT disabled
         ORDER BY app",
    )?;
    let mut rows = statement.query([])?;
    let mut apps = Vec::new();
    while let Some(row) = rows.next()? {
        apps.push(app_id(row, "app")?);
    }
    Ok(apps)
}
