//! Challenges on real photos: who may answer, how often, and what stills do not pass for.

use std::io::Cursor;
use std::time::Duration;

use bytes::Bytes;
use faceward_core::{AppId, SubjectId};
use faceward_engine::{Meanwhile, Output, Outputs, Request};
use faceward_service::{
    AnswerRequest, ChallengeAnswer, ChallengeId, ChallengeRequest, Movement, Photo, SequenceReason, Service,
    ServiceError, Still,
};
use image::ImageFormat;
use image::imageops::FilterType;

use crate::fixture::{
    BIDEN, Fixture, OBAMA, OBAMA_AGAIN, engine_without, new_app, photo, service, service_on, service_with,
    settings, start,
};

/// Two frames a step, the n-th step with the photos of the n-th pair.
fn frames(pairs: &[[&str; 2]]) -> Vec<(usize, Photo)> {
    let steps = pairs.iter().enumerate();
    steps.flat_map(|(step, pair)| pair.map(|name| (step, photo(name)))).collect()
}

async fn create(service: &Service, app: &AppId, request: ChallengeRequest) -> ChallengeId {
    service.create_challenge(app, request).await.expect("a challenge").id
}

fn short() -> ChallengeRequest {
    ChallengeRequest { n_steps: Some(2), ..ChallengeRequest::default() }
}

async fn answer(
    service: &Service,
    app: &AppId,
    challenge: ChallengeId,
    frames: Vec<(usize, Photo)>,
) -> Result<ChallengeAnswer, ServiceError> {
    service.answer_challenge(app, AnswerRequest { challenge, frames, check_deepfake: false }).await
}

/// The reasons against an answer of two steps.
async fn reasons(fixture: &Fixture, request: ChallengeRequest, pairs: &[[&str; 2]]) -> Vec<SequenceReason> {
    let id = create(&fixture.service, &fixture.app, request).await;
    let answer = answer(&fixture.service, &fixture.app, id, frames(pairs)).await.expect("judged");
    assert_eq!(answer.passed(), answer.verdict.reasons.is_empty());
    answer.verdict.reasons.into_iter().collect()
}

#[tokio::test]
async fn a_challenge_begins_with_front_and_asks_for_what_was_chosen() {
    let fixture = service();
    let (service, app) = (&fixture.service, &fixture.app);
    let made = service.create_challenge(app, ChallengeRequest::default()).await.expect("a challenge");
    assert_eq!((made.movements.len(), made.movements[0]), (4, Movement::Front));
    let movements = vec![Movement::Up, Movement::EyesClosed];
    let request =
        ChallengeRequest { n_steps: Some(8), movements: Some(movements), ..ChallengeRequest::default() };
    let made = service.create_challenge(app, request).await.expect("a challenge");
    assert!(made.movements[1..].windows(2).all(|pair| pair[0] != pair[1]), "{:?}", made.movements);
    for (n_steps, movements) in [
        (1, vec![Movement::Up, Movement::Down]),
        (9, vec![Movement::Up, Movement::Down]),
        (4, vec![Movement::Up]),
        (4, vec![Movement::Up, Movement::Up]),
        (4, vec![Movement::Up, Movement::Front]),
    ] {
        let request = ChallengeRequest {
            n_steps: Some(n_steps),
            movements: Some(movements),
            ..ChallengeRequest::default()
        };
        let refused = service.create_challenge(app, request).await;
        assert!(matches!(refused, Err(ServiceError::InvalidParameter { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn an_answer_counts_once_for_its_app_only_and_never_after_a_restart() {
    let fixture = service();
    let (service, app) = (&fixture.service, &fixture.app);
    let other = new_app(service, "other");
    let pairs = [[OBAMA, OBAMA_AGAIN], [OBAMA, OBAMA_AGAIN]];
    let id = create(service, app, short()).await;
    let foreign = answer(service, &other, id, frames(&pairs)).await;
    assert!(matches!(foreign, Err(ServiceError::ChallengeForeign)), "{foreign:?}");
    let mut swapped = frames(&pairs);
    swapped.reverse();
    let reordered = answer(service, app, id, swapped).await;
    assert!(matches!(reordered, Err(ServiceError::ChallengeReordered)), "{reordered:?}");
    let incomplete = answer(service, app, id, frames(&pairs[..1])).await;
    assert!(matches!(incomplete, Err(ServiceError::ChallengeIncomplete)), "{incomplete:?}");
    answer(service, app, id, frames(&pairs)).await.expect("the first that is looked at");
    let replayed = answer(service, app, id, frames(&pairs)).await;
    assert!(matches!(replayed, Err(ServiceError::ChallengeReplayed)), "{replayed:?}");

    let left_open = create(service, app, short()).await;
    service.shutdown().await;
    let Fixture { service, app, folder } = fixture;
    drop(service);
    let service = start(&folder, settings());
    for id in [id, left_open] {
        let after = answer(&service, &app, id, frames(&pairs)).await;
        assert!(matches!(after, Err(ServiceError::ChallengeUnknown)), "{after:?}");
    }
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_refused() {
    let mut impatient = settings();
    // The least that the setting takes.
    impatient.challenges.lifetime = Duration::from_secs(1);
    let fixture = service_with(impatient);
    let id = create(&fixture.service, &fixture.app, short()).await;
    tokio::time::sleep(Duration::from_millis(1_001)).await;
    let late = answer(&fixture.service, &fixture.app, id, frames(&[[OBAMA, OBAMA_AGAIN]; 2])).await;
    assert!(matches!(late, Err(ServiceError::ChallengeExpired)), "{late:?}");
}

#[tokio::test]
async fn stills_are_seen_for_what_they_are() {
    use SequenceReason::{DifferentPerson, DuplicateFrames, MovementNotShown, ReusedFrames, UnusableFrame};
    let fixture = service();
    let copies = reasons(&fixture, short(), &[[OBAMA, OBAMA], [OBAMA, OBAMA]]).await;
    assert_eq!(copies[..2], [MovementNotShown, DuplicateFrames], "{copies:?}");
    let again = reasons(&fixture, short(), &[[OBAMA, OBAMA_AGAIN], [OBAMA, OBAMA_AGAIN]]).await;
    assert!(again.contains(&ReusedFrames), "the first challenge had this photo: {again:?}");
    let two = reasons(&fixture, short(), &[[OBAMA_AGAIN, OBAMA_AGAIN], [BIDEN, BIDEN]]).await;
    assert!(two.contains(&DifferentPerson) && two.contains(&MovementNotShown), "{two:?}");
    let stills = reasons(&fixture, short(), &[[OBAMA, OBAMA_AGAIN], ["obama3.jpg", OBAMA_AGAIN]]).await;
    assert!(
        stills.contains(&SequenceReason::SceneNotConstant),
        "three photos of one man, taken years apart: {stills:?}"
    );

    let id = create(&fixture.service, &fixture.app, short()).await;
    let mut broken = frames(&[[OBAMA, OBAMA_AGAIN]; 2]);
    broken[1].1 = Photo::from(Bytes::from_static(b"text"));
    let answer = answer(&fixture.service, &fixture.app, id, broken).await.expect("judged");
    assert!(answer.verdict.reasons.contains(&UnusableFrame));
    assert!(answer.frames[1].stance.is_err() && answer.frames[0].stance.is_ok());
}

#[tokio::test]
async fn a_challenge_for_a_subject_is_answered_by_that_subject() {
    let fixture = service();
    fixture.enroll(photo(OBAMA), "obama").await.expect("one face");
    let bound =
        |id: &str| ChallengeRequest { subject: Some(SubjectId::parse(id).expect("an id")), ..short() };
    let unknown = fixture.service.create_challenge(&fixture.app, bound("nobody")).await;
    assert!(matches!(unknown, Err(ServiceError::SubjectNotFound(_))), "{unknown:?}");
    let other = reasons(&fixture, bound("obama"), &[[BIDEN, BIDEN]; 2]).await;
    assert!(other.contains(&SequenceReason::NotTheSubject), "{other:?}");
    let same = reasons(&fixture, bound("obama"), &[[OBAMA_AGAIN, OBAMA_AGAIN]; 2]).await;
    assert!(!same.contains(&SequenceReason::NotTheSubject), "{same:?}");
}

#[tokio::test]
async fn without_the_models_that_it_needs_there_is_no_challenge() {
    for (disabled, movements) in [
        ("face-mesh-478", vec![Movement::Left, Movement::Right]),
        ("fr-liveness", vec![Movement::Left, Movement::Right]),
    ] {
        let fixture = service_on(engine_without(&[disabled]), settings());
        let request = ChallengeRequest { movements: Some(movements), ..ChallengeRequest::default() };
        let refused = fixture.service.create_challenge(&fixture.app, request).await;
        assert!(matches!(refused, Err(ServiceError::CheckUnavailable(_))), "{disabled}: {refused:?}");
    }
}

/// A copy of a photo, changed by `change` and compressed again.
fn copy(name: &str, change: impl Fn(image::RgbImage) -> image::RgbImage) -> Vec<u8> {
    let photo = image::load_from_memory(&faceward_testkit::photo(name)).expect("a photo").to_rgb8();
    let mut bytes = Cursor::new(Vec::new());
    change(photo).write_to(&mut bytes, ImageFormat::Jpeg).expect("a JPEG");
    bytes.into_inner()
}

#[test]
fn a_copy_is_known_and_another_photo_is_none() {
    let mut worker = engine_without(&[]).worker().expect("a worker");
    let mut still = |bytes: &[u8]| {
        let outputs = Outputs::of(&[Output::Pose]);
        let request = Request { outputs, ..Request::default() };
        let (analysis, fingerprint) =
            worker.analyze_frame(bytes, &request, Meanwhile::PATIENT).expect("a photo");
        let face = &analysis.faces[0];
        let pose = face.pose.value().copied();
        assert!(pose.is_some(), "{:?}", face.pose);
        let size = [analysis.photo.width, analysis.photo.height];
        Still { size, rect: face.rect, pose, fingerprint: fingerprint.expect("pixels") }
    };
    let original = still(&faceward_testkit::photo(OBAMA));
    assert!(original.likeness(&original).identical);
    type Change = fn(image::RgbImage) -> image::RgbImage;
    let changes: [(&str, Change); 4] = [
        ("compressed again", |photo| photo),
        ("smaller", |photo| {
            image::imageops::resize(
                &photo,
                photo.width() * 3 / 4,
                photo.height() * 3 / 4,
                FilterType::Triangle,
            )
        }),
        ("cut", |photo| {
            let (width, height) = (photo.width() - 60, photo.height() - 40);
            image::imageops::crop_imm(&photo, 40, 10, width, height).to_image()
        }),
        ("brighter", |photo| image::imageops::brighten(&photo, 20)),
    ];
    for (what, change) in changes {
        let likeness = original.likeness(&still(&copy(OBAMA, change)));
        assert!(!likeness.identical && likeness.is_copy(true), "{what}: {likeness:?}");
    }
    for other in [OBAMA_AGAIN, "obama3.jpg", BIDEN] {
        let likeness = original.likeness(&still(&faceward_testkit::photo(other)));
        assert!(!likeness.is_copy(true), "{other}: {likeness:?}");
    }
}
