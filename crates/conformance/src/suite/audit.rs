//! What is appended is there, in order, and leaves when its time is over.

use std::collections::BTreeMap;

use faceward_core::{ModelId, OperatorName};
use faceward_store::{
    AuditEvent, AuditFilter, AuditRecord, AuditSink, Deletion, DeletionRecord, Extent, Stores, Traces,
};
use uuid::Uuid;

use crate::Fixture;
use crate::samples::{app, at, gallery_id, subject_id, template_id};

/// Something about `subject`, at that second.
fn event(second: i64, subject: &str) -> AuditEvent {
    AuditEvent {
        at: at(second),
        transaction: Uuid::from_u128(second as u128),
        trx_id: None,
        surface: "v1".into(),
        app: Some(app(1)),
        operator: None,
        action: "verify_against".into(),
        gallery: Some(gallery_id("default")),
        subject: Some(subject_id(subject)),
        template: Some(template_id(&format!("{subject}-1"))),
        outcome: "answered".into(),
        verdict: Some("same".into()),
        scores: BTreeMap::from([("similarity".into(), 0.8123), ("threshold".into(), 0.75)]),
        reasons: vec!["little_context".into()],
        models: vec![ModelId::new("toy-1")],
        deletion: Some(DeletionRecord {
            app: app(1),
            extent: Extent::Template(template_id(&format!("{subject}-1"))),
            at: at(second),
            deletion: Deletion {
                n_templates: 1,
                sha256: Some([7; 32]),
                models: vec![ModelId::new("toy-1")],
                traces: Traces::Fading,
            },
        }),
    }
}

fn bare(second: i64) -> AuditEvent {
    AuditEvent {
        trx_id: Some("their-own".to_owned()),
        app: None,
        action: "delete_template".into(),
        gallery: None,
        subject: None,
        template: None,
        outcome: "template_not_found".into(),
        verdict: None,
        scores: BTreeMap::new(),
        reasons: Vec::new(),
        models: Vec::new(),
        deletion: None,
        ..event(second, "x")
    }
}

async fn all(audit: &dyn AuditSink) -> Vec<AuditRecord> {
    audit.page(&AuditFilter::default(), 0, 1000).await.expect("a page")
}

/// With numbers that rise by one.
pub async fn records_come_back_in_their_order(fixture: &impl Fixture) {
    let Stores { audit, .. } = fixture.stores();
    let odd = AuditEvent {
        scores: BTreeMap::from([("similarity".into(), f64::NAN), ("liveness".into(), 0.5)]),
        ..event(4, "anna")
    };
    let events = [event(1, "anna"), bare(2), event(3, "bert"), odd];
    audit.append(&events[..2]).await.expect("on disk");
    audit.append(&events[2..]).await.expect("on disk");
    let records = all(&*audit).await;
    assert_eq!(records.iter().map(|record| record.sequence).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let read: Vec<_> = records.into_iter().map(|record| record.event).collect();
    assert_eq!(read[..3], events[..3]);
    assert_eq!(read[3].scores, BTreeMap::from([("liveness".into(), 0.5)]), "no number is left out");
}

/// By everything that a filter has.
pub async fn records_are_filtered(fixture: &impl Fixture) {
    let Stores { audit, .. } = fixture.stores();
    let operator = Some(OperatorName::parse("olga").expect("a name"));
    let other_app = AuditEvent { app: Some(app(2)), operator: operator.clone(), ..event(4, "anna") };
    audit.append(&[event(1, "anna"), event(2, "bert"), bare(3), other_app]).await.expect("on disk");
    let none = AuditFilter::default();
    let rows = [
        (none.clone(), vec![1, 2, 3, 4]),
        (AuditFilter { app: Some(app(1)), ..none.clone() }, vec![1, 2]),
        (AuditFilter { operator, ..none.clone() }, vec![4]),
        (AuditFilter { subject: Some(subject_id("anna")), ..none.clone() }, vec![1, 4]),
        (AuditFilter { app: Some(app(2)), subject: Some(subject_id("bert")), ..none.clone() }, vec![]),
        (AuditFilter { template: Some(template_id("bert-1")), ..none.clone() }, vec![2]),
        (AuditFilter { gallery: Some(gallery_id("other")), ..none.clone() }, vec![]),
        (AuditFilter { action: Some("delete_template".to_owned()), ..none.clone() }, vec![3]),
        (AuditFilter { transaction: Some(Uuid::from_u128(2)), ..none.clone() }, vec![2]),
        (AuditFilter { since: Some(at(2)), until: Some(at(4)), ..none.clone() }, vec![2, 3]),
    ];
    let numbers = async |filter: &AuditFilter, after, limit| {
        let page = audit.page(filter, after, limit).await.expect("a page");
        page.iter().map(|record| record.sequence).collect::<Vec<_>>()
    };
    for (filter, expected) in rows {
        assert_eq!(numbers(&filter, 0, 100).await, expected, "{filter:?}");
    }
    assert_eq!(numbers(&none, 1, 2).await, [2, 3]);
}

/// And those before them on the next page.
pub async fn the_newest_come_first(fixture: &impl Fixture) {
    let Stores { audit, .. } = fixture.stores();
    let events: Vec<_> = (0..6).map(|second| event(second, ["anna", "bert"][second as usize % 2])).collect();
    audit.append(&events).await.expect("on disk");
    let numbers = async |filter: &AuditFilter, before, limit| {
        let page = audit.newest(filter, before, limit).await.expect("a page");
        page.iter().map(|record| record.sequence).collect::<Vec<_>>()
    };
    let none = AuditFilter::default();
    assert_eq!(numbers(&none, None, 2).await, [6, 5]);
    assert_eq!(numbers(&none, Some(5), 9).await, [4, 3, 2, 1]);
    let bert = AuditFilter { subject: Some(subject_id("bert")), ..none };
    assert_eq!(numbers(&bert, None, 2).await, [6, 4]);
    assert_eq!(numbers(&bert, Some(2), 2).await, [0_i64; 0]);
}

/// Never more than it is told to, oldest first, and numbers are never given again.
pub async fn a_purge_goes_step_by_step(fixture: &impl Fixture) {
    let Stores { audit, .. } = fixture.stores();
    let events: Vec<_> = (0..25).map(|second| event(second, "anna")).collect();
    audit.append(&events).await.expect("on disk");
    for (before, expected, n_left) in [
        (10, (4, true), 21),
        (10, (4, true), 17),
        (10, (2, false), 15),
        (10, (0, false), 15),
        (100, (4, true), 11),
    ] {
        let purged = audit.purge(at(before), 4).await.expect("purged");
        assert_eq!((purged.n_records, purged.more), expected, "before {before}");
        let left = all(&*audit).await;
        assert_eq!((left.len(), left[0].sequence), (n_left, 26 - n_left as i64));
    }
    while audit.purge(at(100), 4).await.expect("purged").more {}
    audit.append(&[event(100, "anna")]).await.expect("on disk");
    assert_eq!(all(&*audit).await[0].sequence, 26);
}
