//! Challenges and frames, in memory.

use faceward_core::AppId;
use faceward_store::{ChallengeKey, ChallengeRecord, ChallengeStore, Digest, NewChallenge, Pending};
use jiff::Timestamp;

use crate::embedded::Embedded;

impl ChallengeStore for Embedded {
    fn open<'a>(
        &'a self,
        app: &'a AppId,
        challenge: &'a NewChallenge,
        max_open: usize,
        now: Timestamp,
    ) -> Pending<'a, ()> {
        Box::pin(async move {
            self.now(|folder| Ok(folder.challenges.lock().open(*app, challenge, max_open, now)?))
        })
    }

    fn look<'a>(
        &'a self,
        app: &'a AppId,
        id: &'a ChallengeKey,
        now: Timestamp,
    ) -> Pending<'a, ChallengeRecord> {
        Box::pin(
            async move { self.now(|folder| Ok(folder.challenges.lock().opened(app, id, now).cloned()?)) },
        )
    }

    fn take<'a>(
        &'a self,
        app: &'a AppId,
        id: &'a ChallengeKey,
        now: Timestamp,
    ) -> Pending<'a, ChallengeRecord> {
        Box::pin(async move { self.now(|folder| Ok(folder.challenges.lock().take(app, id, now)?)) })
    }

    fn count_open<'a>(&'a self, app: &'a AppId, now: Timestamp) -> Pending<'a, usize> {
        Box::pin(async move { self.now(|folder| Ok(folder.challenges.lock().count_open(*app, now))) })
    }

    fn remember_frames<'a>(&'a self, app: &'a AppId, frames: &'a [Option<Digest>]) -> Pending<'a, Vec<bool>> {
        Box::pin(async move { self.now(|folder| Ok(folder.challenges.lock().remember_frames(*app, frames))) })
    }
}
