//! What the audit log says about what was done, tried and refused.

use std::time::Duration;

use bytes::Bytes;
use faceward_core::AppId;
use faceward_embedded::AuditReader;
use faceward_service::apps::NewApp;
use faceward_service::{
    AuditEvent, AuditFilter, Checks, EnrollRequest, FaceOptions, InspectRequest, Origin, Photo, ServiceError,
    VerifyAgainstRequest, VerifyRequest, note_trx_id,
};
use rusqlite::Connection;
use uuid::Uuid;

use crate::fixture::{BIDEN, Fixture, OBAMA, OBAMA_AGAIN, enroll_request, photo, service, template};

/// Everything in the log once the service has ended.
async fn recorded(fixture: &Fixture) -> Vec<AuditEvent> {
    fixture.service.shutdown().await;
    let reader = AuditReader::open(fixture.folder.path()).expect("it opens").expect("a log");
    let records = reader.page(&AuditFilter::default(), 0, 1000).expect("a page");
    // The fixture's own app.
    records.into_iter().map(|record| record.event).filter(|event| event.action != "create_app").collect()
}

fn summary(events: &[AuditEvent]) -> Vec<String> {
    let text = |event: &AuditEvent| {
        let subject = event.subject.as_ref().map_or("-", faceward_core::SubjectId::as_str);
        let verdict = event.verdict.as_deref().unwrap_or("-");
        format!("{} {subject} {} {verdict}", event.action, event.outcome)
    };
    events.iter().map(text).collect()
}

async fn against(fixture: &Fixture, name: &str, id: &str) {
    let request =
        VerifyAgainstRequest { photo: photo(name), template: template(id), options: FaceOptions::default() };
    drop(fixture.service.verify_against(&fixture.app, request).await);
}

#[tokio::test]
async fn a_subjects_whole_life_is_in_the_log() {
    let fixture = service();
    fixture.enroll(photo(OBAMA), "anna").await.expect("one face");
    drop(fixture.enroll(photo(BIDEN), "anna").await.expect_err("it exists"));
    against(&fixture, OBAMA_AGAIN, "anna").await;
    against(&fixture, BIDEN, "anna").await;
    against(&fixture, BIDEN, "nobody").await;
    fixture.identify(photo(OBAMA_AGAIN)).await;
    fixture.identify(photo(BIDEN)).await;
    drop(fixture.enroll(Photo::from(Bytes::from_static(b"text")), "bert").await.expect_err("no photo"));
    for _twice in 0..2 {
        drop(fixture.service.delete_template(&fixture.app, &template("anna")).await);
    }
    let events = recorded(&fixture).await;
    assert_eq!(
        summary(&events),
        [
            "enroll anna begun -",
            "enroll anna answered enrolled",
            "enroll anna begun -",
            "enroll anna template_exists -",
            "verify_against anna answered same",
            "verify_against anna answered not_same",
            "verify_against - template_not_found -",
            "identify anna answered identified",
            "identify - answered not_identified",
            "enroll bert photo_wrong_type -",
            "delete_template anna begun -",
            "delete_template anna answered -",
            "delete_template - template_not_found -",
        ]
    );
    let model = fixture.service.info().embedding_model;
    for event in &events {
        assert_eq!((event.app, event.surface.as_ref()), (Some(fixture.app), "local"), "{event:?}");
        let compared = event.scores.contains_key("similarity");
        assert_eq!(
            compared,
            event.action == "verify_against" && event.verdict.is_some() || event.action == "identify"
        );
        assert!(!compared || event.models.contains(&model), "{event:?}");
    }
    let same = &events[4];
    assert_eq!(same.gallery.as_ref().map(faceward_core::GalleryId::as_str), Some("default"));
    assert_eq!(same.template, Some(template("anna")));
    assert!(same.scores["similarity"] > 0.75 && same.scores["threshold"] == 0.75, "{same:?}");
    assert_eq!(events[6].template, Some(template("nobody")), "whom it was asked about");
}

#[tokio::test]
async fn checks_are_recorded_with_their_scores_and_models() {
    let fixture = service();
    let checks = Checks { liveness: true, deepfake: false };
    let options = FaceOptions { checks, ..FaceOptions::default() };
    fixture.service.inspect(InspectRequest { photo: photo(OBAMA), options }).await.expect("one face");
    let request = VerifyRequest {
        first: photo(OBAMA),
        second: Photo::from(Bytes::from_static(b"text")),
        options: FaceOptions::default(),
    };
    drop(fixture.service.verify(request).await.expect_err("no photo"));
    let events = recorded(&fixture).await;
    assert_eq!(summary(&events), ["inspect - answered fine", "verify - photo_wrong_type -"]);
    assert!(events[0].scores["liveness"] >= 0.85, "{:?}", events[0]);
    assert!(events[0].models.len() >= 2, "both networks: {:?}", events[0].models);
    assert_eq!(events[1].reasons, ["second_photo"]);
}

#[tokio::test]
async fn a_record_says_who_asked_and_through_what() {
    let fixture = service();
    let origin = Origin::new("v1", Uuid::from_u128(5), Some(AppId(Uuid::from_u128(9))));
    let asked = async {
        note_trx_id("their-id");
        drop(
            fixture
                .service
                .inspect(InspectRequest { photo: Photo::missing(), options: FaceOptions::default() })
                .await,
        );
    };
    origin.scope(asked).await;
    let events = recorded(&fixture).await;
    let event = &events[0];
    assert_eq!((event.surface.as_ref(), event.transaction.as_u128()), ("v1", 5));
    assert_eq!((event.app, event.trx_id.as_deref()), (Some(AppId(Uuid::from_u128(9))), Some("their-id")));
}

#[tokio::test]
async fn a_caller_that_hangs_up_is_recorded_as_well() {
    let fixture = service();
    let enrolling = fixture.enroll(photo(OBAMA), "anna");
    assert!(tokio::time::timeout(Duration::from_millis(1), enrolling).await.is_err(), "gave up");
    assert_eq!(summary(&recorded(&fixture).await), ["enroll anna hung_up -"]);
}

#[tokio::test]
async fn without_a_trace_nothing_is_changed() {
    let fixture = service();
    fixture.enroll(photo(OBAMA), "anna").await.expect("one face");
    // What a full disk would do.
    let database = Connection::open(fixture.folder.path().join("audit.db")).expect("a database");
    database
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, 'full'); END;")
        .expect("a trigger");
    let request = EnrollRequest { replace: true, ..enroll_request(photo(BIDEN), Some("bert")) };
    let refused = fixture.service.enroll(&fixture.app, request).await;
    assert!(matches!(refused, Err(ServiceError::Internal(_))), "{refused:?}");
    let kept = fixture.service.delete_template(&fixture.app, &template("anna")).await;
    assert!(matches!(kept, Err(ServiceError::Internal(_))), "{kept:?}");
    let refused = fixture.service.apps().delete(&fixture.app).await;
    assert!(matches!(refused, Err(ServiceError::Internal(_))), "{refused:?}");
    database.execute_batch("DROP TRIGGER full").expect("space again");
    let service = &fixture.service;
    assert!(service.get_template(&fixture.app, &template("anna")).await.is_ok(), "still there");
    let bert = service.get_template(&fixture.app, &template("bert")).await;
    assert!(matches!(bert, Err(ServiceError::TemplateNotFound)), "{bert:?}");
}

#[tokio::test]
async fn tokens_that_are_issued_and_revoked_are_recorded_and_strangers_are_not() {
    let fixture = service();
    let (service, new) = (&fixture.service, NewApp { name: "clients".to_owned(), ..NewApp::default() });
    let app = service.apps().create(new).await.expect("a new app");
    let (id, key) = (app.id.to_string(), app.key.reveal());
    let token = service.issue_token(&id, key).await.expect("a token");
    drop(service.issue_token(&id, "a wrong key").await.expect_err("a stranger"));
    service.revoke_token(&id, key, token.reveal()).await.expect("revoked");
    drop(service.revoke_token(&id, key, "no token").await.expect_err("no token"));
    let events = recorded(&fixture).await;
    let about_tokens = events.iter().filter(|event| event.action.ends_with("_token"));
    let told: Vec<_> = about_tokens
        .map(|event| {
            assert_eq!(event.app, Some(app.id), "{event:?}");
            assert!(!format!("{event:?}").contains(token.reveal()), "a token is a secret");
            format!("{} {}", event.action, event.outcome)
        })
        .collect();
    let expected = [
        "issue_token answered",
        "revoke_token begun",
        "revoke_token answered",
        "revoke_token unauthenticated",
    ];
    assert_eq!(told, expected);
}
