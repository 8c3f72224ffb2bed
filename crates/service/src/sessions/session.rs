//! A session as the use cases know it.

use faceward_core::AppId;
use faceward_store::{Consent, KeyHash, SessionState};
use jiff::Timestamp;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::plan::SessionPlan;
use crate::secret::hash_of;

/// A session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id, which is no secret.
    pub id: Uuid,
    /// Whose it is.
    pub app: AppId,
    /// Where it stands. One whose time is over has expired, whatever the store has heard of it.
    pub state: SessionState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its time is over.
    pub expires_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What it asks for.
    pub plan: SessionPlan,
    /// What the person is asked to agree to.
    pub consent: Consent,
    /// When the link was used.
    pub opened_at: Option<Timestamp>,
    /// When the person agreed.
    pub agreed_at: Option<Timestamp>,
    /// How often the person was judged, and with which result, oldest first.
    pub attempts: Vec<Attempt>,
    /// Why it failed, in closed lists of words.
    pub reasons: Vec<String>,
    /// Where the person goes afterwards.
    pub return_url: Option<String>,
    /// The client's own id of it.
    pub trx_id: Option<String>,
    /// How many photos were taken in, and challenges made.
    pub(crate) n_photos: usize,
    /// Whether the selfie was fine and the challenge is what is left.
    pub(crate) selfie_fine: bool,
    /// The challenge that waits for its answer: the hash of its name.
    pub(crate) challenge: Option<String>,
    /// Whether everything is shown, and the person is being enrolled.
    pub(crate) finishing: bool,
    pub(crate) browser: Option<KeyHash>,
    pub(super) revision: u32,
    pub(super) link: KeyHash,
}

/// What was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepName {
    /// A photo.
    Selfie,
    /// The answer to a challenge.
    Challenge,
}

impl StepName {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Selfie => "selfie",
            Self::Challenge => "challenge",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        [Self::Selfie, Self::Challenge].into_iter().find(|step| step.name() == name)
    }
}

/// One time that the person was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// By what.
    pub step: StepName,
    /// Why it was not good enough; empty: it was.
    pub reasons: Vec<String>,
    /// Score 0 to 1 of the passive check; of several frames the least. `None`: not asked for, or not decided.
    pub liveness: Option<f64>,
    /// Score 0 to 1 of the deepfake check, likewise.
    pub deepfake: Option<f64>,
    /// Similarity, 0 to 1, with whom the session compares; of a challenge that with the selfie.
    pub similarity: Option<f64>,
}

/// What a session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStep {
    /// Its link.
    Open,
    /// A word of the person.
    Consent,
    /// A photo.
    Selfie,
    /// Movements.
    Challenge,
    /// The store: everything is shown.
    Finish,
}

impl SessionStep {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Consent => "consent",
            Self::Selfie => "selfie",
            Self::Challenge => "challenge",
            Self::Finish => "finish",
        }
    }
}

impl Session {
    /// A new one that waits for its link. The client's id is that of the session where it gives none.
    pub(crate) fn new(
        app: AppId,
        link: KeyHash,
        facts: (SessionPlan, Consent),
        expires_at: Timestamp,
    ) -> Self {
        let (plan, consent) = facts;
        Self {
            id: Uuid::now_v7(),
            app,
            state: SessionState::Created,
            created_at: Timestamp::now(),
            expires_at,
            ended_at: None,
            plan,
            consent,
            opened_at: None,
            agreed_at: None,
            attempts: Vec::new(),
            reasons: Vec::new(),
            return_url: None,
            trx_id: None,
            n_photos: 0,
            selfie_fine: false,
            challenge: None,
            finishing: false,
            browser: None,
            revision: 0,
            link,
        }
    }

    /// What it waits for; `None`: nothing, it is over.
    #[must_use]
    pub fn step(&self) -> Option<SessionStep> {
        match self.state {
            SessionState::Created => Some(SessionStep::Open),
            SessionState::Opened => Some(SessionStep::Consent),
            SessionState::Consented if self.finishing => Some(SessionStep::Finish),
            SessionState::Consented if self.selfie_fine => Some(SessionStep::Challenge),
            SessionState::Consented => Some(SessionStep::Selfie),
            SessionState::Passed
            | SessionState::Failed
            | SessionState::Declined
            | SessionState::Expired
            | SessionState::Cancelled => None,
        }
    }

    /// Whether the browser that shows `secret` is the one that has opened it.
    #[must_use]
    pub fn is_open_in(&self, secret: &str) -> bool {
        self.browser.is_some_and(|known| known.sha256.ct_eq(&hash_of(secret).sha256).into())
    }

    /// How often the person was judged and it was not good enough.
    #[must_use]
    pub fn n_failed(&self) -> usize {
        self.attempts.iter().filter(|attempt| !attempt.reasons.is_empty()).count()
    }

    /// How it ends at `now`.
    pub(crate) fn end(&mut self, state: SessionState, now: Timestamp) {
        (self.state, self.ended_at) = (state, Some(now));
        (self.challenge, self.finishing) = (None, false);
    }

    /// After a change that was made.
    pub(crate) fn changed(mut self) -> Self {
        self.revision += 1;
        self
    }
}
