//! Who is called back: an app's endpoint, the secrets that sign what it is told, and the events that wait to be told.
//!
//! An event is pending until an attempt delivers it or the last one fails. Of one app, events with the same ordering key are
//! told in the order in which they were recorded: none is claimed while an earlier one is pending.

use std::fmt;

use faceward_core::AppId;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zeroize::Zeroizing;

#[cfg(doc)]
use crate::StoreError;
use crate::{Pending, Purged, Reachable, Traces, Word};

/// Secrets of an app that are valid at most, the newest ones.
pub const MAX_SECRETS: usize = 4;

/// Attempts of an event that are kept at least, the newest ones.
pub const KEPT_ATTEMPTS: u32 = 100;

/// Endpoints, their secrets and the outbox. Secrets, bodies and answers are kept sealed.
///
/// An app that does not exist has no endpoint; with an app or an endpoint go its secrets and events.
pub trait Webhooks: Reachable {
    /// The endpoint of an app, with its secrets that have not ended at `now`.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn webhook<'a>(&'a self, app: &'a AppId, now: Timestamp) -> Pending<'a, Option<WebhookRecord>>;

    /// Gives an app this endpoint. Where it had none, `first` becomes its secret; says whether that was so.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`].
    fn set_webhook<'a>(
        &'a self,
        app: &'a AppId,
        endpoint: &'a Endpoint,
        first: &'a WebhookSecret,
    ) -> Pending<'a, bool>;

    /// Deletes the endpoint of an app with its secrets and events; `None`: it has none.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn delete_webhook<'a>(&'a self, app: &'a AppId) -> Pending<'a, Option<Traces>>;

    /// Adds a secret without an end, and lets every other one end at `until` if it does not end earlier. Forgets those that
    /// had ended when it was made, and all but the newest [`MAX_SECRETS`]. `None`: the app has no endpoint.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn add_webhook_secret<'a>(
        &'a self,
        app: &'a AppId,
        secret: &'a WebhookSecret,
        until: Timestamp,
    ) -> Pending<'a, Option<Traces>>;

    /// Records an event to be told, and says whether the app has an endpoint, without which nothing is recorded.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn record_event<'a>(&'a self, app: &'a AppId, event: &'a NewEvent) -> Pending<'a, bool>;

    /// Takes events that are due: nobody else gets them until the lease ends or they are settled. Only those of endpoints
    /// that are enabled, of apps that are, in the order in which they are due.
    ///
    /// # Errors
    /// The store fails; something sealed was altered.
    fn claim_events<'a>(&'a self, claim: Claim<'a>) -> Pending<'a, Vec<Delivery>>;

    /// Records an attempt at an event and what comes next; `claim` is that of its [`Delivery`]. False, and nothing is
    /// recorded, if the event is gone or somebody else has claimed it since.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn settle_event<'a>(&'a self, claim: &'a Uuid, attempt: &'a Attempt, next: NextStep)
    -> Pending<'a, bool>;

    /// Up to `limit` events of an app before the number `before`, newest first; `None`: the newest of all.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn list_events<'a>(
        &'a self,
        app: &'a AppId,
        state: Option<EventState>,
        before: Option<i64>,
        limit: usize,
    ) -> Pending<'a, Vec<EventRecord>>;

    /// An event of an app, its body and its attempts, oldest first.
    ///
    /// # Errors
    /// The store fails; something sealed was altered.
    fn event<'a>(&'a self, app: &'a AppId, id: &'a Uuid) -> Pending<'a, Option<EventDetail>>;

    /// Makes an event pending and due at `now`, whatever became of it, to be tried until `until`. An attempt that is under
    /// way goes on. False if the app has no such event.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn replay_event<'a>(
        &'a self,
        app: &'a AppId,
        id: &'a Uuid,
        now: Timestamp,
        until: Timestamp,
    ) -> Pending<'a, bool>;

    /// What waits to be told: the events that [`Webhooks::claim_events`] would give in time.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn backlog(&self) -> Pending<'_, Backlog>;

    /// Deletes up to `limit` of the events that were recorded before `before`, oldest first, in whatever state.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn purge_events(&self, before: Timestamp, limit: usize) -> Pending<'_, Purged>;
}

/// Where an app is called back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The address.
    pub url: String,
    /// Whether it is called. Events are recorded either way, and wait.
    pub enabled: bool,
}

/// An endpoint with what is known of its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRecord {
    /// Where.
    pub endpoint: Endpoint,
    /// Its secrets, oldest first.
    pub secrets: Vec<SecretRecord>,
}

/// A secret, without what is secret about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretRecord {
    /// Its id.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on nothing is signed with it; `None`: it has no end.
    pub expires_at: Option<Timestamp>,
}

/// A secret to be added. Wiped from memory when dropped.
#[derive(Clone)]
pub struct WebhookSecret {
    /// Its id.
    pub id: Uuid,
    /// What signs.
    pub key: Zeroizing<Vec<u8>>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Something to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Its id, by which a receiver knows it again.
    pub id: Uuid,
    /// Events of one key are told in their order: the id of a session.
    pub ordering_key: String,
    /// What it is about: `session.completed`.
    pub kind: Word,
    /// What is sent: JSON.
    pub body: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// How long it is tried: an attempt that fails then or later is the last.
    pub until: Timestamp,
}

/// Which events are claimed, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Those that are due then.
    pub now: Timestamp,
    /// When somebody else may have those that are not settled.
    pub lease_until: Timestamp,
    /// Most events.
    pub limit: usize,
    /// Most events of one app.
    pub share: usize,
    /// Apps of which none is wanted.
    pub busy: &'a [AppId],
}

/// An event that was claimed, with all that is needed to tell it.
#[derive(Clone)]
pub struct Delivery {
    /// Whose it is.
    pub app: AppId,
    /// Its id.
    pub id: Uuid,
    /// What settles it.
    pub claim: Uuid,
    /// Where it is told.
    pub url: String,
    /// What it is signed with: secrets that have not ended, oldest first.
    pub secrets: Vec<Zeroizing<Vec<u8>>>,
    /// What is sent.
    pub body: String,
    /// Attempts since it was recorded or replayed last.
    pub tries: u32,
    /// How long it is tried.
    pub until: Timestamp,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Delivery");
        shown
            .field("app", &self.app)
            .field("id", &self.id)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}

/// An attempt to tell an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took; kept to the millisecond.
    pub took: SignedDuration,
    /// The HTTP status of the answer, if one came.
    pub status: Option<u16>,
    /// How it ended: `delivered`, or what went wrong.
    pub outcome: Word,
    /// The beginning of what the receiver answered.
    pub answer: String,
}

/// What comes after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Nothing: it is delivered.
    Delivered,
    /// Nothing: it was the last.
    Failed,
    /// Another attempt then.
    Retry(Timestamp),
}

/// What has become of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventState {
    /// It waits to be told, for the first time or again.
    Pending,
    /// The receiver has it.
    Delivered,
    /// It was tried in vain, and is no longer.
    Failed,
}

impl EventState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Failed];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// An event without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
    /// Its number. Numbers rise in the order in which events were recorded, with gaps.
    pub number: i64,
    /// Its id.
    pub id: Uuid,
    /// What it is in order with.
    pub ordering_key: String,
    /// What it is about.
    pub kind: Word,
    /// When it happened.
    pub created_at: Timestamp,
    /// What has become of it.
    pub state: EventState,
    /// All attempts that were made.
    pub n_attempts: u32,
    /// When the next one is due, at the earliest; while one is under way, when its lease ends. `None`: there is none.
    pub due_at: Option<Timestamp>,
    /// The last attempt, without its answer.
    pub last: Option<LastAttempt>,
}

/// How the last attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastAttempt {
    /// When it began.
    pub at: Timestamp,
    /// The HTTP status of the answer, if one came.
    pub status: Option<u16>,
    /// How it ended.
    pub outcome: Word,
}

/// An event with all that is kept of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDetail {
    /// All but its body.
    pub record: EventRecord,
    /// What is sent.
    pub body: String,
    /// Its attempts, oldest first; of very many, the newest.
    pub attempts: Vec<Attempt>,
}

/// What waits to be told, of all apps whose endpoints are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Events that are pending.
    pub n_pending: usize,
    /// When the oldest of them happened.
    pub oldest: Option<Timestamp>,
}
