//! Apps, their keys and settings, and that none sees anything of another.

use faceward_core::AppId;
use faceward_store::{
    AppRecord, AppSettings, AppThresholds, Consent, Demands, Directory, DirectoryVersion, OnConflict, Page,
    StoreError, Stores, TemplateStore, Withheld,
};

use crate::Fixture;
use crate::samples::{
    add, app, app_record, at, create_apps, embedding, gallery_id, key_hash, new_template, subject_id,
    template_id,
};

async fn keys(stores: &Stores, app: &AppId) -> Vec<(u8, Option<i64>)> {
    let standing = stores.directory.standing(app, None).await.expect("known");
    let end = |end: jiff::Timestamp| end.as_second() - at(0).as_second();
    standing.keys.iter().map(|key| (key.hash.sha256[0], key.expires_at.map(end))).collect()
}

/// Created once, and never without its key.
pub async fn an_app_comes_with_its_first_key(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    assert_eq!(keys(&stores, &app(1)).await, [(1, None)], "the app has its key as soon as it exists");
    let again = stores.directory.create_app(&app_record(app(1)), &key_hash(9)).await;
    assert!(matches!(again, Err(StoreError::AppExists(id)) if id == app(1)), "{again:?}");
    assert_eq!(keys(&stores, &app(1)).await, [(1, None)], "a refused creation adds no key");
    assert_eq!(stores.directory.app(&app(1)).await.expect("known"), app_record(app(1)));
    assert_eq!(keys(&stores, &app(2)).await, [], "an app that does not exist has no keys");
}

/// Whatever is asked of it.
pub async fn an_unknown_app_is_an_error_everywhere(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    let unknown = |result: Result<(), StoreError>| {
        assert!(matches!(result, Err(StoreError::AppUnknown(id)) if id == app(2)), "{result:?}");
    };
    let (directory, templates): (&dyn Directory, &dyn TemplateStore) =
        (&*stores.directory, &*stores.templates);
    let (nobody, id, gallery) = (app(2), template_id("t"), gallery_id("default"));
    unknown(directory.app(&nobody).await.map(drop));
    unknown(directory.set_settings(&nobody, &AppSettings::default()).await);
    let usual = AppSettings::default();
    unknown(directory.replace_settings(&nobody, &usual, &usual).await.map(drop));
    unknown(directory.replace_keys(&nobody, &key_hash(1), at(0), at(0)).await);
    unknown(directory.end_key(&nobody, at(0), at(0)).await.map(|_| ()));
    unknown(directory.delete_app(&nobody).await.map(|_| ()));
    let new = new_template("s", "t", &[1.0]);
    unknown(templates.add(&nobody, &new, OnConflict::Refuse).await.map(|_| ()));
    unknown(templates.delete_template(&nobody, &id).await.map(|_| ()));
    unknown(templates.template(&nobody, &id).await.map(drop));
    unknown(templates.reference(&nobody, &id).await.map(drop));
    unknown(templates.list_templates(&nobody, None, Page::largest(None)).await.map(drop));
    unknown(templates.count_templates(&nobody).await.map(drop));
    unknown(templates.search(&nobody, None, &embedding(&[1.0]), 1).await.map(drop));
    unknown(templates.create_gallery(&nobody, &gallery).await.map(drop));
    unknown(templates.gallery(&nobody, &gallery).await.map(drop));
    unknown(templates.list_galleries(&nobody, Page::largest(None)).await.map(drop));
    unknown(templates.delete_gallery(&nobody, &gallery).await.map(|_| ()));
    unknown(templates.delete_all_galleries(&nobody).await.map(|_| ()));
    unknown(templates.list_subjects(&nobody, &gallery, Page::largest(None)).await.map(drop));
    let model = new.embedding.model();
    unknown(templates.references(&nobody, &gallery, &subject_id("s"), model).await.map(drop));
    unknown(templates.delete_subject(&nobody, &gallery, &subject_id("s")).await.map(|_| ()));
}

/// Retired keys end, and one that ends already ends no later for it.
pub async fn old_keys_end_and_never_later(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 2).await;
    let directory = &stores.directory;
    directory.replace_keys(&app(1), &key_hash(11), at(1), at(100)).await.expect("replaced");
    assert_eq!(keys(&stores, &app(1)).await, [(1, Some(100)), (11, None)]);
    directory.replace_keys(&app(1), &key_hash(12), at(2), at(300)).await.expect("replaced");
    assert_eq!(keys(&stores, &app(1)).await, [(1, Some(100)), (11, Some(300)), (12, None)]);
    directory.replace_keys(&app(1), &key_hash(11), at(3), at(50)).await.expect("replaced");
    let expected = [(1, Some(50)), (11, None), (12, Some(50))];
    assert_eq!(keys(&stores, &app(1)).await, expected, "a key that comes back has no end");
    assert_eq!(keys(&stores, &app(2)).await, [(2, None)], "nobody else's keys");
    assert!(directory.end_key(&app(1), at(2), at(20)).await.expect("known"));
    assert_eq!(keys(&stores, &app(1)).await, [(1, Some(50)), (11, None), (12, Some(20))]);
    assert!(directory.end_key(&app(1), at(2), at(30)).await.expect("known"));
    assert!(!directory.end_key(&app(1), at(7), at(30)).await.expect("known"));
    assert!(directory.end_key(&app(1), at(1), at(30)).await.expect("known"));
    let expected = [(1, Some(50)), (11, Some(30)), (12, Some(20))];
    assert_eq!(keys(&stores, &app(1)).await, expected, "it ends no later than it would have");
}

/// Of two who change what both have read, one is told that it is no longer so.
pub async fn settings_are_replaced_by_one_of_two(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    let (directory, id) = (&stores.directory, app(1));
    let known = directory.app(&id).await.expect("known").settings;
    let mirrored = AppSettings { mirrored: true, ..known.clone() };
    let disabled = AppSettings { disabled: true, ..known.clone() };
    let (one, other) = futures_util::join!(
        directory.replace_settings(&id, &known, &mirrored),
        directory.replace_settings(&id, &known, &disabled)
    );
    let (one, other) = (one.expect("known"), other.expect("known"));
    assert!(one != other, "{one} {other}");
    let kept = directory.app(&id).await.expect("known").settings;
    assert_eq!(kept, if one { mirrored } else { disabled });
    assert!(directory.replace_settings(&id, &kept, &known).await.expect("known"));
    assert_eq!(directory.app(&id).await.expect("known").settings, known);
}

/// Those of one app alone.
pub async fn settings_are_kept(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 2).await;
    let limit = std::num::NonZeroU32::new;
    let all = AppSettings {
        mirrored: true,
        disabled: true,
        origins: vec!["https://a.example".to_owned(), "http://localhost:3000".to_owned()],
        requests_per_minute: limit(60),
        requests_per_day: limit(u32::MAX),
        consent: Some(Consent { version: "2".to_owned(), text: "Grüße, \"you\"\nand more".to_owned() }),
        thresholds: AppThresholds { similarity: Some(0.8), liveness: Some(1.0), deepfake: None },
        withheld: Withheld { demography: false, race: true },
        enroll: Demands { live: true, quality: None },
        compare: Demands { live: false, quality: Some(0.3) },
        expire_after_days: limit(1095),
    };
    stores.directory.set_settings(&app(1), &all).await.expect("set");
    for (number, expected) in [(1, all), (2, AppSettings::default())] {
        assert_eq!(stores.directory.app(&app(number)).await.expect("known").settings, expected);
    }
}

/// Both without touching anything else of it.
pub async fn apps_are_renamed_and_switched_off(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 2).await;
    let directory = &*stores.directory;
    directory.rename_app(&app(1), "another name").await.expect("renamed");
    let renamed = AppRecord { name: "another name".to_owned(), ..app_record(app(1)) };
    assert_eq!(directory.app(&app(1)).await.expect("known"), renamed);
    assert!(matches!(directory.rename_app(&app(9), "x").await, Err(StoreError::AppUnknown(_))));
    let disabled = AppSettings { disabled: true, ..AppSettings::default() };
    directory.set_settings(&app(1), &disabled).await.expect("set");
    for (number, expected) in [(1, true), (2, false), (9, false)] {
        let standing = directory.standing(&app(number), None).await.expect("an answer");
        assert_eq!((standing.disabled, standing.keys.len()), (expected, usize::from(number < 3)));
    }
}

/// In ascending order of id.
pub async fn apps_come_in_pages(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 5).await;
    let directory = &stores.directory;
    stores.directory.delete_app(&app(3)).await.map(|_| ()).expect("deleted");
    let page = async |after: Option<u128>, limit| {
        let after = after.map(app);
        let apps = directory.list_apps(Page::new(after.as_ref(), limit)).await.expect("a page");
        apps.iter().map(|record| record.id.0.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, [1, 2]);
    assert_eq!(page(Some(2), 2).await, [4, 5]);
    assert_eq!(page(Some(3), 9).await, [4, 5], "the one before is gone");
    assert_eq!(page(Some(5), 9).await, []);
}

/// The same ids in two apps are different things, and what ends with one stays with the other.
pub async fn two_apps_share_nothing(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 2).await;
    for (number, vector) in [(1, [1.0, 0.0]), (2, [0.0, 1.0])] {
        let new = new_template("s", "t", &vector);
        let added = stores.templates.add(&app(number), &new, OnConflict::Refuse).await;
        added.map(|_| ()).expect("ids are free in each app");
    }
    for (number, expected) in [(1, 1.0), (2, 0.0)] {
        let found = stores.templates.search(&app(number), None, &embedding(&[1.0, 0.0]), 9).await;
        let found = found.expect("known");
        assert_eq!((found.len(), found[0].cosine.0), (1, expected), "app {number}");
    }
    let deleted = stores.templates.delete_template(&app(2), &template_id("t")).await.expect("deleted");
    assert_eq!(deleted.n_templates, 1);
    for (number, expected) in [(1, 1), (2, 0)] {
        assert_eq!(stores.templates.count_templates(&app(number)).await.expect("known"), expected);
    }
    stores.directory.delete_app(&app(2)).await.map(|_| ()).expect("deleted");
    assert_eq!(stores.templates.count_templates(&app(1)).await.expect("known"), 1);
    stores.directory.create_app(&app_record(app(2)), &key_hash(9)).await.expect("the id is free again");
    let gallery = stores.templates.gallery(&app(2), &gallery_id("default")).await;
    assert!(matches!(gallery, Err(StoreError::GalleryUnknown(_))), "nothing came back: {gallery:?}");
}

/// So that what was kept of an answer is known to be old.
pub async fn versions_rise_with_every_change(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let directory = &stores.directory;
    let mut last = directory.version().await.expect("a version");
    let mut rises = async |what: fn(&DirectoryVersion) -> faceward_store::Version, change: &str| {
        let version = directory.version().await.expect("a version");
        assert!(what(&version) > what(&last), "{change}: {version:?} after {last:?}");
        last = version;
    };
    create_apps(&stores, 1).await;
    rises(|version| version.apps, "an app").await;
    directory.replace_keys(&app(1), &key_hash(2), at(1), at(1)).await.expect("replaced");
    rises(|version| version.apps, "a key").await;
    directory
        .set_settings(&app(1), &AppSettings { mirrored: true, ..AppSettings::default() })
        .await
        .expect("set");
    rises(|version| version.apps, "settings").await;
    directory.revoke_token(uuid::Uuid::from_u128(1), at(9), at(1)).await.expect("revoked");
    rises(|version| version.revocations, "a revocation").await;
    let mut templates = stores.templates.version().await.expect("a version");
    add(&stores, &new_template("s", "t", &[1.0])).await;
    for change in ["an enrolment", "a deletion"] {
        let version = stores.templates.version().await.expect("a version");
        assert!(version > templates, "{change}");
        templates = version;
        let deleted = stores.templates.delete_template(&app(1), &template_id("t")).await.expect("no error");
        assert_eq!(deleted.n_templates, usize::from(change == "an enrolment"));
    }
}
