//! Once, in time, by the right app.

use faceward_core::AppId;
use faceward_store::{
    ChallengeKey, ChallengeRecord, ChallengeRefusal, ChallengeStore, NewChallenge, StoreError, Stores,
};
use jiff::Timestamp;

use crate::Fixture;
use crate::samples::{app, at, gallery_id, subject_id};

fn record() -> ChallengeRecord {
    ChallengeRecord {
        movements: vec!["front".into(), "left".into()],
        subject: Some((gallery_id("default"), subject_id("anna"))),
        mirrored: true,
    }
}

async fn open(
    challenges: &dyn ChallengeStore,
    (number, app): (u8, AppId),
    (now, max_open): (Timestamp, usize),
) -> Result<ChallengeKey, StoreError> {
    let id = ChallengeKey([number; 32]);
    let expires_at = now + crate::samples::seconds(60);
    challenges.open(&app, &NewChallenge { id, record: record(), expires_at }, max_open, now).await?;
    Ok(id)
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: &Result<T, StoreError>, expected: ChallengeRefusal) {
    assert!(
        matches!(result, Err(StoreError::Challenge(why)) if *why == expected),
        "{result:?}, not {expected}"
    );
}

/// Looking at it takes nothing; another app gets nothing; the second taker and the late one are told why.
pub async fn a_challenge_is_taken_once_by_its_app_and_in_time(fixture: &impl Fixture) {
    let Stores { challenges, .. } = fixture.stores();
    let id = open(&*challenges, (1, app(1)), (at(0), 10)).await.expect("room");
    refused(&challenges.take(&app(1), &ChallengeKey([9; 32]), at(1)).await, ChallengeRefusal::Unknown);
    refused(&challenges.take(&app(2), &id, at(1)).await, ChallengeRefusal::Foreign);
    assert_eq!(challenges.look(&app(1), &id, at(1)).await.expect("open"), record());
    assert_eq!(challenges.take(&app(1), &id, at(1)).await.expect("open"), record());
    refused(&challenges.take(&app(1), &id, at(1)).await, ChallengeRefusal::Replayed);
    refused(&challenges.look(&app(1), &id, at(1)).await, ChallengeRefusal::Replayed);
    refused(&challenges.take(&app(2), &id, at(1)).await, ChallengeRefusal::Foreign);

    let late = open(&*challenges, (2, app(1)), (at(100), 10)).await.expect("room");
    assert!(challenges.look(&app(1), &late, at(159)).await.is_ok());
    refused(&challenges.take(&app(1), &late, at(160)).await, ChallengeRefusal::Expired);
    // A newer one makes a store tidy up: whatever it remembers, it never takes them.
    open(&*challenges, (3, app(1)), (at(160), 10)).await.expect("room");
    refused(&challenges.take(&app(1), &late, at(160)).await, ChallengeRefusal::Expired);
    open(&*challenges, (4, app(1)), (at(100_000), 10)).await.expect("room");
    for id in [id, late] {
        assert!(challenges.take(&app(1), &id, at(100_000)).await.is_err());
    }
}

/// At the same time, each on a task of its own.
pub async fn of_many_takers_one_wins(fixture: &impl Fixture) {
    let Stores { challenges, .. } = fixture.stores();
    for number in 0..50 {
        let id = open(&*challenges, (number, app(1)), (at(0), 100)).await.expect("room");
        let takers: Vec<_> = (0..4)
            .map(|_| {
                let challenges = challenges.clone();
                tokio::spawn(async move { challenges.take(&app(1), &id, at(1)).await.is_ok() })
            })
            .collect();
        let mut n_taken = 0;
        for taker in takers {
            n_taken += usize::from(taker.await.expect("no panic"));
        }
        assert_eq!(n_taken, 1);
    }
}

/// Answered and expired ones make room.
pub async fn an_app_has_so_many_open_and_leaves_others_their_room(fixture: &impl Fixture) {
    let Stores { challenges, .. } = fixture.stores();
    let challenges = &*challenges;
    let first = open(challenges, (1, app(1)), (at(0), 3)).await.expect("room");
    for number in [2, 3] {
        open(challenges, (number, app(1)), (at(0), 3)).await.expect("room");
    }
    refused(&open(challenges, (4, app(1)), (at(0), 3)).await, ChallengeRefusal::TooMany);
    let n_open = async |number, now| challenges.count_open(&app(number), at(now)).await.expect("a count");
    assert_eq!((n_open(1, 0).await, n_open(1, 60).await, n_open(2, 0).await), (3, 0, 0));
    assert!(open(challenges, (5, app(2)), (at(0), 3)).await.is_ok(), "another app");
    challenges.take(&app(1), &first, at(1)).await.expect("open");
    open(challenges, (6, app(1)), (at(1), 3)).await.expect("the answered one made room");
    for number in [7, 8, 9] {
        open(challenges, (number, app(1)), (at(61), 3)).await.expect("the expired ones made room");
    }
    refused(&open(challenges, (10, app(1)), (at(61), 3)).await, ChallengeRefusal::TooMany);
}

/// And by nobody else.
pub async fn frames_are_known_again_by_the_same_app(fixture: &impl Fixture) {
    let Stores { challenges, .. } = fixture.stores();
    let frames = [Some([1; 32]), None, Some([2; 32])];
    let seen = async |number, frames: &[Option<[u8; 32]>]| {
        challenges.remember_frames(&app(number), frames).await.expect("no error")
    };
    assert_eq!(seen(1, &frames).await, [false, false, false]);
    assert_eq!(seen(1, &[Some([2; 32]), None, Some([3; 32])]).await, [true, false, false]);
    assert_eq!(seen(2, &frames).await, [false, false, false], "another app's frames");
    assert_eq!(
        seen(1, &[Some([5; 32]), Some([5; 32])]).await,
        [false, false],
        "one answer is not its own copy"
    );
}
