//! Endpoints, secrets and the outbox.

use faceward_core::AppId;
use faceward_store::{
    Attempt, Backlog, Claim, Delivery, Endpoint, EventDetail, EventRecord, EventState, LastAttempt,
    MAX_SECRETS, NewEvent, NextStep, Pending, Purged, SecretRecord, Traces, WebhookRecord, WebhookSecret,
    Webhooks,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Memory, State};

pub(super) struct Webhook {
    endpoint: Endpoint,
    secrets: Vec<(WebhookSecret, Option<Timestamp>)>,
    events: Vec<Event>,
}

struct Event {
    detail: EventDetail,
    due_at: Timestamp,
    until: Timestamp,
    tries: u32,
    claim: Option<Uuid>,
}

impl Webhooks for Memory {
    fn webhook<'a>(&'a self, app: &'a AppId, now: Timestamp) -> Pending<'a, Option<WebhookRecord>> {
        Box::pin(async move {
            Ok(self.state()?.webhook(app).map(|webhook| {
                let live = webhook.secrets.iter().filter(|(_, end)| end.is_none_or(|end| end > now));
                let secrets = live.map(|(secret, expires_at)| {
                    let (id, created_at) = (secret.id, secret.created_at);
                    SecretRecord { id, created_at, expires_at: *expires_at }
                });
                WebhookRecord { endpoint: webhook.endpoint.clone(), secrets: secrets.collect() }
            }))
        })
    }

    fn set_webhook<'a>(
        &'a self,
        app: &'a AppId,
        endpoint: &'a Endpoint,
        first: &'a WebhookSecret,
    ) -> Pending<'a, bool> {
        Box::pin(async move {
            let mut state = self.state()?;
            let webhook = &mut state.app(app)?.webhook;
            let is_new = webhook.is_none();
            let secrets = vec![(first.clone(), None)];
            let new = Webhook { endpoint: endpoint.clone(), secrets, events: Vec::new() };
            webhook.get_or_insert(new).endpoint = endpoint.clone();
            Ok(is_new)
        })
    }

    fn delete_webhook<'a>(&'a self, app: &'a AppId) -> Pending<'a, Option<Traces>> {
        Box::pin(async move {
            let mut state = self.state()?;
            let traces = state.traces();
            let gone = state.apps.get_mut(app).and_then(|app| app.webhook.take());
            Ok(gone.map(|_| traces))
        })
    }

    fn add_webhook_secret<'a>(
        &'a self,
        app: &'a AppId,
        secret: &'a WebhookSecret,
        until: Timestamp,
    ) -> Pending<'a, Option<Traces>> {
        Box::pin(async move {
            let mut state = self.state()?;
            let traces = state.traces();
            let Some(webhook) = state.webhook(app) else { return Ok(None) };
            for (_, end) in &mut webhook.secrets {
                *end = Some(end.map_or(until, |end| end.min(until)));
            }
            webhook.secrets.push((secret.clone(), None));
            webhook.secrets.sort_by_key(|(secret, _)| (secret.created_at, secret.id));
            let n_beyond = webhook.secrets.len().saturating_sub(MAX_SECRETS);
            webhook.secrets.drain(..n_beyond);
            webhook.secrets.retain(|(_, end)| end.is_none_or(|end| end > secret.created_at));
            Ok(Some(traces))
        })
    }

    fn record_event<'a>(&'a self, app: &'a AppId, event: &'a NewEvent) -> Pending<'a, bool> {
        Box::pin(async move { Ok(self.state()?.record_event(app, event)) })
    }

    fn claim_events<'a>(&'a self, claim: Claim<'a>) -> Pending<'a, Vec<Delivery>> {
        Box::pin(async move {
            let mut state = self.state()?;
            let mut deliveries = Vec::new();
            for (id, app) in &mut state.apps {
                let disabled = app.record.settings.disabled || claim.busy.contains(id);
                let Some(webhook) = app.webhook.as_mut().filter(|webhook| webhook.endpoint.enabled) else {
                    continue;
                };
                let n_wanted = if disabled { 0 } else { claim.share.min(claim.limit - deliveries.len()) };
                deliveries.extend(webhook.claim(id, claim, n_wanted));
            }
            Ok(deliveries)
        })
    }

    fn settle_event<'a>(
        &'a self,
        claim: &'a Uuid,
        attempt: &'a Attempt,
        next: NextStep,
    ) -> Pending<'a, bool> {
        Box::pin(async move {
            let mut state = self.state()?;
            let mut events =
                state.apps.values_mut().filter_map(|app| app.webhook.as_mut()).flat_map(|w| &mut w.events);
            let Some(event) = events.find(|event| event.claim == Some(*claim)) else { return Ok(false) };
            event.settle(attempt, next);
            Ok(true)
        })
    }

    fn list_events<'a>(
        &'a self,
        app: &'a AppId,
        state: Option<EventState>,
        before: Option<i64>,
        limit: usize,
    ) -> Pending<'a, Vec<EventRecord>> {
        Box::pin(async move {
            let mut held = self.state()?;
            let Some(webhook) = held.webhook(app) else { return Ok(Vec::new()) };
            let records = webhook.events.iter().rev().map(|event| event.detail().record);
            let wanted = records.filter(|record| state.is_none_or(|state| record.state == state));
            let earlier = wanted.filter(|record| before.is_none_or(|before| record.number < before));
            Ok(earlier.take(limit).collect())
        })
    }

    fn event<'a>(&'a self, app: &'a AppId, id: &'a Uuid) -> Pending<'a, Option<EventDetail>> {
        Box::pin(async move { Ok(self.state()?.event(app, id).map(|event| event.detail())) })
    }

    fn replay_event<'a>(
        &'a self,
        app: &'a AppId,
        id: &'a Uuid,
        now: Timestamp,
        until: Timestamp,
    ) -> Pending<'a, bool> {
        Box::pin(async move {
            let mut state = self.state()?;
            let Some(event) = state.event(app, id) else { return Ok(false) };
            event.detail.record.state = EventState::Pending;
            (event.tries, event.until) = (0, until);
            if event.claim.is_none() {
                event.due_at = now;
            }
            Ok(true)
        })
    }

    fn backlog(&self) -> Pending<'_, Backlog> {
        Box::pin(async move {
            let state = self.state()?;
            let called = state.apps.values().filter(|app| !app.record.settings.disabled);
            let webhooks = called.filter_map(|app| app.webhook.as_ref());
            let events =
                webhooks.filter(|webhook| webhook.endpoint.enabled).flat_map(|webhook| &webhook.events);
            let pending: Vec<_> =
                events.filter(|event| event.is_pending()).map(|e| e.detail.record.created_at).collect();
            Ok(Backlog { n_pending: pending.len(), oldest: pending.iter().min().copied() })
        })
    }

    fn purge_events(&self, before: Timestamp, limit: usize) -> Pending<'_, Purged> {
        Box::pin(async move {
            let mut state = self.state()?;
            let traces = state.traces();
            let old = |event: &Event| event.detail.record.created_at < before;
            let events =
                || state.apps.values().filter_map(|app| app.webhook.as_ref()).flat_map(|w| &w.events);
            let mut ages: Vec<_> = events()
                .filter(|event| old(event))
                .map(|e| (e.detail.record.created_at, e.number()))
                .collect();
            ages.sort_unstable();
            let (n_old, n_records) = (ages.len(), ages.len().min(limit));
            ages.truncate(limit);
            for webhook in state.apps.values_mut().filter_map(|app| app.webhook.as_mut()) {
                webhook.events.retain(|e| !ages.contains(&(e.detail.record.created_at, e.number())));
            }
            Ok(Purged { n_records, more: n_old > n_records, traces })
        })
    }
}

impl State {
    fn webhook(&mut self, app: &AppId) -> Option<&mut Webhook> {
        self.apps.get_mut(app)?.webhook.as_mut()
    }

    fn event(&mut self, app: &AppId, id: &Uuid) -> Option<&mut Event> {
        self.webhook(app)?.events.iter_mut().find(|event| event.detail.record.id == *id)
    }

    pub(super) fn record_event(&mut self, app: &AppId, event: &NewEvent) -> bool {
        self.n_events += 1;
        let number = self.n_events;
        let Some(webhook) = self.webhook(app) else { return false };
        let NewEvent { id, ordering_key, kind, body, created_at, until } = event.clone();
        let record = EventRecord {
            number,
            id,
            ordering_key,
            kind,
            created_at,
            state: EventState::Pending,
            n_attempts: 0,
            due_at: None,
            last: None,
        };
        let detail = EventDetail { record, body, attempts: Vec::new() };
        webhook.events.push(Event { detail, due_at: created_at, until, tries: 0, claim: None });
        true
    }
}

impl Webhook {
    fn claim(&mut self, app: &AppId, claim: Claim<'_>, n_wanted: usize) -> Vec<Delivery> {
        let mut blocked: Vec<String> = Vec::new();
        let mut due = Vec::new();
        for event in self.events.iter_mut().filter(|event| event.is_pending()) {
            let key = event.detail.record.ordering_key.clone();
            if event.due_at <= claim.now && !blocked.contains(&key) {
                due.push(event);
            }
            blocked.push(key);
        }
        due.sort_by_key(|event| event.due_at);
        let live = self.secrets.iter().filter(|(_, end)| end.is_none_or(|end| end > claim.now));
        let secrets: Vec<_> = live.map(|(secret, _)| secret.key.clone()).collect();
        let take = |event: &mut Event| {
            let id = Uuid::new_v4();
            (event.claim, event.due_at) = (Some(id), claim.lease_until);
            Delivery {
                app: *app,
                id: event.detail.record.id,
                claim: id,
                url: self.endpoint.url.clone(),
                secrets: secrets.clone(),
                body: event.detail.body.clone(),
                tries: event.tries,
                until: event.until,
            }
        };
        due.into_iter().take(n_wanted).map(take).collect()
    }
}

impl Event {
    fn number(&self) -> i64 {
        self.detail.record.number
    }

    fn is_pending(&self) -> bool {
        self.detail.record.state == EventState::Pending
    }

    fn detail(&self) -> EventDetail {
        let mut detail = self.detail.clone();
        detail.record.due_at = self.is_pending().then_some(self.due_at);
        detail
    }

    fn settle(&mut self, attempt: &Attempt, next: NextStep) {
        self.claim = None;
        self.tries += 1;
        let Attempt { at, status, outcome, .. } = attempt.clone();
        self.detail.record.n_attempts += 1;
        self.detail.record.last = Some(LastAttempt { at, status, outcome });
        self.detail.attempts.push(attempt.clone());
        match next {
            NextStep::Delivered => self.detail.record.state = EventState::Delivered,
            NextStep::Failed => self.detail.record.state = EventState::Failed,
            NextStep::Retry(at) => self.due_at = at,
        }
    }
}
