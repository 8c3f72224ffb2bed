//! What people call subjects, mirror images, signing keys, revoked tokens: kept over a restart, sealed where they are
//! personal or secret, gone with what they belong to.

use faceward_gallery::{Gallery, OnConflict, SigningKey};
use jiff::{Timestamp, ToSpan as _};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::support::{app, fresh, gallery_id, new_template, open, subject_id, subject_name, template_id};

fn enrol(gallery: &Gallery, subject: &str, template: &str, name: Option<&str>) {
    let name = name.map(subject_name);
    let new = faceward_gallery::NewTemplate { name, ..new_template(subject, template, &[1.0, 0.0]) };
    gallery.add(&app(1), &new, OnConflict::Replace).expect("added");
}

/// `subject name templates` of every subject of `default`.
fn subjects(gallery: &Gallery) -> Vec<String> {
    let records = gallery.list_subjects(&app(1), &gallery_id("default"), None, 9).expect("known");
    let name = |record: &faceward_gallery::SubjectRecord| {
        record.name.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
    };
    records.iter().map(|record| format!("{} {} {}", record.subject, name(record), record.templates)).collect()
}

#[test]
fn a_name_is_kept_until_the_last_template_goes() {
    let (dir, gallery) = fresh();
    enrol(&gallery, "1", "a", Some("Anna"));
    enrol(&gallery, "1", "b", None);
    enrol(&gallery, "2", "c", None);
    assert_eq!(subjects(&gallery), ["1 Anna 2", "2 - 1"]);
    enrol(&gallery, "1", "b", Some("Anna Smith"));
    let name = |gallery: &Gallery| {
        gallery.subject_name(&app(1), &gallery_id("default"), &subject_id("1")).expect("known")
    };
    assert_eq!(name(&gallery), Some(subject_name("Anna Smith")));
    drop(gallery);
    let gallery = open(dir.path());
    assert_eq!(subjects(&gallery), ["1 Anna Smith 2", "2 - 1"]);
    gallery.delete(&app(1), &template_id("a")).expect("deleted");
    assert_eq!(subjects(&gallery), ["1 Anna Smith 1", "2 - 1"]);
    // Replacing the only template of a subject does not cost its name; moving it to another subject does.
    enrol(&gallery, "1", "b", None);
    assert_eq!(subjects(&gallery), ["1 Anna Smith 1", "2 - 1"]);
    enrol(&gallery, "3", "b", None);
    assert_eq!((name(&gallery), subjects(&gallery)), (None, vec!["2 - 1".to_owned(), "3 - 1".to_owned()]));
    drop(gallery);
    assert_eq!(name(&open(dir.path())), None, "on disk as well");
}

#[test]
fn a_name_goes_with_its_subject_and_with_its_gallery() {
    let (dir, gallery) = fresh();
    enrol(&gallery, "1", "a", Some("Anna"));
    gallery.delete_subject(&app(1), &gallery_id("default"), &subject_id("1")).expect("deleted");
    enrol(&gallery, "1", "a", None);
    assert_eq!(subjects(&gallery), ["1 - 1"], "nobody inherits a name");
    enrol(&gallery, "1", "a", Some("Anna"));
    gallery.delete_gallery(&app(1), &gallery_id("default")).expect("deleted");
    enrol(&gallery, "1", "a", None);
    assert_eq!(subjects(&gallery), ["1 - 1"]);
    drop(gallery);
    assert_eq!(subjects(&open(dir.path())), ["1 - 1"]);
}

#[test]
fn no_file_holds_a_name_or_a_signing_key_in_the_clear() {
    let (dir, gallery) = fresh();
    enrol(&gallery, "1", "a", Some("Anna Katharina Smith"));
    gallery.add_signing_key(&signing_key(7), Timestamp::now()).expect("added");
    drop(gallery);
    for entry in fs_err::read_dir(dir.path()).expect("a folder") {
        let content = fs_err::read(entry.expect("an entry").path()).expect("readable");
        let holds = |what: &[u8]| content.windows(what.len()).any(|window| window == what);
        assert!(!holds(b"Katharina") && !holds(&[7; 16]));
    }
}

fn signing_key(seed: u8) -> SigningKey {
    let created_at = Timestamp::from_second(1_800_000_000 + i64::from(seed)).expect("a time");
    let private = Zeroizing::new(vec![seed; 100]);
    SigningKey { id: Uuid::from_u128(u128::from(seed)), private, created_at, expires_at: None }
}

#[test]
fn a_new_signing_key_lets_the_others_end_and_forgets_those_that_have() {
    let (dir, gallery) = fresh();
    let [first, second, third] = [1, 2, 3].map(signing_key);
    let soon = first.created_at + 1.hour();
    gallery.add_signing_key(&first, first.created_at).expect("added");
    gallery.add_signing_key(&second, soon).expect("added");
    let keys = |gallery: &Gallery| {
        let keys = gallery.signing_keys().expect("readable");
        keys.into_iter().map(|key| (key.id, key.private.clone(), key.expires_at)).collect::<Vec<_>>()
    };
    let expected =
        vec![(first.id, first.private.clone(), Some(soon)), (second.id, second.private.clone(), None)];
    assert_eq!(keys(&gallery), expected);
    drop(gallery);
    let gallery = open(dir.path());
    assert_eq!(keys(&gallery), expected);
    gallery.add_signing_key(&third, third.created_at).expect("added: the others end at once");
    assert_eq!(keys(&gallery), [(third.id, third.private, None)]);
}

#[test]
fn a_revoked_token_stays_revoked() {
    let (dir, gallery) = fresh();
    let [token, other] = [1, 2].map(Uuid::from_u128);
    gallery.revoke_token(token, Timestamp::now() + 1.hour()).expect("revoked");
    gallery.revoke_token(token, Timestamp::now() + 1.hour()).expect("twice is no error");
    assert!(gallery.is_token_revoked(token) && !gallery.is_token_revoked(other));
    drop(gallery);
    let gallery = open(dir.path());
    assert!(gallery.is_token_revoked(token) && !gallery.is_token_revoked(other));
}

#[test]
fn whether_an_app_sends_mirror_images_is_kept() {
    let (dir, gallery) = fresh();
    let mirrored = |gallery: &Gallery| gallery.app(&app(1)).expect("known").mirrored;
    assert!(!mirrored(&gallery));
    gallery.set_mirrored(&app(1), true).expect("set");
    assert!(mirrored(&gallery));
    drop(gallery);
    let gallery = open(dir.path());
    assert!(mirrored(&gallery));
    assert!(gallery.set_mirrored(&app(2), true).is_err() && gallery.app(&app(2)).is_err());
}
