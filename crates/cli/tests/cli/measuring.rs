//! `eval` and `calibrate` from outside: indexes in, figures and exit codes out.

use faceward_testkit::fixture;

use crate::process::{Place, text};

/// A folder with photos of two people, and an index of them.
fn photos() -> Place {
    let place = Place::new();
    for name in ["obama.jpg", "obama2.jpg", "biden.jpg"] {
        fs_err::copy(fixture(name), place.path(name)).expect("a photo");
    }
    place.write("empty.jpg", "no photo");
    place.write(
        "people.csv",
        "path,identity,gender,age\nobama.jpg,o,male,51\nobama2.jpg,o,male,51\nbiden.jpg,b,male,70\nempty.jpg,b,male,8\n",
    );
    place
}

#[test]
fn verification_writes_the_documented_keys_and_draws() {
    let place = photos();
    let ran = place
        .run(&[
            "eval",
            "verification",
            "--all-pairs",
            "people.csv",
            "--root",
            ".",
            "--json",
            "r.json",
            "--plots",
            "drawn",
        ])
        .exits(0);
    assert!(ran.out.contains("| FMR | FNMR"), "{}", ran.out);
    let result: serde_json::Value =
        serde_json::from_slice(&fs_err::read(place.path("r.json")).expect("a result")).expect("JSON");
    assert_eq!(
        (&result["n_genuine"], &result["n_impostor"], &result["failures"]),
        (&1.into(), &2.into(), &1.into())
    );
    for key in ["accuracy", "eer", "fnmr_at_fmr"] {
        assert!(result.get(key).is_some(), "{key}");
    }
    assert_eq!(result["fnmr_at_fmr"]["1e-4"]["fnmr"], 0.0);
    assert!(place.path("drawn/det.svg").is_file());
    // Two impostor pairs fix no threshold.
    let refused = place.run(&["calibrate", "thresholds", "--from", "r.json", "--fmr", "1e-4"]).exits(2);
    assert!(refused.err.contains("at least 100000 are needed"), "{}", refused.err);
}

#[test]
fn what_was_found_on_photos_is_kept_only_where_asked_for() {
    let place = photos();
    let measure = |cache: &[&str]| {
        let own = ["eval", "attributes", "--task", "gender", "--index", "people.csv", "--root", "."];
        place.run(&[&own, cache].concat()).exits(0).out
    };
    let first = measure(&["--cache", "kept"]);
    assert!(first.contains("| **adults** | 3 |"), "{first}");
    let kept = || fs_err::read_dir(place.path("kept")).expect("a folder").count();
    assert_eq!(kept(), 1);
    assert_eq!(measure(&["--cache", "kept"]), first);
    assert_eq!(measure(&[]), first);
    assert_eq!(kept(), 1);
}

#[test]
fn an_index_that_says_nothing_is_refused() {
    let place = photos();
    place.write("live.csv", "path,label\nobama.jpg,live\n");
    place.write("typo.csv", "path,label\nobama.jpg,alive\n");
    let pad = |index: &str| place.run(&["eval", "pad", "--index", index, "--root", "."]);
    assert!(pad("live.csv").exits(2).err.contains("one of them is missing"));
    assert!(pad("typo.csv").exits(2).err.contains("line 2 of the index: `label` is `alive`"));
    assert!(pad("people.csv").exits(2).err.contains("the columns `path,label` are needed"));
    let crops = place.run(&[
        "eval",
        "attributes",
        "--task",
        "age",
        "--crops",
        "--index",
        "people.csv",
        "--root",
        ".",
    ]);
    assert!(crops.exits(2).err.contains("eyes and mouth only"));
}

#[test]
fn a_similarity_map_of_ones_own_is_put_into_use() {
    let place = Place::new();
    let map = include_str!("../../../../models/calibration/similarity.toml");
    place.write("own.toml", &map.replace("similarity = 0.87", "similarity = 0.99"));
    place.write("broken.toml", &map.replacen("similarity = 0.375", "similarity = 0.6", 1));
    let similarity = |set: &str| {
        let photos = [fixture("obama.jpg"), fixture("obama2.jpg")];
        place.run(&["verify", text(&photos[0]), text(&photos[1]), "--json", "--set", set])
    };
    let usual = similarity("log.level=warn").exits(0).json();
    let own = similarity("similarity_map=own.toml").exits(0).json();
    assert_eq!(usual["cosine"], own["cosine"]);
    assert!(own["similarity"].as_f64() > usual["similarity"].as_f64(), "{usual} {own}");
    assert!(similarity("similarity_map=broken.toml").exits(2).err.contains("do not rise strictly"));
    similarity("similarity_map=missing.toml").exits(2);
}
