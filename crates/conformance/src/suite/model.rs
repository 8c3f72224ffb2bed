//! Random sequences of changes in two apps at once, compared after each with plain maps.

use std::collections::BTreeMap;

use faceward_core::AppId;
use faceward_store::{NewTemplate, OnConflict, StoreError, Stores};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::search::{one_by_one, rows};
use crate::Fixture;
use crate::samples::{
    app, create_apps, embedding, gallery_id, new_template, seeded, subject_id, template_id,
};

const GALLERIES: [&str; 3] = ["default", "east", "west"];
const APPS: u128 = 2;

#[derive(Clone, Debug)]
enum Step {
    Add { gallery: usize, subject: u8, template: u8, seed: u64, replace: bool },
    Delete { template: u8 },
    DeleteSubject { gallery: usize, subject: u8 },
    DeleteGallery { gallery: usize },
    DeleteAll,
    Reopen,
}

fn step() -> impl Strategy<Value = (u128, Step)> {
    let (gallery, subject, template) = (0..GALLERIES.len(), 0..4_u8, 0..12_u8);
    let step = prop_oneof![
        24 => (gallery.clone(), subject.clone(), template.clone(), 0..6_u64, any::<bool>()).prop_map(
            |(gallery, subject, template, seed, replace)| Step::Add { gallery, subject, template, seed, replace }
        ),
        12 => template.prop_map(|template| Step::Delete { template }),
        3 => (gallery.clone(), subject).prop_map(|(gallery, subject)| Step::DeleteSubject { gallery, subject }),
        3 => gallery.prop_map(|gallery| Step::DeleteGallery { gallery }),
        1 => Just(Step::DeleteAll),
        3 => Just(Step::Reopen),
    ];
    (1..=APPS, step)
}

/// What an app should hold, by template id.
type Model = BTreeMap<String, NewTemplate>;

/// `cases` random sequences; a failing one is made as short as it fails.
///
/// # Panics
/// The store does other than a map would.
pub fn it_behaves_like_a_map<F: Fixture>(cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let sequences = (prop::collection::vec(step(), 1..40), 0..6_u64);
    let passed = TestRunner::new(config).run(&sequences, |(steps, probe)| {
        runtime.block_on(run::<F>(&steps, probe));
        Ok::<(), TestCaseError>(())
    });
    assert!(passed.is_ok(), "{passed:?}");
}

async fn run<F: Fixture>(steps: &[(u128, Step)], probe: u64) {
    let mut fixture = F::fresh().await;
    create_apps(&fixture.stores(), APPS).await;
    let mut models = BTreeMap::new();
    for number in 1..=APPS {
        create_galleries(&fixture.stores(), &app(number)).await;
        models.insert(app(number), Model::new());
    }
    for (number, step) in steps {
        let id = app(*number);
        if matches!(step, Step::Reopen) {
            fixture.reopen().await;
        }
        let model = models.get_mut(&id).expect("one of the apps");
        apply(&fixture.stores(), &id, model, step).await;
        // Both: what is done in one app must not show in the other.
        for (id, model) in &models {
            check(&fixture.stores(), id, model, probe).await;
        }
    }
}

async fn create_galleries(stores: &Stores, app: &AppId) {
    for name in &GALLERIES[1..] {
        stores.templates.create_gallery(app, &gallery_id(name)).await.expect("created");
    }
}

async fn apply(stores: &Stores, app: &AppId, model: &mut Model, step: &Step) {
    let templates = &stores.templates;
    match *step {
        Step::Add { gallery, subject, template, seed, replace } => {
            let id = format!("t{template}");
            let mut new = new_template(&format!("s{subject}"), &id, &seeded(seed, 5));
            new.gallery = gallery_id(GALLERIES[gallery]);
            let on_conflict = if replace { OnConflict::Replace } else { OnConflict::Refuse };
            match templates.add(app, &new, on_conflict).await {
                Err(StoreError::TemplateExists(_)) => assert!(!replace && model.contains_key(&id)),
                result => {
                    result.map(|_| ()).expect("added");
                    assert!(model.insert(id, new).is_none() || replace);
                }
            }
        }
        Step::Delete { template } => {
            let id = format!("t{template}");
            let deleted = templates.delete_template(app, &template_id(&id)).await.expect("known");
            assert_eq!(deleted.n_templates, usize::from(model.remove(&id).is_some()));
        }
        Step::DeleteSubject { gallery, subject } => {
            let (gallery, subject) = (gallery_id(GALLERIES[gallery]), subject_id(&format!("s{subject}")));
            let before = model.len();
            model.retain(|_, row| row.gallery != gallery || row.subject != subject);
            match templates.delete_subject(app, &gallery, &subject).await {
                // `default` comes with its first template.
                Err(StoreError::GalleryUnknown(_)) => assert_eq!(gallery.as_str(), GALLERIES[0]),
                deleted => assert_eq!(deleted.expect("known").n_templates, before - model.len()),
            }
        }
        Step::DeleteGallery { gallery } => {
            let gallery = gallery_id(GALLERIES[gallery]);
            let before = model.len();
            model.retain(|_, row| row.gallery != gallery);
            match templates.delete_gallery(app, &gallery).await {
                Err(StoreError::GalleryUnknown(_)) => assert_eq!(gallery.as_str(), GALLERIES[0]),
                deleted => assert_eq!(deleted.expect("known").n_templates, before - model.len()),
            }
            if gallery.as_str() != GALLERIES[0] {
                templates.create_gallery(app, &gallery).await.expect("free again");
            }
        }
        Step::DeleteAll => {
            let deleted = templates.delete_all_galleries(app).await.expect("known");
            assert_eq!(deleted.n_templates, model.len());
            model.clear();
            create_galleries(stores, app).await;
        }
        Step::Reopen => {}
    }
}

async fn check(stores: &Stores, app: &AppId, model: &Model, probe: u64) {
    let page = faceward_store::Page::largest(None);
    let listed = stores.templates.list_templates(app, None, page).await.expect("known");
    let listed: Vec<_> = listed.into_iter().map(|r| (r.template, r.subject, r.gallery)).collect();
    let mut expected: Vec<_> =
        model.values().map(|row| (row.template.clone(), row.subject.clone(), row.gallery.clone())).collect();
    expected.sort();
    assert_eq!(listed, expected);
    assert_eq!(stores.templates.count_templates(app).await.expect("known"), model.len());
    let all: Vec<_> = model.values().cloned().collect();
    let probe = embedding(&seeded(probe, 5));
    let found = stores.templates.search(app, None, &probe, 6).await.expect("known");
    assert_eq!(rows(found), one_by_one(&all, &probe, 6));
    let one = gallery_id(GALLERIES[1]);
    let found = stores.templates.search(app, Some(std::slice::from_ref(&one)), &probe, 6).await;
    let of_one: Vec<_> = all.into_iter().filter(|row| row.gallery == one).collect();
    assert_eq!(rows(found.expect("known")), one_by_one(&of_one, &probe, 6));
}
