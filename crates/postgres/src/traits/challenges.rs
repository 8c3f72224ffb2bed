//! Challenges and frames, in the database: any server takes what any other has opened.

use faceward_core::AppId;
use faceward_store::{ChallengeKey, ChallengeRecord, ChallengeStore, Digest, NewChallenge, Pending};
use jiff::Timestamp;

use crate::Postgres;
use crate::sql::challenges;

impl ChallengeStore for Postgres {
    fn open<'a>(
        &'a self,
        app: &'a AppId,
        challenge: &'a NewChallenge,
        max_open: usize,
        now: Timestamp,
    ) -> Pending<'a, ()> {
        let (app, challenge) = (*app, challenge.clone());
        self.ask(move |asked| async move {
            challenges::open(&mut asked.client().await?, &app, &challenge, max_open, now).await
        })
    }

    fn look<'a>(
        &'a self,
        app: &'a AppId,
        id: &'a ChallengeKey,
        now: Timestamp,
    ) -> Pending<'a, ChallengeRecord> {
        let (app, id) = (*app, *id);
        self.ask(move |asked| async move { challenges::look(&asked.client().await?, &app, &id, now).await })
    }

    fn take<'a>(
        &'a self,
        app: &'a AppId,
        id: &'a ChallengeKey,
        now: Timestamp,
    ) -> Pending<'a, ChallengeRecord> {
        let (app, id) = (*app, *id);
        self.ask(move |asked| async move { challenges::take(&asked.client().await?, &app, &id, now).await })
    }

    fn count_open<'a>(&'a self, app: &'a AppId, now: Timestamp) -> Pending<'a, usize> {
        let app = *app;
        self.ask(
            move |asked| async move { Ok(challenges::count_open(&asked.client().await?, &app, now).await?) },
        )
    }

    fn remember_frames<'a>(&'a self, app: &'a AppId, frames: &'a [Option<Digest>]) -> Pending<'a, Vec<bool>> {
        let (app, frames) = (*app, frames.to_vec());
        self.ask(move |asked| async move {
            Ok(challenges::remember_frames(&mut asked.client().await?, &app, &frames).await?)
        })
    }
}
