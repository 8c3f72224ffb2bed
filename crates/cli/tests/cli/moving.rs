//! Templates from one installation to another.

use std::sync::Arc;

use age::secrecy::ExposeSecret as _;
use faceward_core::{AppId, Embedding, GalleryId, ModelId, SubjectId, SubjectName, TemplateId};
use faceward_embedded::Embedded;
use faceward_models::calibration::projection::projection;
use faceward_store::{NewTemplate, OnConflict, Page, StoredTemplate, Stores};
use faceward_testkit::postgres_database;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::process::Place;

const APP: &str = "0e62a7d4-7c1d-4903-9031-f8e198c49375";
const SECRET: (&str, &str) = ("THE_PASSPHRASE", "correct horse battery staple");
const BY_PASSPHRASE: [&str; 2] = ["--passphrase", "env:THE_PASSPHRASE"];

fn app() -> AppId {
    AppId(Uuid::try_parse(APP).expect("an id"))
}

fn stores(place: &Place) -> Stores {
    let opened =
        Embedded::open_comparing(&place.path("faceward-data"), Some(Arc::clone(projection())), &|_| {});
    opened.expect("the folder opens").into()
}

fn block_on<T>(asked: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(asked)
}

/// `n_values` values that look like no other `seed`'s.
fn face(model: &str, seed: u32, n_values: u32) -> Embedding {
    let value = |at: u32| ((at * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0;
    Embedding::normalised(ModelId::new(model), (0..n_values).map(value).collect()).expect("a direction")
}

/// An installation with an app and three templates: one that is compared, one kept by force, one of another model.
fn filled() -> Place {
    let place = Place::new();
    place.run(&["app", "create", "shop", "--id", APP]).exits(0);
    let stores = stores(&place);
    block_on(async {
        let (staff, empty) = (id("staff", GalleryId::parse), id("empty", GalleryId::parse));
        for gallery in [&staff, &empty] {
            stores.templates.create_gallery(&app(), gallery).await.expect("made");
        }
        let models = ["sface+fr-feature-2", "sface+fr-feature-2/too-poor", "yesterdays"];
        for (seed, model) in (1..).zip(models) {
            let new = NewTemplate {
                gallery: staff.clone(),
                subject: id("anna", SubjectId::parse),
                name: Some(id("Anna Á.", SubjectName::parse)),
                template: id(&format!("t{seed}"), TemplateId::parse),
                embedding: face(model, seed, 640),
                created_at: Some("2026-01-02T03:04:05.678901Z".parse().expect("a time")),
                expires_at: (seed == 1).then(|| "2126-01-01T00:00:00Z".parse::<Timestamp>().expect("a time")),
            };
            stores.templates.add(&app(), &new, OnConflict::Refuse).await.map(drop).expect("added");
        }
    });
    place
}

fn id<T, E: std::fmt::Debug>(text: &str, parse: impl Fn(&str) -> Result<T, E>) -> T {
    parse(text).expect("an id")
}

fn whole(place: &Place) -> Vec<StoredTemplate> {
    let stores = stores(place);
    block_on(stores.templates.whole_templates(&app(), Page::largest(None))).expect("readable")
}

/// An installation with an app that has nothing.
fn empty() -> Place {
    let place = Place::new();
    place.run(&["app", "create", "shop", "--id", APP]).exits(0);
    place
}

fn import(place: &Place, file: &str, more: &[&str]) -> crate::process::Ran {
    place.run_with(&[SECRET], &[&["import", file, "--json"], more].concat())
}

fn counts(report: &Value) -> [u64; 3] {
    ["added", "there_already", "replaced"].map(|name| report[name].as_u64().expect("a number"))
}

#[test]
fn templates_move_from_folder_to_folder_whole_and_only_once() {
    let (from, to) = (filled(), empty());
    let made = from.run_with(&[SECRET], &[&["export", "faces"][..], &BY_PASSPHRASE].concat()).exits(0);
    assert!(made.out.contains("3 templates, 2 galleries"), "{made:?}");
    let file = from.path("faces");
    let bytes = fs_err::read(&file).expect("there");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("age-encryption.org/v1") && !text.contains("anna") && !text.contains("staff"));
    let file = file.to_str().expect("UTF-8");
    let report = import(&to, file, &BY_PASSPHRASE).exits(0).json();
    assert_eq!(counts(&report), [3, 0, 0], "{report}");
    assert_eq!((&report["kept_by_force"], &report["not_comparable"]["yesterdays"]), (&1.into(), &1.into()));
    assert_eq!(whole(&to), whole(&from));
    let again = import(&to, file, &BY_PASSPHRASE).exits(0).json();
    assert_eq!(counts(&again), [0, 3, 0], "{again}");
    assert_eq!(whole(&to), whole(&from));
    let log = |place: &Place, action: &str| {
        place.run(&["audit", "--format", "jsonl", "--action", action]).exits(0).out.lines().count()
    };
    assert_eq!((log(&from, "export_templates"), log(&to, "import_templates")), (2, 4));
    assert_eq!(log(&to, "import_template"), 3);
}

#[test]
fn a_file_that_is_not_whole_or_not_opened_changes_nothing() {
    let (from, to) = (filled(), empty());
    from.run_with(&[SECRET], &[&["export", "faces"][..], &BY_PASSPHRASE].concat()).exits(0);
    let bytes = fs_err::read(from.path("faces")).expect("there");
    let mut altered = bytes.clone();
    let last = altered.len() - 40;
    altered[last] ^= 1;
    let refused = [
        ("cut", bytes[..bytes.len() - 1].to_vec(), "is"),
        ("altered", altered, "damaged"),
        ("foreign", b"photo,subject\n1.jpg,anna\n".to_vec(), "no file of age"),
        ("nothing", Vec::new(), "no file of age"),
    ];
    for (name, bytes, why) in refused {
        fs_err::write(to.path(name), bytes).expect("written");
        let refused = import(&to, name, &BY_PASSPHRASE).exits(5);
        assert!(refused.err.contains(why) && refused.err.contains(name), "{refused:?}");
    }
    let file = from.path("faces");
    let file = file.to_str().expect("UTF-8");
    let wrong = to
        .run_with(&[("THE_PASSPHRASE", "another")], &["import", file, "--passphrase", "env:THE_PASSPHRASE"]);
    assert!(wrong.exits(5).err.contains("another one"));
    let typed = import(&to, file, &["--passphrase", "correct horse"]).exits(2);
    assert!(!typed.err.contains("horse"), "{typed:?}");
    import(&to, file, &[]).exits(2);
    assert_eq!(whole(&to), []);
    let nowhere = Place::new();
    let refused = import(&nowhere, file, &BY_PASSPHRASE).exits(5);
    assert!(refused.err.contains(APP) && refused.err.contains("--app"), "{refused:?}");
    from.run_with(&[SECRET], &[&["export", "faces"][..], &BY_PASSPHRASE].concat()).exits(2);
}

#[test]
fn what_is_over_is_not_exported_and_a_folder_that_is_none_neither() {
    let place = filled();
    let stores_of_it = stores(&place);
    block_on(async {
        let over = NewTemplate {
            gallery: id("staff", GalleryId::parse),
            subject: id("visitor", SubjectId::parse),
            name: None,
            template: id("over", TemplateId::parse),
            embedding: face("sface+fr-feature-2", 9, 640),
            created_at: None,
            expires_at: Some(Timestamp::now()),
        };
        stores_of_it.templates.add(&app(), &over, OnConflict::Refuse).await.map(drop).expect("added");
    });
    drop(stores_of_it);
    let made = place.run_with(&[SECRET], &[&["export", "faces"][..], &BY_PASSPHRASE].concat()).exits(0);
    assert!(made.out.contains("3 templates, 2 galleries"), "{made:?}");
    let mistyped = [&["export", "none", "--data-dir", "nowhere"][..], &BY_PASSPHRASE].concat();
    let refused = place.run_with(&[SECRET], &mistyped).exits(5);
    assert!(refused.err.contains("nowhere is no data folder"), "{refused:?}");
    assert!(!place.path("nowhere").exists() && !place.path("none").exists());
}

#[test]
fn a_file_that_cannot_be_read_twice_is_no_file() {
    let place = empty();
    let refused = place.run_with(&[SECRET], &["import", "/dev/null", "--passphrase", "env:THE_PASSPHRASE"]);
    assert!(refused.exits(2).err.contains("/dev/null is no file"));
}

#[test]
fn two_who_import_at_once_take_nothing_from_each_other() {
    const N_TEMPLATES: u64 = 60;
    let (one, two, address) = (Place::new(), Place::new(), postgres_database());
    let store = [("FACEWARD_STORE", address.as_str()), SECRET];
    for (place, seed) in [(&one, 0), (&two, 1000)] {
        place.run(&["app", "create", "shop", "--id", APP]).exits(0);
        let stores = stores(place);
        block_on(async {
            for number in 0..N_TEMPLATES as u32 {
                let new = NewTemplate {
                    gallery: id("default", GalleryId::parse),
                    subject: id(&format!("s{number}"), SubjectId::parse),
                    name: None,
                    template: id(&format!("t{number:03}"), TemplateId::parse),
                    embedding: face("sface+fr-feature-2", seed + number, 640),
                    created_at: None,
                    expires_at: None,
                };
                stores.templates.add(&app(), &new, OnConflict::Refuse).await.map(drop).expect("added");
            }
        });
        drop(stores);
        place.run_with(&[SECRET], &[&["export", "faces"][..], &BY_PASSPHRASE].concat()).exits(0);
    }
    one.run_with(&store, &["app", "create", "shop", "--id", APP]).exits(0);
    let (ours, theirs) = (one.path("faces"), two.path("faces"));
    let files = [ours, theirs].map(|file| file.to_str().expect("UTF-8").to_owned());
    let taken = std::thread::scope(|scope| {
        let runs = files.each_ref().map(|file| {
            let run =
                || one.run_with(&store, &["import", file, "--json", "--passphrase", "env:THE_PASSPHRASE"]);
            scope.spawn(run)
        });
        runs.map(|run| run.join().expect("it ran").json())
    });
    let added: u64 = taken.iter().map(|report| counts(report)[0]).sum();
    assert_eq!(added, N_TEMPLATES, "{taken:?}");
    // Whatever each has told as added is there: a second run finds it.
    for (file, told) in files.iter().zip(&taken) {
        let again = one.run_with(&store, &["import", file, "--json", "--passphrase", "env:THE_PASSPHRASE"]);
        assert_eq!(counts(&again.json()), [0, counts(told)[0], 0]);
    }
}

#[test]
fn templates_move_into_a_database_and_out_of_it_by_keys_of_age() {
    let (from, to, address) = (filled(), empty(), postgres_database());
    let (ours, other) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
    let recipient = ours.to_public().to_string();
    for (place, identity) in [(&from, &ours), (&to, &ours), (&to, &other)] {
        let name = if std::ptr::eq(identity, &ours) { "ours.txt" } else { "other.txt" };
        place.write(name, identity.to_string().expose_secret());
    }
    from.run(&["export", "one", "--recipient", &recipient]).exits(0);
    let store = [("FACEWARD_STORE", address.as_str())];
    from.run_with(&store, &["app", "create", "shop", "--id", APP]).exits(0);
    let taken = from.run_with(&store, &["import", "one", "--identity", "ours.txt", "--json"]).exits(0);
    assert_eq!(counts(&taken.json()), [3, 0, 0]);
    from.run_with(&store, &["export", "two", "--recipient", &recipient]).exits(0);
    let two = from.path("two");
    let two = two.to_str().expect("UTF-8");
    let wrong = to.run(&["import", two, "--identity", "other.txt"]).exits(5);
    assert!(wrong.err.contains("none is that of the identity"), "{wrong:?}");
    let taken = to.run(&["import", two, "--identity", "ours.txt", "--json"]).exits(0);
    assert_eq!(counts(&taken.json()), [3, 0, 0]);
    assert_eq!(whole(&to), whole(&from));
}
