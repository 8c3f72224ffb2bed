//! Commands on real photos.

use faceward_testkit::fixture;

use crate::process::{Place, Ran, text};

fn verify(place: &Place, first: &str, second: &str) -> Ran {
    place.run(&["verify", text(&fixture(first)), text(&fixture(second)), "--json"])
}

#[test]
fn one_person_verifies_and_two_do_not() {
    let place = Place::new();
    let same = verify(&place, "obama.jpg", "obama2.jpg").exits(0).json();
    assert_eq!(same["same"], true);
    let other = verify(&place, "obama.jpg", "biden.jpg").exits(1).json();
    assert_eq!(other["same"], false);
    assert!(same["similarity"].as_f64() > other["similarity"].as_f64(), "{same} {other}");
    assert!(!place.path("faceward-data").exists(), "comparing two photos leaves nothing behind");
}

#[test]
fn what_is_no_photo_ends_with_three() {
    let place = Place::new();
    place.write("text.jpg", "not a photo at all");
    let ran = place.run(&["verify", "text.jpg", "text.jpg"]).exits(3);
    assert!(ran.err.contains("first photo"), "{}", ran.err);
    place.run(&["verify", "no-such.jpg", "text.jpg"]).exits(3);
}

#[test]
fn enrolled_people_are_identified_and_strangers_are_not() {
    let place = Place::new();
    let portrait = fixture("obama.jpg");
    let enroll = ["enroll", text(&portrait), "--template", "barack", "--json"];
    let nobody = place.run(&enroll).exits(5);
    assert!(nobody.err.contains("app create"), "{}", nobody.err);
    place.run(&["app", "create"]).exits(0);
    let enrolled = place.run(&enroll).exits(0).json();
    assert_eq!(
        (enrolled["template"].as_str(), enrolled["gallery"].as_str()),
        (Some("barack"), Some("default"))
    );
    place.run(&enroll).exits(5);
    place.run(&[&enroll[..], &["--replace"]].concat()).exits(0);
    let found = place.run(&["identify", text(&fixture("obama2.jpg")), "--json"]).exits(0).json();
    assert_eq!(found["candidates"][0]["template"].as_str(), Some("barack"));
    let stranger = place.run(&["identify", text(&fixture("biden.jpg")), "--json"]).exits(1).json();
    assert_eq!(
        (&stranger["matched"], stranger["candidates"].as_array().map(Vec::len)),
        (&false.into(), Some(0))
    );
}

#[test]
fn an_analysis_is_printed_and_drawn() {
    let place = Place::new();
    let (portrait, drawing) = (fixture("obama.jpg"), place.path("out.png"));
    let answer = place.run(&["analyze", text(&portrait), "--json", "--draw", text(&drawing)]).exits(0).json();
    let face = &answer[0]["analysis"]["faces"][0];
    assert!(face["confidence"].as_f64().is_some_and(|confidence| confidence > 0.8), "{face}");
    let drawn = image::open(&drawing).expect("a drawing").into_rgb8();
    let photo = image::open(&portrait).expect("the photo").into_rgb8();
    assert_eq!(drawn.dimensions(), photo.dimensions());
    let changed = drawn.pixels().zip(photo.pixels()).filter(|(a, b)| a != b).count();
    assert!(changed > 1000, "only {changed} pixels differ from the photo");
    let words = place.run(&["analyze", text(&portrait)]).exits(0).out;
    assert!(words.contains("1 faces") && words.contains("pose"), "{words}");
}

#[test]
fn models_are_listed_and_verified() {
    let place = Place::new();
    faceward_testkit::store();
    let models = place.run(&["models", "list", "--json", "--offline"]).exits(0).json();
    let models = models.as_array().expect("a list");
    assert!(models.iter().any(|model| model["id"] == "sface-2021dec"));
    assert!(models.iter().all(|model| model["state"] == "ready"), "{models:?}");
    assert_eq!(place.run(&["models", "verify", "--json"]).exits(0).json(), serde_json::json!([]));
}

#[test]
fn without_models_and_network_four_is_the_code_and_the_way_out_is_named() {
    let place = Place::new();
    let empty = place.path("no-models");
    let photo = fixture("obama.jpg");
    let arguments = ["verify", text(&photo), text(&photo), "--offline", "--models-dir", text(&empty)];
    let ran = place.run(&arguments).exits(4);
    assert!(ran.err.contains("--from"), "{}", ran.err);
}

#[test]
fn verification_is_measured_over_a_list_of_pairs() {
    let place = Place::new();
    for name in ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"] {
        fs_err::copy(fixture(name), place.path(name)).expect("a copy");
    }
    place.write("empty.jpg", "");
    place.write(
        "pairs.csv",
        "path_a,path_b,same\nobama.jpg,obama2.jpg,1\nobama.jpg,obama3.jpg,1\nobama.jpg,biden.jpg,0\nobama2.jpg,biden.jpg,0\nobama.jpg,empty.jpg,1\n",
    );
    place
        .run(&["eval", "verification", "--pairs", "pairs.csv", "--root", ".", "--json", "out.json"])
        .exits(0);
    let report = fs_err::read_to_string(place.path("out.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!([&report["n_genuine"], &report["n_impostor"], &report["failures"]], [2, 2, 1]);
    assert_eq!([&report["eer"], &report["accuracy"]], [0.0, 1.0]);
    assert_eq!(report["fnmr_at_fmr"]["1e-2"]["fnmr"], 0.0);
    assert_eq!(report["failed"][0]["path"], "empty.jpg");
}
