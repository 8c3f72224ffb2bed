//! Apps, their keys, their galleries, and that none sees anything of another.

use faceward_gallery::{Gallery, GalleryError, KeyHash, OnConflict};
use jiff::{Timestamp, ToSpan as _};

use crate::support::{
    add, app, create_app, embedding, fresh, gallery_id, listed, new_template, open, template_id,
};

const HASHES: [KeyHash; 3] =
    [KeyHash { sha256: [1; 32] }, KeyHash { sha256: [2; 32] }, KeyHash { sha256: [3; 32] }];

#[test]
fn an_app_exists_once_and_an_unknown_one_is_an_error_everywhere() {
    let (_dir, gallery) = fresh();
    let again = gallery.list_apps().remove(0);
    assert!(matches!(gallery.create_app(&again), Err(GalleryError::AppExists(id)) if id == app(1)));
    let unknown = |result: Result<(), GalleryError>| {
        assert!(matches!(result, Err(GalleryError::AppUnknown(id)) if id == app(2)), "{result:?}");
    };
    let new = new_template("s", "t", &[1.0]);
    unknown(gallery.add(&app(2), &new, OnConflict::Refuse).map(drop));
    unknown(gallery.delete(&app(2), &template_id("t")).map(drop));
    unknown(gallery.get(&app(2), &template_id("t")).map(drop));
    unknown(gallery.embedding(&app(2), &template_id("t")).map(drop));
    unknown(gallery.list(&app(2), None, None, 1).map(drop));
    unknown(gallery.search(&app(2), None, &embedding(&[1.0]), 1).map(drop));
    unknown(gallery.keys(&app(2)).map(drop));
    unknown(gallery.add_key(&app(2), &HASHES[0], Timestamp::now()));
    unknown(gallery.create_gallery(&app(2), &gallery_id("g")).map(drop));
    assert!(!gallery.delete_app(&app(2)).expect("no error"));
}

#[test]
fn two_apps_share_nothing_even_under_the_same_ids() {
    let (dir, gallery) = fresh();
    create_app(&gallery, app(2));
    for (number, vector) in [(1, [1.0, 0.0]), (2, [0.0, 1.0])] {
        let new = new_template("s", "t", &vector);
        gallery.add(&app(number), &new, OnConflict::Refuse).expect("ids are free in each app");
    }
    drop(gallery);
    let gallery = open(dir.path());
    let cosine =
        |number| gallery.search(&app(number), None, &embedding(&[1.0, 0.0]), 9).expect("found")[0].cosine.0;
    assert_eq!([cosine(1), cosine(2)], [1.0, 0.0]);
    assert!(gallery.delete(&app(2), &template_id("t")).expect("deleted"));
    assert_eq!([1, 2].map(|number| gallery.count(&app(number)).expect("known")), [1, 0]);
    assert!(gallery.delete_app(&app(1)).expect("deleted"));
    assert!(gallery.search(&app(1), None, &embedding(&[1.0, 0.0]), 9).is_err());
    drop(gallery);
    let apps = open(dir.path()).list_apps();
    assert_eq!(apps.iter().map(|record| record.id).collect::<Vec<_>>(), [app(2)]);
}

#[test]
fn old_keys_end_when_they_are_retired_and_never_later_than_before() {
    let (dir, gallery) = fresh();
    let now = Timestamp::from_second(1_800_000_000).expect("a time");
    let [soon, later] = [1, 2].map(|hours| now + hours.hours());
    for (hours, hash) in (0..).zip(&HASHES) {
        gallery.add_key(&app(1), hash, now + hours.seconds()).expect("added");
    }
    gallery.retire_keys(&app(1), &HASHES[1], soon).expect("retired");
    gallery.retire_keys(&app(1), &HASHES[2], later).expect("retired");
    let ends = |gallery: &Gallery| {
        let keys = gallery.keys(&app(1)).expect("known");
        keys.iter().map(|key| (key.hash, key.expires_at)).collect::<Vec<_>>()
    };
    let expected = vec![(HASHES[0], Some(soon)), (HASHES[1], Some(later)), (HASHES[2], Some(soon))];
    assert_eq!(ends(&gallery), expected);
    drop(gallery);
    assert_eq!(ends(&open(dir.path())), expected);
}

#[test]
fn a_key_hash_is_not_printed() {
    assert_eq!(format!("{:?}", HASHES[0]), "KeyHash(..)");
}

#[test]
fn galleries_are_created_once_and_deleted_with_their_templates() {
    let (dir, gallery) = fresh();
    gallery.create_gallery(&app(1), &gallery_id("staff")).expect("created");
    assert!(matches!(
        gallery.create_gallery(&app(1), &gallery_id("staff")),
        Err(GalleryError::GalleryExists(id)) if id == gallery_id("staff")
    ));
    let mut elsewhere = new_template("anna", "a1", &[1.0, 0.0]);
    elsewhere.gallery = gallery_id("guests");
    let refused = gallery.add(&app(1), &elsewhere, OnConflict::Refuse);
    assert!(matches!(refused, Err(GalleryError::GalleryUnknown(id)) if id == gallery_id("guests")));
    elsewhere.gallery = gallery_id("staff");
    add(&gallery, &elsewhere);
    add(&gallery, &new_template("bert", "b1", &[0.0, 1.0]));
    let names = |gallery: &Gallery| {
        let galleries = gallery.list_galleries(&app(1)).expect("known");
        galleries.iter().map(|record| record.gallery.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(&gallery), ["default", "staff"], "`default` came with the first template");
    assert!(gallery.delete_gallery(&app(1), &gallery_id("staff")).expect("deleted"));
    assert!(!gallery.delete_gallery(&app(1), &gallery_id("staff")).expect("gone already"));
    assert_eq!(listed(&gallery), ["bert b1"]);
    drop(gallery);
    let gallery = open(dir.path());
    assert_eq!(names(&gallery), ["default"]);
    assert_eq!(listed(&gallery), ["bert b1"]);
}
