//! Templates end when their app says so, by one process at a time, each with its record.

use std::num::NonZeroU32;
use std::sync::Arc;

use bytes::Bytes;
use faceward_embedded::Embedded;
use faceward_models::calibration::projection::projection;
use faceward_service::apps::AppChange;
use faceward_service::{
    AuditFilter, Checks, EnrollRequest, FaceOptions, ListTemplatesRequest, NewSession, Photo, ServiceError,
    SessionPlan, VerifyAgainstRequest,
};
use faceward_store::{KeyHash, SessionRecord, SessionState, Stores};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::fixture::{BIDEN, Fixture, OBAMA, enroll_request, photo, service, settings, start, template};

fn in_days(days: i64) -> Timestamp {
    Timestamp::now().saturating_add(SignedDuration::from_hours(24 * days)).expect("a time")
}

async fn n_templates(fixture: &Fixture) -> usize {
    let listed = fixture.service.list_templates(&fixture.app, ListTemplatesRequest::default()).await;
    listed.expect("a page").len()
}

#[tokio::test]
async fn templates_whose_time_is_over_are_deleted_with_a_record_each() {
    let fixture = service();
    for (name, id) in [(OBAMA, "anna"), (BIDEN, "bert")] {
        fixture.enroll(photo(name), id).await.expect("one face");
    }
    let (service, us) = (&fixture.service, Uuid::from_u128(1));
    assert_eq!(
        service.purge_templates(us, in_days(40_000)).await.expect("nothing to do"),
        0,
        "no end was set"
    );
    let expire_after_days = Some(NonZeroU32::new(30));
    service
        .apps()
        .change(&fixture.app, AppChange { expire_after_days, ..AppChange::default() })
        .await
        .expect("set");
    assert_eq!(service.purge_templates(us, in_days(29)).await.expect("nothing to do"), 0);
    assert_eq!(n_templates(&fixture).await, 2);
    let other = service.purge_templates(Uuid::from_u128(2), in_days(31)).await.expect("deleted");
    assert_eq!((other, n_templates(&fixture).await), (2, 0));
    let filter = AuditFilter { action: Some("purge_template".into()), ..AuditFilter::default() };
    let records = service.exported_audit_records(&filter, 0, 10).await.expect("records");
    let mut told: Vec<_> = records
        .iter()
        .map(|record| {
            let template = record.event.template.as_ref().expect("whom");
            (template.as_str(), record.event.outcome.as_ref(), record.event.surface.as_ref())
        })
        .collect();
    let each = |template| [(template, "begun", "local"), (template, "answered", "local")];
    // Some are deleted side by side.
    told.sort_by_key(|(template, ..)| *template);
    assert_eq!(told, [each("anna"), each("bert")].concat());
    // The other one is about to: nobody does it twice.
    fixture.enroll(photo(OBAMA), "anna").await.expect("one face");
    assert_eq!(service.purge_templates(us, in_days(31)).await.expect("not ours"), 0);
    assert_eq!(n_templates(&fixture).await, 1);
}

#[tokio::test]
async fn a_template_with_an_end_of_its_own_is_deleted_at_it_and_decides_nothing_after() {
    let fixture = service();
    let until_purged = NonZeroU32::new(2).expect("not 0");
    for (name, id, expires_in) in [(OBAMA, "anna", Some(until_purged)), (BIDEN, "bert", None)] {
        let request = EnrollRequest { expires_in, ..enroll_request(photo(name), Some(id)) };
        fixture.service.enroll(&fixture.app, request).await.expect("one face");
    }
    let record = fixture.service.get_template(&fixture.app, &template("anna")).await.expect("there");
    let lasts = record.expires_at.expect("an end").duration_since(record.created_at);
    assert!((0..=2).contains(&lasts.as_secs()), "{lasts}");
    // By the clock of the store, which nobody turns.
    while Timestamp::now() < record.expires_at.expect("an end") {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let found = fixture.identify(photo(OBAMA)).await;
    assert!(found.best.is_none(), "{found:?}");
    let request = VerifyAgainstRequest {
        photo: photo(OBAMA),
        template: template("anna"),
        options: FaceOptions::default(),
    };
    let refused = fixture.service.verify_against(&fixture.app, request).await;
    assert!(matches!(refused, Err(ServiceError::TemplateNotFound)), "{refused:?}");
    let refused = fixture.service.get_template(&fixture.app, &template("anna")).await;
    assert!(matches!(refused, Err(ServiceError::TemplateNotFound)), "{refused:?}");
    assert_eq!(n_templates(&fixture).await, 1, "not listed, and not yet deleted");
    // Nor does it keep anybody out; whoever takes its place has an end of their own, or none.
    fixture.enroll(photo(BIDEN), "anna").await.expect("one face");
    let expires_in = NonZeroU32::new(1);
    let request = EnrollRequest { expires_in, ..enroll_request(photo(OBAMA), Some("carl")) };
    let carl = fixture.service.enroll(&fixture.app, request).await.expect("one face");
    assert!(carl.record.expires_at.is_some_and(|end| end > Timestamp::now()));
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let purged = fixture.service.purge_templates(Uuid::from_u128(1), Timestamp::now()).await;
    assert_eq!((purged.expect("deleted"), n_templates(&fixture).await), (1, 2));
}

#[tokio::test]
async fn a_session_that_cannot_be_read_holds_up_no_other() {
    let Fixture { service, app, folder } = service();
    let checks = Checks { liveness: true, ..Checks::default() };
    let plan = SessionPlan { checks, challenge_steps: None, compared_with: None, enroll: None };
    let new = NewSession {
        plan,
        reference: Photo::from(Bytes::new()),
        lifetime: None,
        return_url: None,
        trx_id: None,
    };
    let (made, _) = service.create_session(&app, new).await.expect("made");
    drop(service);
    let open = || -> Stores {
        let opened = Embedded::open_comparing(folder.path(), Some(Arc::clone(projection())), &|_| {});
        opened.expect("the folder opens").into()
    };
    let stores = open();
    let like = stores.sessions.session(&app, &made.id).await.expect("known").expect("there");
    let past = Timestamp::now().saturating_sub(SignedDuration::from_hours(1)).expect("a time");
    let overdue = |number: u8, document: &str| {
        let (id, link) = (Uuid::from_u128(u128::from(number)), KeyHash { sha256: [number; 32] });
        SessionRecord { id, link, expires_at: past, document: document.to_owned(), ..like.clone() }
    };
    for record in [overdue(1, "{\"nonsense\": 1}"), overdue(2, &like.document)] {
        stores.sessions.create_session(&record, None, 100).await.expect("room");
    }
    drop(stores);
    let service = start(&folder, settings());
    service.sweep_sessions().await.expect_err("one cannot be read");
    service.shutdown().await;
    drop(service);
    let state = async |number| {
        let record = open().sessions.session(&app, &Uuid::from_u128(number)).await.expect("known");
        record.expect("there").state
    };
    assert_eq!((state(1).await, state(2).await), (like.state, SessionState::Expired));
}
