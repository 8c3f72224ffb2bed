//! Endpoints, secrets and the outbox, on disk.

use faceward_core::AppId;
use faceward_store::{
    Attempt, Backlog, Claim, Delivery, Endpoint, EventDetail, EventRecord, EventState, NewEvent, NextStep,
    Pending, Purged, Traces, WebhookRecord, WebhookSecret, Webhooks,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::embedded::Embedded;

impl Webhooks for Embedded {
    fn webhook<'a>(&'a self, app: &'a AppId, now: Timestamp) -> Pending<'a, Option<WebhookRecord>> {
        let app = *app;
        Box::pin(self.off_thread(move |folder| Ok(folder.database.lock().webhook(&app, now)?)))
    }

    fn set_webhook<'a>(
        &'a self,
        app: &'a AppId,
        endpoint: &'a Endpoint,
        first: &'a WebhookSecret,
    ) -> Pending<'a, bool> {
        let (app, endpoint, first) = (*app, endpoint.clone(), first.clone());
        Box::pin(self.off_thread(move |folder| {
            let database = folder.database.lock();
            folder.members.read().app(&app)?;
            Ok(database.set_webhook(&app, &endpoint, &first)?)
        }))
    }

    fn delete_webhook<'a>(&'a self, app: &'a AppId) -> Pending<'a, Option<Traces>> {
        let app = *app;
        Box::pin(self.off_thread(move |folder| {
            let database = folder.database.lock();
            Ok(database.delete_webhook(&app)?.then(|| database.wipe()))
        }))
    }

    fn add_webhook_secret<'a>(
        &'a self,
        app: &'a AppId,
        secret: &'a WebhookSecret,
        until: Timestamp,
    ) -> Pending<'a, Option<Traces>> {
        let (app, secret) = (*app, secret.clone());
        Box::pin(self.off_thread(move |folder| {
            let database = folder.database.lock();
            Ok(database.add_webhook_secret(&app, &secret, until)?.then(|| database.wipe()))
        }))
    }

    fn record_event<'a>(&'a self, app: &'a AppId, event: &'a NewEvent) -> Pending<'a, bool> {
        let (app, event) = (*app, event.clone());
        Box::pin(self.off_thread(move |folder| Ok(folder.database.lock().record_event(&app, &event)?)))
    }

    fn claim_events<'a>(&'a self, claim: Claim<'a>) -> Pending<'a, Vec<Delivery>> {
        let Claim { now, lease_until, limit, share, busy } = claim;
        let busy = busy.to_vec();
        Box::pin(self.off_thread(move |folder| {
            let claim = Claim { now, lease_until, limit, share, busy: &busy };
            Ok(folder.database.lock().claim_events(claim)?)
        }))
    }

    fn settle_event<'a>(
        &'a self,
        claim: &'a Uuid,
        attempt: &'a Attempt,
        next: NextStep,
    ) -> Pending<'a, bool> {
        let (claim, attempt) = (*claim, attempt.clone());
        Box::pin(
            self.off_thread(move |folder| Ok(folder.database.lock().settle_event(&claim, &attempt, next)?)),
        )
    }

    fn list_events<'a>(
        &'a self,
        app: &'a AppId,
        state: Option<EventState>,
        before: Option<i64>,
        limit: usize,
    ) -> Pending<'a, Vec<EventRecord>> {
        let app = *app;
        Box::pin(
            self.off_thread(move |folder| Ok(folder.database.lock().events(&app, state, before, limit)?)),
        )
    }

    fn event<'a>(&'a self, app: &'a AppId, id: &'a Uuid) -> Pending<'a, Option<EventDetail>> {
        let (app, id) = (*app, *id);
        Box::pin(self.off_thread(move |folder| Ok(folder.database.lock().event(&app, &id)?)))
    }

    fn replay_event<'a>(
        &'a self,
        app: &'a AppId,
        id: &'a Uuid,
        now: Timestamp,
        until: Timestamp,
    ) -> Pending<'a, bool> {
        let (app, id) = (*app, *id);
        Box::pin(
            self.off_thread(move |folder| Ok(folder.database.lock().replay_event(&app, &id, now, until)?)),
        )
    }

    fn backlog(&self) -> Pending<'_, Backlog> {
        Box::pin(self.off_thread(|folder| Ok(folder.database.lock().event_backlog()?)))
    }

    fn purge_events(&self, before: Timestamp, limit: usize) -> Pending<'_, Purged> {
        Box::pin(self.off_thread(move |folder| {
            let database = folder.database.lock();
            let (n_records, more) = database.purge_events(before, limit)?;
            let traces = if n_records > 0 { database.wipe() } else { Traces::Wiped };
            Ok(Purged { n_records, more, traces })
        }))
    }
}
