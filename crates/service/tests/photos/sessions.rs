//! Verification sessions across a restart, and what the passing of time does to them.

use faceward_conformance::Memory;
use faceward_core::{AppId, GalleryId, SubjectId};
use faceward_service::{
    Checks, EnrollPlan, NewSession, Photo, Service, ServiceError, Session, SessionPlan, SessionStep, Stores,
};
use faceward_store::{KeyHash, SessionChange, SessionRecord, SessionState};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use uuid::Uuid;

use crate::fixture::{OBAMA, new_app, photo, start_over, stores_in, template};

/// One that enrols Anna.
fn enrolling() -> NewSession {
    let whom = EnrollPlan {
        gallery: GalleryId::parse("default").expect("an id"),
        subject: SubjectId::parse("anna").expect("an id"),
        template: template("anna"),
        name: None,
        expires_in: None,
    };
    let checks = Checks { liveness: true, deepfake: false };
    NewSession {
        plan: SessionPlan { checks, challenge_steps: None, compared_with: None, enroll: Some(whom) },
        reference: Photo::missing(),
        lifetime: None,
        return_url: None,
        trx_id: None,
    }
}

/// A session whose person has agreed, and the secret of the browser.
async fn agreed(service: &Service, app: &AppId) -> (Session, String) {
    let (_, link) = service.create_session(app, enrolling()).await.expect("made");
    let session = service.session_of_link(link.reveal()).await.expect("a session");
    let opened = service.open_session(session, None).await.expect("opened");
    let browser = opened.secret.expect("the first time").reveal().to_owned();
    (service.consent_session(opened.session, true).await.expect("agreed"), browser)
}

/// A folder with an app whose session shows everything, and whose person is not enrolled: the store of templates was away at
/// that moment, and the server was stopped.
async fn left_half_way() -> (TempDir, AppId, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let (stores, memory) = (stores_in(&folder), Memory::default());
    let elsewhere = Stores::from(memory.clone());
    let service = start_over(Stores { templates: elsewhere.templates, ..stores.clone() });
    let app = new_app(&service, "tests");
    let record = stores.directory.app(&app).await.expect("an app");
    elsewhere.directory.create_app(&record, &KeyHash { sha256: [9; 32] }).await.expect("known there, too");
    service.webhooks().set(&app, "https://shop.example/hook", true).await.expect("set");
    let (session, browser) = agreed(&service, &app).await;
    memory.lose(true);
    let away = service.session_selfie(session, photo(OBAMA)).await;
    assert!(matches!(away, Err(ServiceError::StoreUnreachable(_))), "{away:?}");
    service.shutdown().await;
    (folder, app, browser)
}

/// A session that waits for the store as `session` does, and ran out an hour ago.
async fn overdue_twin(stores: &Stores, session: &Session) -> Uuid {
    let record = stores.sessions.session(&session.app, &session.id).await.expect("an answer").expect("there");
    let faces = stores.sessions.session_faces(&session.app, &session.id).await.expect("an answer");
    let (id, link) = (Uuid::now_v7(), KeyHash { sha256: [7; 32] });
    let expires_at = Timestamp::now() - SignedDuration::from_hours(1);
    let twin = SessionRecord { id, link, browser: None, revision: 0, expires_at, ..record };
    stores.sessions.create_session(&twin, None, 9).await.expect("room");
    let change = SessionChange { record: twin, selfie: faces.selfie, event: None };
    assert!(stores.sessions.change_session(&change).await.expect("an answer").is_some());
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stop_left_half_way_is_finished_after_the_restart_and_told_once() {
    let (folder, app, browser) = left_half_way().await;
    let stores = stores_in(&folder);
    let service = start_over(stores.clone());
    let session = service.session_of_browser(&browser).await.expect("the browser has it still");
    assert_eq!((session.state, session.step()), (SessionState::Consented, Some(SessionStep::Finish)));
    assert!(stores.templates.template(&app, &template("anna")).await.expect("an answer").is_none());

    let twin = overdue_twin(&stores, &session).await;
    service.sweep_sessions().await.expect("swept");
    let swept = service.get_session(&app, &twin).await.expect("there");
    assert_eq!(swept.state, SessionState::Passed, "everything was shown in time");
    let kept = stores.templates.template(&app, &template("anna")).await.expect("an answer");
    assert_eq!(kept.expect("enrolled").subject.to_string(), "anna");

    let passed = service.resume_session(session).await.expect("finished");
    assert_eq!(passed.state, SessionState::Passed, "the face that is there is its own");
    for _ in 0..2 {
        let over = service.session_of_browser(&browser).await.expect("not forgotten");
        assert_eq!(service.resume_session(over).await.expect("as it is").state, SessionState::Passed);
        service.sweep_sessions().await.expect("swept");
    }
    let events = stores.webhooks.list_events(&app, None, None, 9).await.expect("events");
    let mut told: Vec<_> =
        events.iter().map(|event| (event.kind.as_ref(), event.ordering_key.as_str())).collect();
    told.sort_unstable();
    let mut expected = [passed.id.to_string(), twin.to_string()];
    expected.sort_unstable();
    assert_eq!(told, expected.each_ref().map(|id| ("session.completed", id.as_str())), "one each");
}

/// A session of that app that ran out an hour ago, with what the store keeps of it.
fn run_out(number: u128, app: AppId, document: &str) -> SessionRecord {
    let hour_ago = Timestamp::now() - SignedDuration::from_hours(1);
    let mut sha256 = [0; 32];
    sha256[..16].copy_from_slice(&number.to_be_bytes());
    SessionRecord {
        id: Uuid::from_u128(number),
        app,
        link: KeyHash { sha256 },
        browser: None,
        state: SessionState::Created,
        revision: 0,
        created_at: hour_ago,
        expires_at: hour_ago,
        ended_at: None,
        document: document.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_cannot_be_read_hold_up_no_other() {
    let stores = Stores::from(Memory::default());
    let service = start_over(stores.clone());
    let app = new_app(&service, "tests");
    let (sound, _) = service.create_session(&app, enrolling()).await.expect("made");
    let sound = stores.sessions.session(&app, &sound.id).await.expect("an answer").expect("there");
    // More than are asked for at once, and all before the sound one.
    for number in 1..=250 {
        stores.sessions.create_session(&run_out(number, app, "nonsense"), None, 999).await.expect("room");
    }
    let last = run_out(u128::MAX, app, &sound.document);
    stores.sessions.create_session(&last, None, 999).await.expect("room");
    let swept = service.sweep_sessions().await;
    assert!(matches!(swept, Err(ServiceError::Internal(_))), "it is told: {swept:?}");
    let ended = service.get_session(&app, &last.id).await.expect("there");
    assert!(ended.state == SessionState::Expired && ended.ended_at.is_some(), "{ended:?}");
    let under_way = stores.sessions.session(&app, &sound.id).await.expect("an answer").expect("there");
    assert_eq!(under_way.state, SessionState::Created, "its time is not over");
}
