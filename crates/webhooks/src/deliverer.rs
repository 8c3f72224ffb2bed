//! The task that tells: takes what is due, a share of each app, tells it, and says what came of it.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use faceward_core::AppId;
use faceward_service::webhooks::Webhooks;
use faceward_service::{Attempt, Claim, Delivery, NextStep, ServiceError, Traces, metrics};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tracing::Instrument as _;
use tracing::field::Empty;

use crate::attempt::{Answer, Ended};
use crate::caller::{Call, Caller};
use crate::schedule::after_failure;
use crate::signature::sign;

/// From one look for what is due to the next, unless somebody rings.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// The same after the store has failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How often the backlog is told.
const BETWEEN_REPORTS: Duration = Duration::from_secs(15);
/// How often what is old is deleted.
const BETWEEN_PURGES: Duration = Duration::from_secs(3600);
/// Events that are deleted at a time.
const PURGED_AT_ONCE: usize = 1000;
/// What a lease has beyond twice the longest time of an attempt: to settle it.
const LEASE_BEYOND: SignedDuration = SignedDuration::from_secs(30);

/// Tells apps what they are to be told. Cheap to clone.
#[derive(Clone)]
pub struct Deliverer {
    webhooks: Webhooks,
    caller: Arc<Caller>,
}

/// What is under way: how many events of each app.
type UnderWay = BTreeMap<AppId, usize>;

impl Deliverer {
    /// One for the events of `webhooks`.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn new(webhooks: Webhooks) -> Result<Self, rustls::Error> {
        let caller = Arc::new(Caller::new(webhooks.settings())?);
        Ok(Self { webhooks, caller })
    }

    /// Tells until `stopped` resolves; then ends what is under way, and what does not end within `patience` is left to
    /// whoever comes next.
    pub async fn run(self, stopped: impl Future<Output = ()>, patience: Duration) {
        let mut running = JoinSet::new();
        let mut under_way = UnderWay::new();
        let mut stopped = pin!(stopped);
        let mut keeping = pin!(self.keep());
        let mut pause = Duration::ZERO;
        loop {
            tokio::select! {
                () = &mut stopped => break,
                () = &mut keeping => {}
                Some(done) = running.join_next() => ended(&mut under_way, done),
                () = self.webhooks.rung(), if pause < AFTER_FAILURE => {}
                () = tokio::time::sleep(pause) => {}
            }
            pause = match self.claim(Timestamp::now(), &under_way).await {
                Ok(deliveries) => {
                    for delivery in deliveries {
                        *under_way.entry(delivery.app).or_default() += 1;
                        let deliverer = self.clone();
                        running.spawn(async move {
                            let app = delivery.app;
                            deliverer.tell(delivery, Timestamp::now()).await;
                            app
                        });
                    }
                    BETWEEN_LOOKS
                }
                Err(error) => {
                    tracing::warn!(%error, "events of webhooks cannot be read");
                    AFTER_FAILURE
                }
            };
        }
        let ending = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, ending).await.is_err() {
            tracing::warn!("stopped while webhooks were being called; they are called again");
        }
    }

    /// Tells what is due at `now`, once, and gives how many events that were.
    ///
    /// # Errors
    /// The store fails.
    pub async fn deliver_due(&self, now: Timestamp) -> Result<usize, ServiceError> {
        let deliveries = self.claim(now, &UnderWay::new()).await?;
        let n_due = deliveries.len();
        let mut running = JoinSet::new();
        for delivery in deliveries {
            let deliverer = self.clone();
            running.spawn(async move { deliverer.tell(delivery, now).await });
        }
        while running.join_next().await.is_some() {}
        Ok(n_due)
    }

    async fn claim(&self, now: Timestamp, under_way: &UnderWay) -> Result<Vec<Delivery>, ServiceError> {
        let settings = self.webhooks.settings();
        let Room { limit, share, busy } = Room::beside(under_way, settings.max_deliveries.get());
        if limit == 0 {
            return Ok(Vec::new());
        }
        let lease =
            SignedDuration::try_from(settings.timeout.saturating_mul(2)).unwrap_or(SignedDuration::MAX);
        let lease = lease.saturating_add(LEASE_BEYOND);
        let lease_until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let claim = Claim { now, lease_until, limit, share, busy: &busy };
        Ok(self.webhooks.outbox().claim_events(claim).await?)
    }

    /// Tells one event and records what came of it.
    async fn tell(&self, delivery: Delivery, now: Timestamp) {
        let began = Instant::now();
        let span =
            tracing::debug_span!("webhook", otel.kind = "client", event = %delivery.id, outcome = Empty);
        let id = delivery.id.to_string();
        let timestamp = now.as_second();
        let signature = sign(&delivery.secrets, &id, timestamp, &delivery.body);
        let body = delivery.body.clone();
        let call = Call { url: &delivery.url, id, timestamp, signature, body };
        let Answer { ended, status, text, retry_after } =
            self.caller.call(call, now).instrument(span.clone()).await;
        span.record("outcome", ended.name());
        metrics::webhook_attempt(ended.name());
        let next = match ended {
            Ended::Delivered => NextStep::Delivered,
            Ended::Status
            | Ended::Redirected
            | Ended::TimedOut
            | Ended::AddressRefused
            | Ended::NotResolved
            | Ended::NotConnected
            | Ended::NotEncrypted
            | Ended::Broken
            | Ended::NoAddress => {
                after_failure(&delivery, self.webhooks.settings(), now, (retry_after, chance()))
            }
        };
        let took = SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::MAX);
        let attempt = Attempt { at: now, took, status, outcome: ended.name().into(), answer: text };
        self.settle(&delivery, &attempt, next).await;
    }

    async fn settle(&self, delivery: &Delivery, attempt: &Attempt, next: NextStep) {
        let (app_id, event, outcome) = (delivery.app, delivery.id, &attempt.outcome);
        match self.webhooks.outbox().settle_event(&delivery.claim, attempt, next).await {
            Ok(true) if next == NextStep::Failed => {
                tracing::warn!(%app_id, %event, %outcome, "an event was not delivered in time and is given up");
            }
            Ok(true) => tracing::debug!(%app_id, %event, %outcome, "tried to deliver an event"),
            Ok(false) => {
                tracing::debug!(%app_id, %event, "an event that was tried is gone or tried by another");
            }
            // Its lease ends, and it is told again.
            Err(error) => {
                tracing::warn!(%app_id, %event, %error, "what came of a delivery cannot be recorded");
            }
        }
    }

    /// Tells the backlog and deletes what is old, for ever.
    async fn keep(&self) {
        let mut next_purge = Instant::now();
        loop {
            if let Err(error) = self.report(Timestamp::now()).await {
                tracing::debug!(%error, "the backlog of webhooks is not known");
            }
            if Instant::now() >= next_purge {
                let purged = self.purge(Timestamp::now()).await;
                if let Err(error) = &purged {
                    tracing::warn!(%error, "old events of webhooks could not be deleted");
                }
                next_purge = Instant::now() + BETWEEN_PURGES;
            }
            tokio::time::sleep(BETWEEN_REPORTS).await;
        }
    }

    async fn report(&self, now: Timestamp) -> Result<(), ServiceError> {
        let backlog = self.webhooks.outbox().backlog().await?;
        let age = backlog.oldest.map(|oldest| now.duration_since(oldest));
        let age = age.and_then(|age| Duration::try_from(age).ok()).unwrap_or_default();
        metrics::webhook_backlog(backlog.n_pending, age);
        Ok(())
    }

    /// Deletes events that are older than they are kept.
    ///
    /// # Errors
    /// The store fails.
    pub async fn purge(&self, now: Timestamp) -> Result<usize, ServiceError> {
        let before = now.saturating_sub(self.webhooks.settings().retention).unwrap_or(Timestamp::MIN);
        let mut n_purged = 0;
        loop {
            let purged = self.webhooks.outbox().purge_events(before, PURGED_AT_ONCE).await?;
            n_purged += purged.n_records;
            if purged.traces == Traces::Left {
                tracing::warn!("traces of old events are left; the store's next change wipes them");
            }
            // Another server may hold what is left.
            if !purged.more || purged.n_records == 0 {
                return Ok(n_purged);
            }
        }
    }
}

/// What may be claimed.
#[derive(Debug, PartialEq, Eq)]
struct Room {
    /// Of all apps.
    limit: usize,
    /// Of each app.
    share: usize,
    /// Apps that have their share already.
    busy: Vec<AppId>,
}

impl Room {
    /// What there is room for beside what is under way, where `most` calls may be: no app gets more than a quarter of them.
    fn beside(under_way: &UnderWay, most: usize) -> Self {
        let quarter = most.div_ceil(4);
        let (busy, others): (Vec<_>, Vec<_>) = under_way.iter().partition(|(_, count)| **count >= quarter);
        // One number for all: whoever has most of those that may have more.
        let share = quarter - others.iter().map(|(_, count)| **count).max().unwrap_or_default();
        let limit = most.saturating_sub(under_way.values().sum());
        Self { limit, share, busy: busy.into_iter().map(|(app, _)| *app).collect() }
    }
}

fn ended(under_way: &mut UnderWay, done: Result<AppId, tokio::task::JoinError>) {
    match done {
        Ok(app) => {
            if let Some(count) = under_way.get_mut(&app) {
                *count = count.saturating_sub(1);
            }
            under_way.retain(|_, count| *count > 0);
        }
        // Nobody knows whose it was: all are taken for free, which costs no more than a few calls at once.
        Err(error) => {
            tracing::error!(%error, "a delivery died");
            under_way.clear();
        }
    }
}

/// A random number, 0 to 1. Where the system has none, everybody waits equally long.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use faceward_conformance::samples::app;

    use super::*;

    #[test]
    fn no_app_gets_more_than_a_quarter_of_the_calls() {
        type Case<'a> = (&'a [(u128, usize)], usize, usize, usize, &'a [u128]);
        let table: [Case<'_>; 8] = [
            (&[], 32, 32, 8, &[]),
            (&[(1, 8)], 32, 24, 8, &[1]),
            (&[(1, 8), (2, 3)], 32, 21, 5, &[1]),
            (&[(1, 7), (2, 1)], 32, 24, 1, &[]),
            (&[(1, 8), (2, 8), (3, 8), (4, 8)], 32, 0, 8, &[1, 2, 3, 4]),
            (&[], 1, 1, 1, &[]),
            (&[(1, 1)], 1, 0, 1, &[1]),
            (&[(1, 9)], 2, 0, 1, &[1]),
        ];
        for (counts, most, limit, share, busy) in table {
            let under_way = counts.iter().map(|(number, count)| (app(*number), *count)).collect();
            let expected = Room { limit, share, busy: busy.iter().map(|number| app(*number)).collect() };
            assert_eq!(Room::beside(&under_way, most), expected, "{counts:?} of {most}");
        }
    }
}
