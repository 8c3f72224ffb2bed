//! Open challenges and frames that were seen: each is taken once, by whoever comes first.

use faceward_core::{AppId, GalleryId, SubjectId};
use jiff::Timestamp;

#[cfg(doc)]
use crate::{ChallengeRefusal, StoreError};
use crate::{Pending, Reachable, Word};

/// Frames of an app that are remembered at least, the newest ones.
pub const REMEMBERED_FRAMES: usize = 4_096;

/// A digest of a frame's pixels.
pub type Digest = [u8; 32];

/// Challenges that wait for their answer, and the frames of earlier answers. Bounded for each app, whatever it does.
pub trait ChallengeStore: Reachable {
    /// Keeps a challenge of `app` until it is answered or expires. At most `max_open` are open at once.
    ///
    /// # Errors
    /// [`ChallengeRefusal::TooMany`].
    fn open<'a>(
        &'a self,
        app: &'a AppId,
        challenge: &'a NewChallenge,
        max_open: usize,
        now: Timestamp,
    ) -> Pending<'a, ()>;

    /// The challenge `id` of `app`, which stays open.
    ///
    /// # Errors
    /// Every other [`ChallengeRefusal`].
    fn look<'a>(
        &'a self,
        app: &'a AppId,
        id: &'a ChallengeKey,
        now: Timestamp,
    ) -> Pending<'a, ChallengeRecord>;

    /// Takes the challenge `id` of `app`: of all who ask, in whatever process, one gets it.
    ///
    /// # Errors
    /// As [`ChallengeStore::look`].
    fn take<'a>(
        &'a self,
        app: &'a AppId,
        id: &'a ChallengeKey,
        now: Timestamp,
    ) -> Pending<'a, ChallengeRecord>;

    /// How many challenges of `app` wait for their answer.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn count_open<'a>(&'a self, app: &'a AppId, now: Timestamp) -> Pending<'a, usize>;

    /// Remembers the frames of an answer and says of each whether an earlier answer of the app had it: of two answers with
    /// one frame, one is the earlier. `None` is a frame without pixels, which nothing is like.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn remember_frames<'a>(&'a self, app: &'a AppId, frames: &'a [Option<Digest>]) -> Pending<'a, Vec<bool>>;
}

/// The name of a challenge: 256 random bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChallengeKey(pub [u8; 32]);

/// Until it is answered it is a secret between the server and one client: it is not logged.
impl std::fmt::Debug for ChallengeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChallengeKey(..)")
    }
}

/// A challenge to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChallenge {
    /// Its name.
    pub id: ChallengeKey,
    /// What it asks for.
    pub record: ChallengeRecord,
    /// From when on it is not answered any more.
    pub expires_at: Timestamp,
}

/// What a challenge asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeRecord {
    /// The names of the movements, in their order.
    pub movements: Vec<Word>,
    /// Whom the answer has to show; `None`: anybody.
    pub subject: Option<(GalleryId, SubjectId)>,
    /// Whether the frames will be mirror images.
    pub mirrored: bool,
}
