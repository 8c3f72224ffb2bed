//! Open challenges: each is answered once, by the app that it was made for, before it expires.
//!
//! In memory only, on purpose: after a restart no old challenge is known, so none can be answered a second time, and a
//! client asks for a new one. What is kept is bounded for each app, whatever it does.

mod draw;
mod id;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet, VecDeque};
use std::num::NonZeroUsize;
use std::time::Duration;

use faceward_core::AppId;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::error::ServiceError;
use crate::movement::Movement;
use crate::subject::SubjectRef;

pub(crate) use draw::draw;
pub use id::ChallengeId;

/// What an operator can set about challenges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeSettings {
    /// Time from the making of a challenge to the arrival of its whole answer.
    pub lifetime: Duration,
    /// Movements of a challenge, the first `front` included, unless the caller says otherwise.
    pub steps: usize,
    /// What is asked for besides `front`, unless the caller says otherwise.
    pub movements: Vec<Movement>,
    /// Most challenges of one app that are open at once.
    pub max_open: NonZeroUsize,
}

impl ChallengeSettings {
    /// Fewest movements of a challenge.
    pub const FEWEST_STEPS: usize = 2;
    /// Most movements of a challenge.
    pub const MOST_STEPS: usize = 8;
    /// Fewest frames of a step: a movement is seen between two.
    pub const FEWEST_FRAMES: usize = 2;
    /// Most frames of an answer.
    pub const MOST_FRAMES: usize = 30;
    /// What can be asked for. A face at rest shows the other movements: they would ask for nothing.
    pub const ACTIVE: [Movement; 6] = [
        Movement::Left,
        Movement::Right,
        Movement::Up,
        Movement::Down,
        Movement::EyesClosed,
        Movement::MouthOpen,
    ];

    /// Whether sequences can be drawn from `movements`: at least two, all different, all active.
    #[must_use]
    pub fn can_draw_from(movements: &[Movement]) -> bool {
        let different: HashSet<_> = movements.iter().collect();
        different.len() == movements.len()
            && movements.len() >= 2
            && movements.iter().all(|movement| Self::ACTIVE.contains(movement))
    }
}

impl Default for ChallengeSettings {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(60),
            steps: 4,
            movements: vec![
                Movement::Left,
                Movement::Right,
                Movement::Up,
                Movement::Down,
                Movement::MouthOpen,
            ],
            max_open: NonZeroUsize::MIN.saturating_add(999),
        }
    }
}

/// A challenge that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// What has to be done, in this order.
    pub(crate) movements: Vec<Movement>,
    /// Whom the answer has to show; `None`: anybody.
    pub(crate) subject: Option<SubjectRef>,
    /// Whether the frames will be mirror images.
    pub(crate) mirrored: bool,
}

/// Answered and expired challenges of an app that are remembered, to tell a client what went wrong. Those beyond are
/// unknown, which refuses them as well.
const REMEMBERED: usize = 10_000;
/// How long those are remembered.
const MEMORY: Duration = Duration::from_secs(600);
/// Frames of an app whose pixels are remembered.
const REMEMBERED_FRAMES: usize = 4_096;

/// All challenges of all apps.
#[derive(Default)]
pub(crate) struct Challenges {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    entries: HashMap<ChallengeId, Entry>,
    apps: HashMap<AppId, OfApp>,
}

struct Entry {
    app: AppId,
    expires: Instant,
    state: EntryState,
}

enum EntryState {
    Open(Challenge),
    Answered,
    Expired,
}

#[derive(Default)]
struct OfApp {
    n_open: usize,
    /// Every entry, oldest first: all live equally long.
    order: VecDeque<ChallengeId>,
    /// How many entries at the front of `order` have expired and been ended.
    n_swept: usize,
    /// Digests of the frames of earlier answers, oldest first.
    frames: VecDeque<[u8; 32]>,
}

impl Challenges {
    /// Keeps `challenge` for `app` until it is answered or expires.
    ///
    /// # Errors
    /// [`ServiceError::TooManyChallenges`]; the system gives no randomness.
    pub(crate) fn open(
        &self,
        app: AppId,
        challenge: Challenge,
        settings: &ChallengeSettings,
    ) -> Result<ChallengeId, ServiceError> {
        let id = ChallengeId::random()?;
        let now = Instant::now();
        let mut state = self.state.lock();
        state.sweep(app, now);
        let of_app = state.apps.entry(app).or_default();
        // Answered ones lie here until they would have expired: their number is bounded as well.
        let n_unexpired = of_app.order.len() - of_app.n_swept;
        if of_app.n_open >= settings.max_open.get() || n_unexpired >= settings.max_open.get() + REMEMBERED {
            return Err(ServiceError::TooManyChallenges);
        }
        of_app.n_open += 1;
        of_app.order.push_back(id);
        let entry = Entry { app, expires: now + settings.lifetime, state: EntryState::Open(challenge) };
        state.entries.insert(id, entry);
        Ok(id)
    }

    /// The challenge `id` of `app`, which stays open.
    ///
    /// # Errors
    /// [`ServiceError::ChallengeUnknown`], [`ServiceError::ChallengeForeign`], [`ServiceError::ChallengeReplayed`],
    /// [`ServiceError::ChallengeExpired`].
    pub(crate) fn look(&self, app: AppId, id: &ChallengeId) -> Result<Challenge, ServiceError> {
        self.state.lock().opened(app, id, Instant::now()).cloned()
    }

    /// Takes the challenge `id` of `app`: whatever comes of the answer, there is no second one.
    ///
    /// # Errors
    /// As [`Challenges::look`].
    pub(crate) fn take(&self, app: AppId, id: &ChallengeId) -> Result<Challenge, ServiceError> {
        let mut state = self.state.lock();
        let challenge = state.opened(app, id, Instant::now())?.clone();
        state.close(id, EntryState::Answered);
        Ok(challenge)
    }

    /// Remembers the pixels of an answer's frames; says of each whether an earlier answer had them.
    pub(crate) fn remember_frames(&self, app: AppId, frames: &[Option<[u8; 32]>]) -> Vec<bool> {
        let mut state = self.state.lock();
        let known = &mut state.apps.entry(app).or_default().frames;
        let reused = frames.iter().map(|frame| frame.is_some_and(|frame| known.contains(&frame))).collect();
        known.extend(frames.iter().flatten());
        let n_beyond = known.len().saturating_sub(REMEMBERED_FRAMES);
        known.drain(..n_beyond);
        reused
    }
}

impl State {
    /// The challenge `id`, if `app` may answer it now. Another app learns nothing but that it is not its own.
    fn opened(&self, app: AppId, id: &ChallengeId, now: Instant) -> Result<&Challenge, ServiceError> {
        let entry = self.entries.get(id).ok_or(ServiceError::ChallengeUnknown)?;
        if entry.app != app {
            return Err(ServiceError::ChallengeForeign);
        }
        match &entry.state {
            EntryState::Answered => Err(ServiceError::ChallengeReplayed),
            EntryState::Expired => Err(ServiceError::ChallengeExpired),
            EntryState::Open(_) if entry.expires <= now => Err(ServiceError::ChallengeExpired),
            EntryState::Open(challenge) => Ok(challenge),
        }
    }

    /// Ends the challenge `id` if it is open.
    fn close(&mut self, id: &ChallengeId, end: EntryState) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        if matches!(entry.state, EntryState::Open(_))
            && let Some(of_app) = self.apps.get_mut(&entry.app)
        {
            entry.state = end;
            of_app.n_open -= 1;
        }
    }

    /// Ends what has expired of `app`, and forgets what is too old or too much.
    fn sweep(&mut self, app: AppId, now: Instant) {
        let Some(of_app) = self.apps.get_mut(&app) else { return };
        let over = |id: &ChallengeId, by: Duration| {
            self.entries.get(id).is_none_or(|entry| entry.expires + by <= now)
        };
        // All live equally long: what expires first was made first.
        let n_expired = of_app.order.partition_point(|id| over(id, Duration::ZERO));
        let n_old = of_app.order.partition_point(|id| over(id, MEMORY));
        let n_forgotten = n_old.max(n_expired.saturating_sub(REMEMBERED));
        let ended: Vec<ChallengeId> =
            of_app.order.range(of_app.n_swept.min(n_expired)..n_expired).copied().collect();
        let gone: Vec<ChallengeId> = of_app.order.drain(..n_forgotten).collect();
        of_app.n_swept = n_expired - n_forgotten;
        for id in &ended {
            self.close(id, EntryState::Expired);
        }
        for id in &gone {
            self.entries.remove(id);
        }
    }
}
