//! Adding, reading, listing and deleting templates.

use faceward_core::ModelId;
use faceward_gallery::{Gallery, GalleryError, OnConflict};

use crate::support::{
    add, app, embedding, embedding_of, fresh, gallery_id, listed, new_template, open, subject_id, template_id,
};

#[test]
fn a_template_is_read_back_as_it_was_given_before_and_after_a_restart() {
    let (dir, gallery) = fresh();
    let new = new_template("anna", "a1", &[0.1, 0.7, -0.3]);
    let record = gallery.add(&app(1), &new, OnConflict::Refuse).expect("added");
    assert_eq!((&record.gallery, &record.subject), (&new.gallery, &new.subject));
    assert_eq!((&record.template, &record.model), (&new.template, &ModelId::new("toy-1")));
    let check = |gallery: &Gallery| {
        assert_eq!(gallery.get(&app(1), &new.template).expect("known").as_ref(), Some(&record));
        assert_eq!(gallery.embedding(&app(1), &new.template).expect("known").as_ref(), Some(&new.embedding));
        assert_eq!(gallery.get(&app(1), &template_id("a2")).expect("known"), None);
    };
    check(&gallery);
    drop(gallery);
    check(&open(dir.path()));
}

#[test]
fn a_taken_id_is_refused_or_replaced_as_asked() {
    let (dir, gallery) = fresh();
    gallery.create_gallery(&app(1), &gallery_id("staff")).expect("created");
    add(&gallery, &new_template("anna", "t", &[1.0, 0.0]));
    let mut other = new_template("bert", "t", &[0.0, 1.0]);
    other.gallery = gallery_id("staff");
    let refused = gallery.add(&app(1), &other, OnConflict::Refuse);
    assert!(matches!(refused, Err(GalleryError::TemplateExists(id)) if id == other.template));
    assert_eq!(listed(&gallery), ["anna t"]);
    gallery.add(&app(1), &other, OnConflict::Replace).expect("replaced");
    drop(gallery);
    let gallery = open(dir.path());
    assert_eq!(listed(&gallery), ["bert t"]);
    let found = gallery.search(&app(1), None, &embedding(&[0.0, 1.0]), 9).expect("known");
    assert_eq!(found.len(), 1, "the old vector is gone");
    assert_eq!((found[0].cosine.0, &found[0].gallery), (1.0, &other.gallery));
}

#[test]
fn a_deleted_template_is_gone_and_deleting_it_again_says_so() {
    let (dir, gallery) = fresh();
    for (template, vector) in [("a", [1.0, 0.0]), ("b", [0.0, 1.0]), ("c", [1.0, 1.0])] {
        add(&gallery, &new_template(template, template, &vector));
    }
    assert!(gallery.delete(&app(1), &template_id("a")).expect("deleted"));
    assert!(!gallery.delete(&app(1), &template_id("a")).expect("no error"));
    let check = |gallery: &Gallery| {
        assert_eq!(listed(gallery), ["b b", "c c"]);
        assert_eq!(gallery.embedding(&app(1), &template_id("a")).expect("known"), None);
        let found = gallery.search(&app(1), None, &embedding(&[0.0, 1.0]), 9).expect("known");
        assert_eq!(found.iter().map(|c| c.template.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    };
    check(&gallery);
    drop(gallery);
    check(&open(dir.path()));
}

#[test]
fn lists_come_in_pages_in_the_order_of_the_ids() {
    let (_dir, gallery) = fresh();
    gallery.create_gallery(&app(1), &gallery_id("staff")).expect("created");
    for (index, template) in ["d", "b", "e", "a", "c"].into_iter().enumerate() {
        let mut new = new_template(if index < 2 { "anna" } else { "bert" }, template, &[1.0]);
        if template == "b" {
            new.gallery = gallery_id("staff");
        }
        add(&gallery, &new);
    }
    let page = |only: Option<&str>, after: Option<&str>, limit| {
        let (only, after) = (only.map(gallery_id), after.map(template_id));
        let records = gallery.list(&app(1), only.as_ref(), after.as_ref(), limit).expect("known");
        records.iter().map(|record| record.template.to_string()).collect::<Vec<_>>().join("")
    };
    assert_eq!(page(None, None, 2), "ab");
    assert_eq!(page(None, Some("b"), 2), "cd");
    assert_eq!(page(None, Some("d"), 2), "e");
    assert_eq!(page(Some("default"), Some("a"), 9), "cde");
    assert_eq!(page(Some("staff"), None, 9), "b");
    assert_eq!(page(Some("nowhere"), None, 9), "");
    let subjects = |only: &str, after: Option<&str>| {
        let after = after.map(subject_id);
        let subjects = gallery.list_subjects(&app(1), &gallery_id(only), after.as_ref(), 9).expect("known");
        subjects.iter().map(|s| format!("{} {}", s.subject, s.templates)).collect::<Vec<_>>()
    };
    assert_eq!(subjects("default", None), ["anna 1", "bert 3"]);
    assert_eq!(subjects("default", Some("anna")), ["bert 3"]);
    assert_eq!(subjects("staff", None), ["anna 1"]);
}

#[test]
fn a_subject_is_deleted_with_all_its_templates_in_its_gallery_alone() {
    let (dir, gallery) = fresh();
    gallery.create_gallery(&app(1), &gallery_id("staff")).expect("created");
    for template in ["a1", "a2"] {
        add(&gallery, &new_template("anna", template, &[1.0, 0.0]));
    }
    let mut elsewhere = new_template("anna", "a3", &[1.0, 0.0]);
    elsewhere.gallery = gallery_id("staff");
    add(&gallery, &elsewhere);
    let delete = |only: &str| gallery.delete_subject(&app(1), &gallery_id(only), &subject_id("anna"));
    assert_eq!(delete("default").expect("known"), 2);
    assert_eq!(delete("default").expect("known"), 0);
    drop(gallery);
    assert_eq!(listed(&open(dir.path())), ["anna a3"]);
}

#[test]
fn a_model_makes_vectors_of_one_length() {
    let (_dir, gallery) = fresh();
    add(&gallery, &new_template("anna", "a", &[1.0, 0.0]));
    let longer = new_template("bert", "b", &[1.0, 0.0, 0.0]);
    let refused = gallery.add(&app(1), &longer, OnConflict::Refuse);
    assert!(matches!(refused, Err(GalleryError::Length { expected: 2, actual: 3, .. })), "{refused:?}");
    let refused = gallery.search(&app(1), None, &longer.embedding, 9);
    assert!(matches!(refused, Err(GalleryError::Length { expected: 2, actual: 3, .. })), "{refused:?}");
    let mut other = longer;
    other.embedding = embedding_of("toy-2", &[1.0, 0.0, 0.0]);
    add(&gallery, &other);
}
