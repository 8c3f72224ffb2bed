//! Challenges and frames.

use faceward_core::AppId;
use faceward_store::{
    ChallengeKey, ChallengeRecord, ChallengeRefusal, ChallengeStore, Digest, NewChallenge, Pending,
};
use jiff::Timestamp;

use super::{Memory, State};

pub(super) struct Entry {
    app: AppId,
    challenge: NewChallenge,
    answered: bool,
}

impl ChallengeStore for Memory {
    fn open<'a>(
        &'a self,
        app: &'a AppId,
        challenge: &'a NewChallenge,
        max_open: usize,
        now: Timestamp,
    ) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut state = self.state()?;
            if state.count_open(app, now) >= max_open {
                return Err(ChallengeRefusal::TooMany.into());
            }
            let entry = Entry { app: *app, challenge: challenge.clone(), answered: false };
            state.challenges.insert(challenge.id, entry);
            Ok(())
        })
    }

    fn look<'a>(
        &'a self,
        app: &'a AppId,
        id: &'a ChallengeKey,
        now: Timestamp,
    ) -> Pending<'a, ChallengeRecord> {
        Box::pin(async move { Ok(self.state()?.opened(app, id, now)?.challenge.record.clone()) })
    }

    fn take<'a>(
        &'a self,
        app: &'a AppId,
        id: &'a ChallengeKey,
        now: Timestamp,
    ) -> Pending<'a, ChallengeRecord> {
        Box::pin(async move {
            let mut state = self.state()?;
            let entry = state.opened(app, id, now)?;
            entry.answered = true;
            Ok(entry.challenge.record.clone())
        })
    }

    fn count_open<'a>(&'a self, app: &'a AppId, now: Timestamp) -> Pending<'a, usize> {
        Box::pin(async move { Ok(self.state()?.count_open(app, now)) })
    }

    fn remember_frames<'a>(&'a self, app: &'a AppId, frames: &'a [Option<Digest>]) -> Pending<'a, Vec<bool>> {
        Box::pin(async move {
            let mut state = self.state()?;
            let known = state.frames.entry(*app).or_default();
            let reused =
                frames.iter().map(|frame| frame.is_some_and(|frame| known.contains(&frame))).collect();
            known.extend(frames.iter().flatten());
            Ok(reused)
        })
    }
}

impl State {
    fn count_open(&self, app: &AppId, now: Timestamp) -> usize {
        let open = |entry: &&Entry| entry.app == *app && !entry.answered && entry.challenge.expires_at > now;
        self.challenges.values().filter(open).count()
    }

    fn opened(
        &mut self,
        app: &AppId,
        id: &ChallengeKey,
        now: Timestamp,
    ) -> Result<&mut Entry, ChallengeRefusal> {
        let entry = self.challenges.get_mut(id).ok_or(ChallengeRefusal::Unknown)?;
        if entry.app != *app {
            Err(ChallengeRefusal::Foreign)
        } else if entry.answered {
            Err(ChallengeRefusal::Replayed)
        } else if entry.challenge.expires_at <= now {
            Err(ChallengeRefusal::Expired)
        } else {
            Ok(entry)
        }
    }
}
