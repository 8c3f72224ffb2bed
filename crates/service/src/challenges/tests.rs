//! Once, in time, by the right app; and never more memory than allowed.

use uuid::Uuid;

use super::*;

fn app(number: u128) -> AppId {
    AppId(Uuid::from_u128(number))
}

fn challenge() -> Challenge {
    Challenge { movements: vec![Movement::Front, Movement::Left], subject: None, mirrored: false }
}

fn settings(max_open: usize) -> ChallengeSettings {
    ChallengeSettings {
        max_open: NonZeroUsize::new(max_open).expect("not 0"),
        ..ChallengeSettings::default()
    }
}

fn open(challenges: &Challenges, max_open: usize) -> Result<ChallengeId, ServiceError> {
    challenges.open(app(1), challenge(), &settings(max_open))
}

#[tokio::test(start_paused = true)]
async fn a_challenge_is_taken_once_by_its_app_and_in_time() {
    let challenges = Challenges::default();
    let id = open(&challenges, 10).expect("room");
    let unknown = ChallengeId::random().expect("randomness");
    assert!(matches!(challenges.take(app(1), &unknown), Err(ServiceError::ChallengeUnknown)));
    assert!(matches!(challenges.take(app(2), &id), Err(ServiceError::ChallengeForeign)));
    assert_eq!(challenges.look(app(1), &id).expect("open"), challenge());
    assert_eq!(challenges.take(app(1), &id).expect("open"), challenge());
    assert!(matches!(challenges.take(app(1), &id), Err(ServiceError::ChallengeReplayed)));
    assert!(matches!(challenges.take(app(2), &id), Err(ServiceError::ChallengeForeign)));

    let late = open(&challenges, 10).expect("room");
    tokio::time::advance(Duration::from_secs(59)).await;
    assert!(challenges.look(app(1), &late).is_ok());
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(matches!(challenges.take(app(1), &late), Err(ServiceError::ChallengeExpired)));
    // A newer one sweeps: the old ones keep their reasons for a while, and are refused ever after.
    open(&challenges, 10).expect("room");
    assert!(matches!(challenges.take(app(1), &late), Err(ServiceError::ChallengeExpired)));
    assert!(matches!(challenges.take(app(1), &id), Err(ServiceError::ChallengeReplayed)));
    tokio::time::advance(MEMORY).await;
    open(&challenges, 10).expect("room");
    assert!(matches!(challenges.take(app(1), &late), Err(ServiceError::ChallengeUnknown)));
    assert!(matches!(challenges.take(app(1), &id), Err(ServiceError::ChallengeUnknown)));
}

#[test]
fn of_two_answers_at_the_same_time_one_is_taken() {
    let challenges = Challenges::default();
    for _ in 0..50 {
        let id = open(&challenges, 10).expect("room");
        let taken = std::thread::scope(|scope| {
            let takers: Vec<_> =
                (0..4).map(|_| scope.spawn(|| challenges.take(app(1), &id).is_ok())).collect();
            takers.into_iter().filter_map(|taker| taker.join().ok()).filter(|taken| *taken).count()
        });
        assert_eq!(taken, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_app_has_so_many_open_and_no_more_and_leaves_others_their_room() {
    let challenges = Challenges::default();
    let first = open(&challenges, 3).expect("room");
    open(&challenges, 3).expect("room");
    open(&challenges, 3).expect("room");
    assert!(matches!(open(&challenges, 3), Err(ServiceError::TooManyChallenges)));
    assert!(challenges.open(app(2), challenge(), &settings(3)).is_ok(), "another app");
    challenges.take(app(1), &first).expect("open");
    open(&challenges, 3).expect("the answered one made room");
    tokio::time::advance(Duration::from_secs(60)).await;
    for _ in 0..3 {
        open(&challenges, 3).expect("the expired ones made room");
    }
    assert!(matches!(open(&challenges, 3), Err(ServiceError::TooManyChallenges)));
}

#[tokio::test(start_paused = true)]
async fn memory_is_bounded_however_many_are_made_and_answered() {
    let challenges = Challenges::default();
    let mut n_refused = 0;
    for round in 0..30 {
        for _ in 0..1000 {
            match open(&challenges, 1000) {
                Ok(id) if round % 2 == 0 => drop(challenges.take(app(1), &id)),
                Ok(_left_open) => {}
                Err(_too_many) => n_refused += 1,
            }
        }
        tokio::time::advance(Duration::from_secs(10)).await;
        let state = challenges.state.lock();
        assert!(state.entries.len() <= 2 * REMEMBERED + 1000, "round {round}: {}", state.entries.len());
        assert_eq!(state.entries.len(), state.apps[&app(1)].order.len());
    }
    assert!(n_refused > 0, "the limit was met");
}

#[test]
fn frames_are_known_again_by_the_same_app() {
    let challenges = Challenges::default();
    let frames = [Some([1; 32]), None, Some([2; 32])];
    assert_eq!(challenges.remember_frames(app(1), &frames), [false, false, false]);
    assert_eq!(challenges.remember_frames(app(1), &[Some([2; 32]), Some([3; 32])]), [true, false]);
    assert_eq!(challenges.remember_frames(app(2), &frames), [false, false, false], "another app's frames");
    for number in 0..REMEMBERED_FRAMES {
        let mut digest = [9; 32];
        digest[..8].copy_from_slice(&number.to_le_bytes());
        challenges.remember_frames(app(1), &[Some(digest)]);
    }
    assert_eq!(challenges.state.lock().apps[&app(1)].frames.len(), REMEMBERED_FRAMES);
    assert_eq!(challenges.remember_frames(app(1), &[Some([1; 32])]), [false], "too long ago");
}

#[test]
fn an_id_is_43_characters_and_nothing_else_is_one() {
    let id = ChallengeId::random().expect("randomness");
    let text = id.to_string();
    assert_eq!((text.len(), ChallengeId::parse(&text)), (43, Some(id)));
    assert_ne!(ChallengeId::random().expect("randomness"), id);
    for wrong in ["", "abc", &text[1..], &format!("{text}A"), &format!("{text}="), &"!".repeat(43)] {
        assert_eq!(ChallengeId::parse(wrong), None, "{wrong}");
    }
    assert!(!format!("{id:?}").contains(&text));
}
