//! Random sequences of changes, compared after each with a plain map.

use std::collections::BTreeMap;

use faceward_core::{Cosine, Embedding};
use faceward_gallery::{Candidate, Gallery, GalleryError, NewTemplate, OnConflict};
use proptest::prelude::*;

use crate::support::{
    app, create_app, embedding, gallery_id, new_template, open, seeded, subject_id, template_id,
};

const GALLERIES: [&str; 3] = ["default", "east", "west"];

#[derive(Clone, Debug)]
enum Change {
    Add { gallery: usize, subject: u8, template: u8, seed: u64, replace: bool },
    Delete { template: u8 },
    DeleteSubject { gallery: usize, subject: u8 },
    DeleteGallery { gallery: usize },
    Reopen,
}

fn change() -> impl Strategy<Value = Change> {
    let (gallery, subject, template) = (0..GALLERIES.len(), 0..4_u8, 0..12_u8);
    prop_oneof![
        8 => (gallery.clone(), subject.clone(), template.clone(), 0..6_u64, any::<bool>()).prop_map(
            |(gallery, subject, template, seed, replace)| Change::Add { gallery, subject, template, seed, replace }
        ),
        4 => template.prop_map(|template| Change::Delete { template }),
        1 => (gallery.clone(), subject).prop_map(|(gallery, subject)| Change::DeleteSubject { gallery, subject }),
        1 => gallery.prop_map(|gallery| Change::DeleteGallery { gallery }),
        1 => Just(Change::Reopen),
    ]
}

/// What the gallery should hold, by template id.
type Model = BTreeMap<String, NewTemplate>;

fn apply(gallery: &Gallery, model: &mut Model, change: &Change) {
    match *change {
        Change::Add { gallery: name, subject, template, seed, replace } => {
            let id = format!("t{template}");
            let mut new = new_template(&format!("s{subject}"), &id, &seeded(seed, 5));
            new.gallery = gallery_id(GALLERIES[name]);
            let on_conflict = if replace { OnConflict::Replace } else { OnConflict::Refuse };
            match gallery.add(&app(1), &new, on_conflict) {
                Err(GalleryError::TemplateExists(_)) => assert!(!replace && model.contains_key(&id)),
                result => {
                    result.expect("added");
                    assert!(model.insert(id, new).is_none() || replace);
                }
            }
        }
        Change::Delete { template } => {
            let id = format!("t{template}");
            let deleted = gallery.delete(&app(1), &template_id(&id)).expect("known");
            assert_eq!(deleted, model.remove(&id).is_some());
        }
        Change::DeleteSubject { gallery: name, subject } => {
            let (name, subject) = (gallery_id(GALLERIES[name]), subject_id(&format!("s{subject}")));
            let before = model.len();
            model.retain(|_, row| row.gallery != name || row.subject != subject);
            let deleted = gallery.delete_subject(&app(1), &name, &subject).expect("known");
            assert_eq!(deleted, before - model.len());
        }
        Change::DeleteGallery { gallery: name } => {
            let name = gallery_id(GALLERIES[name]);
            model.retain(|_, row| row.gallery != name);
            gallery.delete_gallery(&app(1), &name).expect("known");
            if name.as_str() != "default" {
                gallery.create_gallery(&app(1), &name).expect("free again");
            }
        }
        Change::Reopen => {}
    }
}

fn check(gallery: &Gallery, model: &Model, probe: &Embedding) {
    let listed = gallery.list(&app(1), None, None, usize::MAX).expect("known");
    let rows =
        |record: &NewTemplate| (record.template.clone(), record.subject.clone(), record.gallery.clone());
    let expected: Vec<_> = {
        let mut rows: Vec<_> = model.values().map(rows).collect();
        rows.sort();
        rows
    };
    assert_eq!(listed.into_iter().map(|r| (r.template, r.subject, r.gallery)).collect::<Vec<_>>(), expected);

    let mut best: BTreeMap<_, Candidate> = BTreeMap::new();
    for NewTemplate { gallery, subject, name: _, template, embedding } in model.values() {
        let cosine = probe.cosine(embedding).expect("one model");
        let (gallery, subject, template) = (gallery.clone(), subject.clone(), template.clone());
        let key = (gallery.clone(), subject.clone());
        let candidate = Candidate { template, gallery, subject, cosine };
        match best.get(&key) {
            Some(held) if rank(held) <= rank(&candidate) => {}
            _ => {
                best.insert(key, candidate);
            }
        }
    }
    let mut expected: Vec<_> = best.into_values().collect();
    expected.sort_by_key(rank);
    let found = gallery.search(&app(1), None, probe, 6).expect("known");
    expected.truncate(6);
    assert_eq!(found.iter().map(rank).collect::<Vec<_>>(), expected.iter().map(rank).collect::<Vec<_>>());
}

/// Best first. The seeds differ by far more than the last digits in which the two ways of adding up differ.
fn rank(candidate: &Candidate) -> (i64, String) {
    let Cosine(cosine) = candidate.cosine;
    let ids = format!("{} {} {}", candidate.gallery, candidate.subject, candidate.template);
    (-(f64::from(cosine) * 1e5).round() as i64, ids)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_gallery_behaves_like_a_map(changes in prop::collection::vec(change(), 1..40), probe in 0..6_u64) {
        let dir = tempfile::tempdir().expect("a folder");
        let mut gallery = open(dir.path());
        create_app(&gallery, app(1));
        for name in &GALLERIES[1..] {
            gallery.create_gallery(&app(1), &gallery_id(name)).expect("created");
        }
        let mut model = Model::new();
        for change in &changes {
            if matches!(change, Change::Reopen) {
                drop(gallery);
                gallery = open(dir.path());
            }
            apply(&gallery, &mut model, change);
            check(&gallery, &model, &embedding(&seeded(probe, 5)));
        }
    }
}
