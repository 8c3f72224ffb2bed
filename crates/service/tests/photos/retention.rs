//! Templates end when their app says so, by one process at a time, each with its record.

use std::num::NonZeroU32;

use faceward_service::apps::AppChange;
use faceward_service::{AuditFilter, ListTemplatesRequest};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::fixture::{BIDEN, Fixture, OBAMA, photo, service};

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
    let told: Vec<_> = records
        .iter()
        .map(|record| {
            let template = record.event.template.as_ref().expect("whom");
            (template.as_str(), record.event.outcome.as_ref(), record.event.surface.as_ref())
        })
        .collect();
    let each = |template| [(template, "begun", "local"), (template, "answered", "local")];
    assert_eq!(told, [each("anna"), each("bert")].concat());
    // The other one is about to: nobody does it twice.
    fixture.enroll(photo(OBAMA), "anna").await.expect("one face");
    assert_eq!(service.purge_templates(us, in_days(31)).await.expect("not ours"), 0);
    assert_eq!(n_templates(&fixture).await, 1);
}
