//! Open challenges and frames that were seen: in memory only, on purpose. After a restart no old challenge is known, so none
//! can be answered a second time, and a client asks for a new one.

use std::collections::{BTreeSet, HashMap, VecDeque};

use faceward_core::AppId;
use faceward_store::{
    ChallengeKey, ChallengeRecord, ChallengeRefusal, Digest, NewChallenge, REMEMBERED_FRAMES,
};
use jiff::{SignedDuration, Timestamp};

/// Expired challenges of an app that are remembered, answered or not, to tell a client what went wrong. Those beyond are
/// unknown, which refuses them as well.
const REMEMBERED: usize = 10_000;
/// How long those are remembered.
const MEMORY: SignedDuration = SignedDuration::from_secs(600);

/// All challenges of all apps.
#[derive(Default)]
pub(crate) struct Challenges {
    entries: HashMap<ChallengeKey, Entry>,
    apps: HashMap<AppId, OfApp>,
}

struct Entry {
    app: AppId,
    expires_at: Timestamp,
    state: State,
}

enum State {
    Open(ChallengeRecord),
    Answered,
    Expired,
}

#[derive(Default)]
struct OfApp {
    n_open: usize,
    /// Those whose time is not over, open or answered, by their end.
    running: BTreeSet<(Timestamp, [u8; 32])>,
    /// Those whose time is over, oldest first.
    over: VecDeque<(Timestamp, ChallengeKey)>,
    /// Frames of earlier answers, oldest first.
    frames: VecDeque<Digest>,
}

impl Challenges {
    /// Keeps a challenge of `app`.
    pub(crate) fn open(
        &mut self,
        app: AppId,
        challenge: &NewChallenge,
        max_open: usize,
        now: Timestamp,
    ) -> Result<(), ChallengeRefusal> {
        self.sweep(app, now);
        let of_app = self.apps.entry(app).or_default();
        // Answered ones lie here until they would have expired: their number is bounded as well.
        if of_app.n_open >= max_open || of_app.running.len() >= max_open + REMEMBERED {
            return Err(ChallengeRefusal::TooMany);
        }
        let NewChallenge { id, record, expires_at } = challenge;
        of_app.n_open += 1;
        of_app.running.insert((*expires_at, id.0));
        let entry = Entry { app, expires_at: *expires_at, state: State::Open(record.clone()) };
        self.entries.insert(*id, entry);
        Ok(())
    }

    /// The challenge `id`, if `app` may answer it now. Another app learns nothing but that it is not its own.
    pub(crate) fn opened(
        &self,
        app: &AppId,
        id: &ChallengeKey,
        now: Timestamp,
    ) -> Result<&ChallengeRecord, ChallengeRefusal> {
        let entry = self.entries.get(id).ok_or(ChallengeRefusal::Unknown)?;
        if entry.app != *app {
            return Err(ChallengeRefusal::Foreign);
        }
        match &entry.state {
            State::Answered => Err(ChallengeRefusal::Replayed),
            State::Expired => Err(ChallengeRefusal::Expired),
            State::Open(_) if entry.expires_at <= now => Err(ChallengeRefusal::Expired),
            State::Open(record) => Ok(record),
        }
    }

    /// Takes the challenge `id`, as [`Challenges::opened`].
    pub(crate) fn take(
        &mut self,
        app: &AppId,
        id: &ChallengeKey,
        now: Timestamp,
    ) -> Result<ChallengeRecord, ChallengeRefusal> {
        let record = self.opened(app, id, now)?.clone();
        self.close(id, State::Answered);
        Ok(record)
    }

    /// How many challenges of `app` can be answered now.
    pub(crate) fn count_open(&self, app: AppId, now: Timestamp) -> usize {
        // Counting ends nothing: whoever looks ahead must not close what can still be answered.
        let open = |(end, id): &&(Timestamp, [u8; 32])| {
            let entry = self.entries.get(&ChallengeKey(*id));
            *end > now && entry.is_some_and(|entry| matches!(entry.state, State::Open(_)))
        };
        self.apps.get(&app).map_or(0, |of_app| of_app.running.iter().filter(open).count())
    }

    /// Ends the challenge `id` if it is open.
    fn close(&mut self, id: &ChallengeKey, end: State) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        if matches!(entry.state, State::Open(_))
            && let Some(of_app) = self.apps.get_mut(&entry.app)
        {
            entry.state = end;
            of_app.n_open -= 1;
        }
    }

    /// Ends what has expired of `app`, and forgets what is too old or too much.
    fn sweep(&mut self, app: AppId, now: Timestamp) {
        let Some(of_app) = self.apps.get_mut(&app) else { return };
        let mut ended = Vec::new();
        while let Some(first) = of_app.running.first().copied().filter(|(end, _)| *end <= now) {
            of_app.running.remove(&first);
            let key = ChallengeKey(first.1);
            of_app.over.push_back((first.0, key));
            ended.push(key);
        }
        let n_old = of_app.over.partition_point(|(end, _)| *end <= now - MEMORY);
        let n_forgotten = n_old.max(of_app.over.len().saturating_sub(REMEMBERED));
        let forgotten: Vec<_> = of_app.over.drain(..n_forgotten).collect();
        for key in &ended {
            self.close(key, State::Expired);
        }
        for (_, key) in &forgotten {
            self.entries.remove(key);
        }
    }

    /// Remembers frames, and says of each whether an earlier answer had it.
    pub(crate) fn remember_frames(&mut self, app: AppId, frames: &[Option<Digest>]) -> Vec<bool> {
        let known = &mut self.apps.entry(app).or_default().frames;
        let reused = frames.iter().map(|frame| frame.is_some_and(|frame| known.contains(&frame))).collect();
        known.extend(frames.iter().flatten());
        let n_beyond = known.len().saturating_sub(REMEMBERED_FRAMES);
        known.drain(..n_beyond);
        reused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn memory_is_bounded_however_many_are_made_and_answered() {
        let (app, mut challenges, mut n_refused) = (AppId(Uuid::nil()), Challenges::default(), 0);
        for round in 0..30_u64 {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(10 * round as i64);
            for number in 0..1000_u64 {
                let mut id = [0; 32];
                id[0] = round as u8;
                id[1..9].copy_from_slice(&number.to_le_bytes());
                let record =
                    ChallengeRecord { movements: vec!["front".into()], subject: None, mirrored: false };
                let expires_at = now + SignedDuration::from_secs(60);
                let challenge = NewChallenge { id: ChallengeKey(id), record, expires_at };
                match challenges.open(app, &challenge, 1000, now) {
                    Ok(()) if round % 2 == 0 => challenges.close(&challenge.id, State::Answered),
                    Ok(()) => {}
                    Err(_too_many) => n_refused += 1,
                }
            }
            let of_app = &challenges.apps[&app];
            let n_entries = challenges.entries.len();
            assert!(n_entries <= 2 * REMEMBERED + 1000, "round {round}: {n_entries}");
            assert_eq!(n_entries, of_app.running.len() + of_app.over.len());
        }
        assert!(n_refused > 0, "the limit was met");
    }

    #[test]
    fn so_many_frames_are_remembered_and_no_more() {
        let (app, mut challenges) = (AppId(Uuid::nil()), Challenges::default());
        for number in 0..=REMEMBERED_FRAMES {
            let mut digest = [9; 32];
            digest[..8].copy_from_slice(&number.to_le_bytes());
            challenges.remember_frames(app, &[Some(digest)]);
        }
        assert_eq!(challenges.apps[&app].frames.len(), REMEMBERED_FRAMES);
    }
}
