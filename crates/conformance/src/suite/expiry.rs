//! Templates whose time is over, until somebody deletes them.

use std::num::NonZeroU32;

use faceward_core::ModelId;
use faceward_store::{AppSettings, NewTemplate, OnConflict, StoreError, Stores, TemplateRecord};
use jiff::{SignedDuration, Timestamp};

use crate::Fixture;
use crate::samples::{
    MODEL, add, app, create_apps, embedding, gallery_id, listed, new_template, subject_id, template_id,
};

fn in_hours(hours: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(hours)
}

fn ending(subject: &str, template: &str, expires_at: Option<Timestamp>) -> NewTemplate {
    NewTemplate { expires_at, ..new_template(subject, template, &[1.0, 0.0]) }
}

/// The templates that a search finds, those by which each subject is compared, and those that are references by themselves.
async fn compared(stores: &Stores, subjects: &[&str]) -> Vec<String> {
    let templates = &stores.templates;
    let found = templates.search(&app(1), None, &embedding(&[1.0, 0.0]), 9).await.expect("known");
    let mut told: Vec<_> = found.iter().map(|found| format!("found {}", found.template)).collect();
    for subject in subjects {
        let (gallery, id, model) = (gallery_id("default"), subject_id(subject), ModelId::new(MODEL));
        let references = templates.references(&app(1), &gallery, &id, &model).await.expect("known");
        assert_eq!(references.n_templates, references.embeddings.len());
        told.push(format!("{subject} has {}", references.n_templates));
    }
    for row in listed(stores).await {
        let template = template_id(row.split(' ').next_back().expect("an id"));
        if let Some((record, _)) = templates.reference(&app(1), &template).await.expect("known") {
            told.push(format!("{} is one", record.template));
        }
    }
    told
}

/// It is listed and can be deleted; nobody is compared with it.
pub async fn what_is_over_is_compared_with_nothing(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    let rows =
        [("anna", "a1", Some(-1)), ("anna", "a2", None), ("bert", "b1", Some(-1)), ("carl", "c1", Some(1))];
    let mut records: Vec<TemplateRecord> = Vec::new();
    for (subject, template, hours) in rows {
        records.push(add(&stores, &ending(subject, template, hours.map(in_hours))).await);
    }
    let (subjects, templates) = (["anna", "bert", "carl"], &stores.templates);
    let expected =
        ["found a2", "found c1", "anna has 1", "bert has 0", "carl has 1", "a2 is one", "c1 is one"];
    assert_eq!(compared(&stores, &subjects).await, expected);
    assert_eq!(listed(&stores).await, ["anna a1", "anna a2", "bert b1", "carl c1"]);
    assert_eq!(
        templates.template(&app(1), &template_id("b1")).await.expect("known").as_ref(),
        Some(&records[2])
    );
    assert_eq!(templates.delete_template(&app(1), &template_id("b1")).await.expect("known").n_templates, 1);
    // Enrolled anew it counts anew, and has the end that it is given now.
    let anew = ending("anna", "a1", None);
    let (record, _) = templates.add(&app(1), &anew, OnConflict::Replace).await.expect("replaced");
    assert_eq!(record.expires_at, None);
    let expected =
        ["found a1", "found c1", "anna has 2", "carl has 1", "a1 is one", "a2 is one", "c1 is one"];
    assert_eq!(compared(&stores, &["anna", "carl"]).await, expected);
}

/// Its id can be given anew before the purge ran; that of one that counts cannot.
pub async fn what_is_over_keeps_nobody_out(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    add(&stores, &ending("anna", "a", Some(in_hours(-1)))).await;
    let anew = new_template("bert", "a", &[0.0, 1.0]);
    let (record, _) = stores.templates.add(&app(1), &anew, OnConflict::Refuse).await.expect("added");
    assert_eq!((&record.subject, record.expires_at), (&anew.subject, None));
    assert_eq!(listed(&stores).await, ["bert a"]);
    let refused = stores.templates.add(&app(1), &anew, OnConflict::Refuse).await.map(drop);
    assert!(matches!(refused, Err(StoreError::TemplateExists(_))), "{refused:?}");
    let old = NewTemplate { created_at: Some(in_hours(-48)), ..ending("anna", "b", None) };
    add(&stores, &old).await;
    let again = new_template("anna", "b", &[1.0, 0.0]);
    let refused = stores.templates.add(&app(1), &again, OnConflict::Refuse).await.map(drop);
    assert!(matches!(refused, Err(StoreError::TemplateExists(_))), "{refused:?}");
    let settings = AppSettings { expire_after_days: NonZeroU32::new(1), ..AppSettings::default() };
    stores.directory.set_settings(&app(1), &settings).await.expect("set");
    stores.templates.add(&app(1), &again, OnConflict::Refuse).await.map(drop).expect("added");
}

/// Whichever comes first, as the app is set now.
pub async fn the_time_of_an_app_counts_as_well(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    let set = async |days| {
        let settings = AppSettings { expire_after_days: NonZeroU32::new(days), ..AppSettings::default() };
        stores.directory.set_settings(&app(1), &settings).await.expect("set");
    };
    for (template, days_ago, own) in [("old", 40, None), ("new", 20, None), ("short", 20, Some(-1))] {
        let created_at = Some(in_hours(-24 * days_ago));
        add(&stores, &NewTemplate { created_at, ..ending(template, template, own.map(in_hours)) }).await;
    }
    let found = async || {
        let mut found = compared(&stores, &[]).await;
        found.retain(|told| told.ends_with("is one"));
        found
    };
    assert_eq!(found().await, ["new is one", "old is one"]);
    set(30).await;
    assert_eq!(found().await, ["new is one"]);
    set(10).await;
    assert_eq!(found().await, [""; 0]);
    set(0).await;
    assert_eq!(found().await, ["new is one", "old is one"]);
}

/// As the other times of a template, in what is answered and in what is read.
pub async fn times_are_kept_to_the_microsecond(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    let time = |micros| Timestamp::from_microsecond(micros).expect("a time");
    let (created_at, expires_at) = (time(1_700_000_000_000_001), time(4_000_000_000_000_007));
    let nanosecond = SignedDuration::from_nanos(1);
    let (created, expires) = (Some(created_at + nanosecond), Some(expires_at + nanosecond));
    let added = add(&stores, &NewTemplate { created_at: created, ..ending("anna", "a", expires) }).await;
    let read = stores.templates.template(&app(1), &template_id("a")).await.expect("known").expect("there");
    for record in [added, read] {
        let micros = |time: Timestamp| time.as_microsecond();
        assert_eq!(micros(record.created_at), micros(created_at));
        assert_eq!(record.expires_at.map(micros), Some(micros(expires_at)));
    }
}
