//! What a deletion tells of the templates that are gone.

use std::collections::BTreeSet;

use faceward_store::{Deletion, NewTemplate, OnConflict, Stores};

use crate::Fixture;
use crate::samples::{
    add, app, create_apps, create_gallery, embedding, gallery_id, new_template, subject_id, template_id,
};

fn of(gallery: &str, subject: &str, template: &str) -> NewTemplate {
    NewTemplate { gallery: gallery_id(gallery), ..new_template(subject, template, &[1.0, 0.0]) }
}

/// Two galleries, `a` with two templates of Anna and one of Bert, and `b` with one of Anna.
async fn filled(stores: &Stores) {
    create_apps(stores, 1).await;
    for gallery in ["a", "b"] {
        create_gallery(stores, gallery).await;
    }
    for (gallery, subject, template) in
        [("a", "anna", "1"), ("a", "anna", "2"), ("a", "bert", "3"), ("b", "anna", "4"), ("b", "anna", "5")]
    {
        add(stores, &of(gallery, subject, template)).await;
    }
}

/// Each digest is of so many templates of one model, and like no other.
fn check(deletions: &[Deletion], n_templates: &[usize]) {
    let told: Vec<usize> = deletions.iter().map(|deletion| deletion.n_templates).collect();
    assert_eq!(told, n_templates);
    let model = embedding(&[1.0]).model().clone();
    assert!(deletions.iter().all(|deletion| deletion.models == [model.clone()]), "{deletions:?}");
    let digests: BTreeSet<_> = deletions.iter().filter_map(|deletion| deletion.sha256).collect();
    assert_eq!(digests.len(), deletions.len(), "{deletions:?}");
}

/// A template, a subject, a gallery, all galleries; of nothing there is no digest.
pub async fn a_deletion_tells_what_was_there(fixture: &impl Fixture) {
    let stores = fixture.stores();
    filled(&stores).await;
    let templates = &stores.templates;
    let (app, a) = (app(1), gallery_id("a"));
    let (one, anna) = (template_id("1"), subject_id("anna"));
    let template = templates.delete_template(&app, &template_id("5")).await.expect("deleted");
    let subject = templates.delete_subject(&app, &a, &anna).await.expect("deleted");
    let gallery = templates.delete_gallery(&app, &a).await.expect("deleted");
    let all = templates.delete_all_galleries(&app).await.expect("deleted");
    check(&[template, subject, gallery, all], &[1, 2, 1, 1]);
    create_gallery(&stores, "a").await;
    for nothing in [
        templates.delete_template(&app, &one).await.expect("no error"),
        templates.delete_subject(&app, &a, &anna).await.expect("no error"),
        templates.delete_gallery(&app, &a).await.expect("deleted"),
        templates.delete_all_galleries(&app).await.expect("deleted"),
    ] {
        assert_eq!((nothing.n_templates, nothing.sha256, nothing.models), (0, None, Vec::new()));
    }
}

/// By a template of its id, wherever it was.
pub async fn what_is_replaced_is_told_as_well(fixture: &impl Fixture) {
    let stores = fixture.stores();
    filled(&stores).await;
    let mut told = Vec::new();
    for (gallery, subject) in [("b", "bert"), ("a", "anna")] {
        let new = of(gallery, subject, "1");
        let (_, old) = stores.templates.add(&app(1), &new, OnConflict::Replace).await.expect("replaced");
        told.push(old);
    }
    told.push(stores.templates.delete_template(&app(1), &template_id("1")).await.expect("deleted"));
    check(&told, &[1, 1, 1]);
}

/// All of them at once.
pub async fn an_app_goes_with_a_record_of_its_templates(fixture: &impl Fixture) {
    let stores = fixture.stores();
    filled(&stores).await;
    check(&[stores.directory.delete_app(&app(1)).await.expect("deleted")], &[5]);
}
