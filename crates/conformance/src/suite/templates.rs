//! Adding, reading, listing and deleting templates, and the names of their subjects.

use faceward_core::ModelId;
use faceward_store::{OnConflict, Page, StoreError, StoredTemplate, Stores, TemplateRecord, every_template};
use futures_util::TryStreamExt as _;

use crate::Fixture;
use crate::samples::{
    MODEL, add, app, at, create_apps, create_gallery, embedding, embedding_of, gallery_id, listed,
    new_template, seeded, subject_id, subject_name, template_id,
};

/// Bit for bit.
pub async fn a_template_is_read_back_as_it_was_given(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    let new = new_template("anna", "a1", &seeded(1, 129));
    let record = add(&stores, &new).await;
    let TemplateRecord { gallery, subject, template, model, created_at: _, expires_at: _ } = &record;
    assert_eq!((gallery, subject, template), (&new.gallery, &new.subject, &new.template));
    assert_eq!(*model, ModelId::new(MODEL));
    let templates = &stores.templates;
    assert_eq!(templates.template(&app(1), template).await.expect("known").as_ref(), Some(&record));
    let found = templates.reference(&app(1), template).await.expect("known").expect("there");
    assert_eq!(found, (record, new.embedding.clone()));
    assert_eq!(templates.template(&app(1), &template_id("a2")).await.expect("known"), None);
    let found = templates.references(&app(1), &new.gallery, &new.subject, new.embedding.model()).await;
    assert_eq!(found.expect("known").embeddings, [new.embedding]);
}

/// As asked, in whatever gallery the old one was.
pub async fn a_taken_id_is_refused_or_replaced(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    create_gallery(&stores, "staff").await;
    add(&stores, &new_template("anna", "t", &[1.0, 0.0])).await;
    let mut other = new_template("bert", "t", &[0.0, 1.0]);
    other.gallery = gallery_id("staff");
    let refused = stores.templates.add(&app(1), &other, OnConflict::Refuse).await.map(|_| ());
    assert!(matches!(&refused, Err(StoreError::TemplateExists(id)) if *id == other.template), "{refused:?}");
    assert_eq!(listed(&stores).await, ["anna t"]);
    stores.templates.add(&app(1), &other, OnConflict::Replace).await.map(|_| ()).expect("replaced");
    assert_eq!(listed(&stores).await, ["bert t"]);
    let found = stores.templates.search(&app(1), None, &embedding(&[0.0, 1.0]), 9).await.expect("known");
    assert_eq!(found.len(), 1, "the old vector is gone: {found:?}");
    assert_eq!((found[0].cosine.0, &found[0].gallery), (1.0, &other.gallery));
}

/// From lists and searches, and the others stay.
pub async fn a_deleted_template_is_gone(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    for (template, vector) in [("a", [1.0, 0.0]), ("b", [0.0, 1.0]), ("c", [1.0, 1.0])] {
        add(&stores, &new_template(template, template, &vector)).await;
    }
    for n_templates in [1, 0] {
        let deleted = stores.templates.delete_template(&app(1), &template_id("a")).await.expect("no error");
        assert_eq!(deleted.n_templates, n_templates);
    }
    assert_eq!(listed(&stores).await, ["b b", "c c"]);
    assert_eq!(stores.templates.reference(&app(1), &template_id("a")).await.expect("known"), None);
    let found = stores.templates.search(&app(1), None, &embedding(&[0.0, 1.0]), 9).await.expect("known");
    assert_eq!(found.iter().map(|c| c.template.as_str()).collect::<Vec<_>>(), ["b", "c"]);
}

/// Not another one that took its place since.
pub async fn a_template_is_deleted_as_it_was_listed(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    let templates = &stores.templates;
    let old = add(&stores, &new_template("anna", "t", &[1.0, 0.0])).await;
    let new = new_template("bert", "t", &[0.0, 1.0]);
    let (new, _) = templates.add(&app(1), &new, OnConflict::Replace).await.expect("replaced");
    for (record, n_templates) in [(&old, 0), (&new, 1), (&new, 0)] {
        let deleted = templates.delete_listed(&app(1), record).await.expect("no error");
        assert_eq!(deleted.n_templates, n_templates, "{record:?}");
    }
    assert_eq!(listed(&stores).await, [""; 0]);
}

/// A subject of the same id in another gallery is somebody else.
pub async fn a_subject_is_deleted_in_its_gallery_alone(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    create_gallery(&stores, "staff").await;
    for template in ["a1", "a2"] {
        add(&stores, &new_template("anna", template, &[1.0, 0.0])).await;
    }
    let mut elsewhere = new_template("anna", "a3", &[1.0, 0.0]);
    elsewhere.gallery = gallery_id("staff");
    add(&stores, &elsewhere).await;
    for n_templates in [2, 0] {
        let (gallery, anna) = (gallery_id("default"), subject_id("anna"));
        let deleted = stores.templates.delete_subject(&app(1), &gallery, &anna).await.expect("known");
        assert_eq!(deleted.n_templates, n_templates);
    }
    assert_eq!(listed(&stores).await, ["anna a3"]);
    let nowhere = stores.templates.delete_subject(&app(1), &gallery_id("none"), &subject_id("anna")).await;
    assert!(matches!(nowhere, Err(StoreError::GalleryUnknown(_))), "{nowhere:?}");
}

/// Of the whole app or of one gallery, in ascending order of id.
pub async fn lists_come_in_pages(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    create_gallery(&stores, "staff").await;
    for (index, template) in ["d", "b", "e", "a", "c"].into_iter().enumerate() {
        let mut new = new_template(if index < 2 { "anna" } else { "bert" }, template, &[1.0]);
        if template == "b" {
            new.gallery = gallery_id("staff");
        }
        add(&stores, &new).await;
    }
    let page = async |only: Option<&str>, after: Option<&str>, limit| {
        let (only, after) = (only.map(gallery_id), after.map(template_id));
        let page = Page::new(after.as_ref(), limit);
        let records = stores.templates.list_templates(&app(1), only.as_ref(), page).await.expect("known");
        records.iter().map(|record| record.template.as_str()).collect::<String>()
    };
    assert_eq!(page(None, None, 2).await, "ab");
    assert_eq!(page(None, Some("b"), 2).await, "cd");
    assert_eq!(page(None, Some("d"), 2).await, "e");
    assert_eq!(page(Some("default"), Some("a"), 9).await, "cde");
    assert_eq!(page(Some("staff"), None, 9).await, "b");
    assert_eq!(page(Some("nowhere"), None, 9).await, "");
    let subjects = async |only: &str, after: Option<&str>| {
        let after = after.map(subject_id);
        let page = Page::new(after.as_ref(), 9);
        let subjects = stores.templates.list_subjects(&app(1), &gallery_id(only), page).await;
        let subjects = subjects.expect("known");
        subjects.iter().map(|s| format!("{} {}", s.subject, s.templates)).collect::<Vec<_>>()
    };
    assert_eq!(subjects("default", None).await, ["anna 1", "bert 3"]);
    assert_eq!(subjects("default", Some("anna")).await, ["bert 3"]);
    assert_eq!(subjects("staff", None).await, ["anna 1"]);
}

async fn enrol(stores: &Stores, subject: &str, template: &str, name: Option<&str>) {
    let mut new = new_template(subject, template, &[1.0, 0.0]);
    new.name = name.map(subject_name);
    stores.templates.add(&app(1), &new, OnConflict::Replace).await.map(|_| ()).expect("added");
}

/// `subject name templates` of every subject of `default`.
async fn subjects(stores: &Stores) -> Vec<String> {
    let (default, page) = (gallery_id("default"), Page::largest(None));
    let records = stores.templates.list_subjects(&app(1), &default, page).await.expect("known");
    let mut rows = Vec::new();
    for record in records {
        let name = record.name.as_ref().map_or("-", faceward_core::SubjectName::as_str);
        rows.push(format!("{} {name} {}", record.subject, record.templates));
        let found =
            stores.templates.references(&app(1), &default, &record.subject, &ModelId::new(MODEL)).await;
        let found = found.expect("known");
        assert_eq!((found.name, found.n_templates), (record.name, record.templates), "one truth");
    }
    rows
}

/// And nobody inherits it.
pub async fn a_name_is_kept_until_the_last_template_goes(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    enrol(&stores, "1", "a", Some("Anna")).await;
    enrol(&stores, "1", "b", None).await;
    enrol(&stores, "2", "c", None).await;
    assert_eq!(subjects(&stores).await, ["1 Anna 2", "2 - 1"]);
    enrol(&stores, "1", "b", Some("Anna Smith")).await;
    let found = stores.templates.search(&app(1), None, &embedding(&[1.0, 0.0]), 1).await.expect("known");
    assert_eq!(found[0].name, Some(subject_name("Anna Smith")), "found under her name");
    stores.templates.delete_template(&app(1), &template_id("a")).await.map(|_| ()).expect("deleted");
    assert_eq!(subjects(&stores).await, ["1 Anna Smith 1", "2 - 1"]);
    // Replacing the only template of a subject does not cost its name; moving it to another subject does.
    enrol(&stores, "1", "b", None).await;
    assert_eq!(subjects(&stores).await, ["1 Anna Smith 1", "2 - 1"]);
    enrol(&stores, "3", "b", None).await;
    assert_eq!(subjects(&stores).await, ["2 - 1", "3 - 1"]);
    enrol(&stores, "1", "b", None).await;
    assert_eq!(subjects(&stores).await, ["1 - 1", "2 - 1"]);
}

/// In all of an app.
pub async fn a_model_makes_vectors_of_one_length(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    create_gallery(&stores, "staff").await;
    add(&stores, &new_template("anna", "a", &[1.0, 0.0])).await;
    let mut longer = new_template("bert", "b", &[1.0, 0.0, 0.0]);
    longer.gallery = gallery_id("staff");
    let refused = stores.templates.add(&app(1), &longer, OnConflict::Refuse).await.map(|_| ());
    assert!(matches!(refused, Err(StoreError::Length { expected: 2, actual: 3, .. })), "{refused:?}");
    let refused = stores.templates.search(&app(1), None, &longer.embedding, 9).await;
    assert!(matches!(refused, Err(StoreError::Length { expected: 2, actual: 3, .. })), "{refused:?}");
    let mut other = longer.clone();
    other.embedding = embedding_of("toy-2", &[1.0, 0.0, 0.0]);
    add(&stores, &other).await;
    stores.templates.delete_template(&app(1), &template_id("a")).await.map(|_| ()).expect("deleted");
    longer.template = template_id("c");
    add(&stores, &longer).await;
}

/// Of every app, with vector and name.
pub async fn everything_is_exported_once(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 2).await;
    let mut expected = Vec::new();
    for number in 1..=2_u64 {
        for index in 0..7 {
            let mut new = new_template(&format!("s{}", index % 3), &format!("t{index}"), &seeded(index, 9));
            new.name = Some(subject_name(&format!("Name {}", index % 3)));
            let id = app(u128::from(number));
            stores.templates.add(&id, &new, OnConflict::Refuse).await.map(|_| ()).expect("added");
            expected.push((id, new.template, new.name, new.embedding));
        }
    }
    let rows: Vec<_> = every_template(&*stores.templates).try_collect().await.expect("readable");
    let rows: Vec<_> =
        rows.into_iter().map(|row| (row.app, row.record.template, row.name, row.embedding)).collect();
    assert_eq!(rows, expected);
    let after = (app(1), template_id("t5"));
    let page = stores.templates.export(Page::new(Some(&after), 3)).await.expect("a page");
    let ids: Vec<_> = page.iter().map(|row| (row.app.0.as_u128(), row.record.template.as_str())).collect();
    assert_eq!(ids, [(1, "t6"), (2, "t0"), (2, "t1")]);
}

/// Of one app, in pages, with the names of their subjects and their times.
pub async fn templates_are_given_as_they_were_enrolled(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 2).await;
    let mut expected = Vec::new();
    for index in 0..5 {
        let mut new = new_template(&format!("s{}", index % 2), &format!("t{index}"), &seeded(index, 129));
        new.name = (index % 2 == 0).then(|| subject_name("Anna"));
        new.created_at = Some(at(index as i64));
        new.expires_at = (index > 2).then(|| at(1_000_000_000));
        let record = add(&stores, &new).await;
        expected.push(StoredTemplate { app: app(1), record, name: new.name, embedding: new.embedding });
    }
    let templates = &stores.templates;
    let whole = async |after: Option<&str>, limit| {
        let after = after.map(template_id);
        templates.whole_templates(&app(1), Page::new(after.as_ref(), limit)).await.expect("readable")
    };
    assert_eq!(whole(None, 3).await, expected[..3]);
    assert_eq!(whole(Some("t2"), 9).await, expected[3..]);
    assert_eq!(whole(Some("t4"), 9).await, []);
    assert_eq!(templates.whole_templates(&app(2), Page::largest(None)).await.expect("readable"), []);
    let nobody = templates.whole_templates(&app(9), Page::largest(None)).await;
    assert!(matches!(nobody, Err(StoreError::AppUnknown(_))), "{nobody:?}");
}

/// One process at a time, until it stops asking.
pub async fn one_process_at_a_time_purges(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let turn = async |server: u128, now, until| {
        let server = uuid::Uuid::from_u128(server);
        stores.templates.take_purge_turn(server, at(now), at(until)).await.expect("an answer")
    };
    assert!(turn(1, 0, 60).await, "it is nobody's");
    assert!(!turn(2, 1, 61).await, "it is the other's");
    assert!(turn(1, 50, 120).await, "it stays whose it is");
    assert!(!turn(2, 119, 180).await);
    assert!(turn(2, 120, 180).await, "its time is over");
    assert!(!turn(1, 121, 200).await);
}
