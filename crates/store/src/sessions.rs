//! Verification sessions: what somebody is to show who comes by a link, and what has come of it.

use std::fmt;

use faceward_core::{AppId, Embedding};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{KeyHash, NewEvent, Pending, Reachable, Traces};
#[cfg(doc)]
use crate::{LARGEST_PAGE, StoreError};

/// Sessions of apps. Links and browsers are known by hashes only; what a session says about a person lies sealed.
///
/// A session is changed by whoever knows its newest revision: of several who change it at once, in whatever process, one
/// wins, and what has ended never changes again.
pub trait Sessions: Reachable {
    /// Keeps a new session, with the face that it compares with, if it brings one. At most `max_open` of an app have not ended.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`], [`StoreError::TooManySessions`].
    fn create_session<'a>(
        &'a self,
        session: &'a SessionRecord,
        reference: Option<&'a Embedding>,
        max_open: usize,
    ) -> Pending<'a, ()>;

    /// The session `id` of `app`.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn session<'a>(&'a self, app: &'a AppId, id: &'a Uuid) -> Pending<'a, Option<SessionRecord>>;

    /// The session that a link of this hash leads to.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn session_of_link<'a>(&'a self, link: &'a KeyHash) -> Pending<'a, Option<SessionRecord>>;

    /// The session of the browser of this hash.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn session_of_browser<'a>(&'a self, browser: &'a KeyHash) -> Pending<'a, Option<SessionRecord>>;

    /// The faces of the session `id` of `app`. One that has ended has none.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn session_faces<'a>(&'a self, app: &'a AppId, id: &'a Uuid) -> Pending<'a, SessionFaces>;

    /// Up to `limit` sessions of `app` before `before`, in descending order of id; `None`: the last ones. At most
    /// [`LARGEST_PAGE`] are given.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn list_sessions<'a>(
        &'a self,
        app: &'a AppId,
        before: Option<&'a Uuid>,
        limit: usize,
    ) -> Pending<'a, Vec<SessionRecord>>;

    /// Makes a change, if the session still has the revision of the record and has not ended: its browser, state, end and
    /// document are then those of the record, and its revision is one higher. `None`: somebody else was first, or it is
    /// gone.
    ///
    /// One that ends loses its faces.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn change_session<'a>(&'a self, change: &'a SessionChange) -> Pending<'a, Option<Traces>>;

    /// A page of up to `limit` sessions of any app that have not ended, though their time was over at `now`: those behind
    /// `after` in the order in which they ran out; `None`: the first ones. One that cannot be read holds up no other.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn overdue_sessions<'a>(
        &'a self,
        now: Timestamp,
        after: Option<&'a OverduePlace>,
        limit: usize,
    ) -> Pending<'a, OverdueSessions>;

    /// Deletes up to `limit` sessions that ended before `before`, and gives how many they were.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn purge_sessions(&self, before: Timestamp, limit: usize) -> Pending<'_, (usize, Traces)>;
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionState {
    /// Nobody has used its link.
    Created,
    /// A browser has.
    Opened,
    /// The person agreed, and may take photos.
    Consented,
    /// Everything that was asked for is shown.
    Passed,
    /// It is not, and there is no further try.
    Failed,
    /// The person did not agree.
    Declined,
    /// Time ran out before.
    Expired,
    /// The app withdrew it.
    Cancelled,
}

impl SessionState {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Opened,
        Self::Consented,
        Self::Passed,
        Self::Failed,
        Self::Declined,
        Self::Expired,
        Self::Cancelled,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Opened => "opened",
            Self::Consented => "consented",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing comes after it.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        match self {
            Self::Created | Self::Opened | Self::Consented => false,
            Self::Passed | Self::Failed | Self::Declined | Self::Expired | Self::Cancelled => true,
        }
    }
}

/// A session without its faces.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Its id, which is no secret. Ids of later sessions are greater.
    pub id: Uuid,
    /// Whose it is.
    pub app: AppId,
    /// What the secret in its link is compared with.
    pub link: KeyHash,
    /// What the secret of the browser is compared with that has opened it.
    pub browser: Option<KeyHash>,
    /// Where it stands.
    pub state: SessionState,
    /// How often it was changed.
    pub revision: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its time is over.
    pub expires_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Everything else, in a form that the service chooses. Kept sealed.
    pub document: String,
}

/// The document may name people: it is not printed.
impl fmt::Debug for SessionRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("SessionRecord");
        shown.field("id", &self.id).field("app", &self.app).field("state", &self.state);
        shown.field("revision", &self.revision).field("ended_at", &self.ended_at).finish_non_exhaustive()
    }
}

/// A place in the order in which sessions run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OverduePlace {
    /// When the time of the session there is over.
    pub expires_at: Timestamp,
    /// Its id.
    pub id: Uuid,
}

/// A page of sessions whose time is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverdueSessions {
    /// Those that can be read, in the order in which they ran out.
    pub sessions: Vec<SessionRecord>,
    /// The ids of those that cannot.
    pub damaged: Vec<Uuid>,
    /// Behind which the next page begins; `None`: this was the last one.
    pub next: Option<OverduePlace>,
}

/// The faces that a session compares with. Kept sealed until it ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionFaces {
    /// The one that was given when it was made.
    pub reference: Option<Embedding>,
    /// The one that was taken before the challenge.
    pub selfie: Option<Embedding>,
}

/// The names of both.
impl SessionFaces {
    /// Of [`SessionFaces::reference`].
    pub const REFERENCE: &str = "reference";
    /// Of [`SessionFaces::selfie`].
    pub const SELFIE: &str = "selfie";
}

/// A change of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionChange {
    /// As it is afterwards, with the revision that it had before.
    pub record: SessionRecord,
    /// The face that is kept from now on; `None`: as before.
    pub selfie: Option<Embedding>,
    /// What the app is told of it, if it has an endpoint: recorded together with the change, or not at all.
    pub event: Option<NewEvent>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_known_by_their_names() {
        for state in SessionState::ALL {
            assert_eq!(SessionState::of_name(state.name()), Some(state));
        }
        assert_eq!(SessionState::of_name("other"), None);
    }
}
