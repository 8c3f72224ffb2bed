//! Deletion records: made by a deletion, found in the log, and compared with a backup from before and one from after.

use faceward_core::{AppId, Embedding, GalleryId, ModelId, SubjectId, TemplateId};
use faceward_embedded::Embedded;
use faceward_store::{NewTemplate, OnConflict, Stores};
use uuid::Uuid;

use crate::process::{Place, Ran, text};

const APP: &str = "0e62a7d4-7c1d-4903-9031-f8e198c49375";

/// An installation with an app and two templates.
fn filled() -> Place {
    let place = Place::new();
    place.run(&["app", "create", "shop", "--id", APP]).exits(0);
    let stores: Stores = Embedded::open(&place.path("faceward-data")).expect("the folder opens").into();
    let app = AppId(Uuid::try_parse(APP).expect("an id"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for (template, vector) in [("a", vec![1.0, 0.0]), ("b", vec![0.0, 1.0])] {
        let new = NewTemplate {
            gallery: GalleryId::parse("default").expect("an id"),
            subject: SubjectId::parse("anna").expect("an id"),
            name: None,
            template: TemplateId::parse(template).expect("an id"),
            embedding: Embedding::normalised(ModelId::new("toy-1"), vector).expect("a direction"),
            created_at: None,
            expires_at: None,
        };
        runtime.block_on(stores.templates.add(&app, &new, OnConflict::Refuse)).map(drop).expect("added");
    }
    drop(stores);
    place
}

fn check(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&["audit", "deletion", "--record", "record.json"], more].concat())
}

#[test]
fn an_auditor_compares_a_record_with_the_stores_of_before_and_after() {
    let place = filled();
    place.run(&["backup", "before"]).exits(0);
    place.run(&["app", "delete", APP, "--yes"]).exits(0);
    place.run(&["backup", "after"]).exits(0);
    let log = place.run(&["audit", "--format", "jsonl", "--action", "delete_app"]).exits(0).out;
    let line = log.lines().find(|line| line.contains("answered")).expect("it is done");
    assert!(line.contains("\"templates\":2") && line.contains("\"models\":[\"toy-1\"]"), "{line}");
    place.write("record.json", line);
    let both = check(&place, &["--before", "before", "--after", "after"]).exits(0);
    assert!(both.out.contains("these are the rows that were deleted"), "{both:?}");
    assert!(both.out.contains("no template is there") && both.out.contains("copies elsewhere"), "{both:?}");
    check(&place, &["--after", "faceward-data"]).exits(0);
    let wrong = check(&place, &["--before", "after"]).exits(1);
    assert!(wrong.out.contains("NOT the rows"), "{wrong:?}");
    let there = check(&place, &["--before", "before", "--after", "before"]).exits(1);
    assert!(there.out.contains("2 of the rows are STILL THERE"), "{there:?}");
    let alone = check(&place, &["--after", "before"]).exits(1);
    assert!(alone.out.contains("2 templates ARE THERE"), "{alone:?}");

    let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
    let digest = record["deletion"]["sha256"].as_str().expect("a digest");
    // Only the record, with another digest.
    place.write("record.json", &record["deletion"].to_string().replace(digest, &"0".repeat(64)));
    check(&place, &["--before", "before"]).exits(1);
    place.write("record.json", &line.replace(digest, &digest[1..]));
    check(&place, &["--before", "before"]).exits(5);
    place.write("record.json", &line.replace("faceward-rows-1", "faceward-rows-9"));
    let unknown = check(&place, &["--before", "before"]).exits(5);
    assert!(unknown.err.contains("faceward-rows-9"), "{unknown:?}");

    place.write("record.json", line);
    let file = place.path("before/gallery.db");
    let mut bytes = fs_err::read(&file).expect("there");
    bytes.push(0);
    fs_err::write(&file, bytes).expect("altered");
    let altered = check(&place, &["--before", text(&place.path("before"))]).exits(5);
    assert!(altered.err.contains("not as it was written"), "{altered:?}");
    check(&place, &["--before", "nowhere"]).exits(5);
    check(&place, &[]).exits(2);
    check(&place, &["--before", "mysql://x"]).exits(2);
    place.run(&["audit", "deletion", "--record", "missing.json", "--before", "after"]).exits(2);
}
