//! Endpoints, secrets and the outbox, in the database.

use faceward_core::AppId;
use faceward_store::{
    Attempt, Backlog, Claim, Delivery, Endpoint, EventDetail, EventRecord, EventState, NewEvent, NextStep,
    Pending, Purged, Traces, WebhookRecord, WebhookSecret, Webhooks,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::Postgres;
use crate::sql::webhooks::{self, outbox, read};

impl Webhooks for Postgres {
    fn webhook<'a>(&'a self, app: &'a AppId, now: Timestamp) -> Pending<'a, Option<WebhookRecord>> {
        let app = *app;
        self.ask(move |asked| async move { Ok(webhooks::one(&asked.client().await?, &app, now).await?) })
    }

    fn set_webhook<'a>(
        &'a self,
        app: &'a AppId,
        endpoint: &'a Endpoint,
        first: &'a WebhookSecret,
    ) -> Pending<'a, bool> {
        let (app, endpoint, first) = (*app, endpoint.clone(), first.clone());
        self.ask(move |asked| async move {
            webhooks::set(&mut asked.client().await?, &asked.sealer, &app, (&endpoint, &first)).await
        })
    }

    fn delete_webhook<'a>(&'a self, app: &'a AppId) -> Pending<'a, Option<Traces>> {
        let app = *app;
        self.ask(move |asked| async move {
            Ok(webhooks::delete(&asked.client().await?, &app).await?.then_some(Traces::Fading))
        })
    }

    fn add_webhook_secret<'a>(
        &'a self,
        app: &'a AppId,
        secret: &'a WebhookSecret,
        until: Timestamp,
    ) -> Pending<'a, Option<Traces>> {
        let (app, secret) = (*app, secret.clone());
        self.ask(move |asked| async move {
            let mut client = asked.client().await?;
            let n_forgotten =
                webhooks::add_secret(&mut client, &asked.sealer, &app, (&secret, until)).await?;
            Ok(n_forgotten.map(|n_forgotten| if n_forgotten > 0 { Traces::Fading } else { Traces::Wiped }))
        })
    }

    fn record_event<'a>(&'a self, app: &'a AppId, event: &'a NewEvent) -> Pending<'a, bool> {
        let (app, event) = (*app, event.clone());
        self.ask(move |asked| async move {
            Ok(outbox::record(&mut asked.client().await?, &asked.sealer, &app, &event).await?)
        })
    }

    fn claim_events<'a>(&'a self, claim: Claim<'a>) -> Pending<'a, Vec<Delivery>> {
        let Claim { now, lease_until, limit, share, busy } = claim;
        let busy = busy.to_vec();
        self.ask(move |asked| async move {
            let claim = Claim { now, lease_until, limit, share, busy: &busy };
            Ok(outbox::claim(&asked.client().await?, &asked.sealer, claim).await?)
        })
    }

    fn settle_event<'a>(
        &'a self,
        claim: &'a Uuid,
        attempt: &'a Attempt,
        next: NextStep,
    ) -> Pending<'a, bool> {
        let (claim, attempt) = (*claim, attempt.clone());
        self.ask(move |asked| async move {
            let mut client = asked.client().await?;
            Ok(outbox::settle(&mut client, &asked.sealer, &claim, (&attempt, next)).await?)
        })
    }

    fn list_events<'a>(
        &'a self,
        app: &'a AppId,
        state: Option<EventState>,
        before: Option<i64>,
        limit: usize,
    ) -> Pending<'a, Vec<EventRecord>> {
        let app = *app;
        self.ask(move |asked| async move {
            Ok(read::page(&asked.client().await?, &app, (state, before), limit).await?)
        })
    }

    fn event<'a>(&'a self, app: &'a AppId, id: &'a Uuid) -> Pending<'a, Option<EventDetail>> {
        let (app, id) = (*app, *id);
        self.ask(move |asked| async move {
            Ok(read::one(&asked.client().await?, &asked.sealer, &app, &id).await?)
        })
    }

    fn replay_event<'a>(
        &'a self,
        app: &'a AppId,
        id: &'a Uuid,
        now: Timestamp,
        until: Timestamp,
    ) -> Pending<'a, bool> {
        let (app, id) = (*app, *id);
        self.ask(move |asked| async move {
            Ok(read::replay(&asked.client().await?, (&app, &id), now, until).await?)
        })
    }

    fn backlog(&self) -> Pending<'_, Backlog> {
        self.ask(|asked| async move { Ok(outbox::backlog(&asked.client().await?).await?) })
    }

    fn purge_events(&self, before: Timestamp, limit: usize) -> Pending<'_, Purged> {
        self.ask(move |asked| async move {
            let (n_records, more) = outbox::purge(&asked.client().await?, before, limit).await?;
            let traces = if n_records > 0 { Traces::Fading } else { Traces::Wiped };
            Ok(Purged { n_records, more, traces })
        })
    }
}
