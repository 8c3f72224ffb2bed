//! What a newcomer sees first: help, versions, usage errors.

use crate::process::Place;

const COMMANDS: [&[&str]; 56] = [
    &[],
    &["serve"],
    &["analyze"],
    &["verify"],
    &["enroll"],
    &["identify"],
    &["models"],
    &["models", "list"],
    &["models", "fetch"],
    &["models", "verify"],
    &["app"],
    &["app", "create"],
    &["app", "list"],
    &["app", "show"],
    &["app", "keys"],
    &["app", "end-key"],
    &["app", "rotate-key"],
    &["app", "set-mirrored"],
    &["app", "set"],
    &["app", "delete"],
    &["webhook"],
    &["webhook", "set"],
    &["token"],
    &["token", "list-keys"],
    &["token", "rotate-key"],
    &["operator"],
    &["operator", "create"],
    &["operator", "list"],
    &["operator", "disable"],
    &["operator", "token"],
    &["audit"],
    &["audit", "deletion"],
    &["backup"],
    &["restore"],
    &["export"],
    &["import"],
    &["migrate"],
    &["database"],
    &["config"],
    &["doctor"],
    &["openapi"],
    &["eval"],
    &["eval", "verification"],
    &["eval", "identification"],
    &["eval", "pad"],
    &["eval", "deepfake"],
    &["eval", "attributes"],
    &["eval", "landmarks"],
    &["eval", "quality"],
    &["eval", "degrade"],
    &["eval", "all"],
    &["calibrate", "similarity"],
    &["calibrate", "thresholds"],
    &["bench"],
    &["bench", "pipeline"],
    &["bench", "soak"],
];

#[test]
fn the_help_of_every_command_is_the_reviewed_one() {
    let place = Place::new();
    let pages = COMMANDS.map(|command| {
        let page = place.run(&[command, &["--help"]].concat()).exits(0).out;
        // The common options are printed once, with the first page.
        let own = if command.is_empty() {
            page.as_str()
        } else {
            page.split("Common options:").next().unwrap_or("")
        };
        let line = [&["faceward"], command, &["--help"]].concat().join(" ");
        format!("$ {line}\n{}\n", own.trim_end())
    });
    insta::assert_snapshot!(pages.join("\n"));
}

#[test]
fn wrong_usage_ends_with_two() {
    let place = Place::new();
    let cases: [&[&str]; 6] = [
        &[],
        &["no-such-command"],
        &["verify", "only-one.jpg"],
        &["analyze"],
        &["eval", "verification", "--root", "."],
        &["app", "delete", "7f0c1d5e-56d6-4a25-9b0c-3d1d5f0d2f11"],
    ];
    for arguments in cases {
        let ran = place.run(arguments).exits(2);
        assert!(!ran.err.is_empty(), "{arguments:?} says nothing");
    }
}

#[test]
fn the_version_is_the_package_version() {
    assert_eq!(
        Place::new().run(&["--version"]).exits(0).out.trim(),
        concat!("faceward ", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn openapi_is_a_document_with_the_known_paths() {
    let document = Place::new().run(&["openapi"]).exits(0).json();
    assert!(
        document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")),
        "{}",
        document["openapi"]
    );
    for path in ["/api/v1.0/verify", "/api/v1.0/identify", "/v1/analyze", "/healthz"] {
        assert!(document["paths"].get(path).is_some(), "{path} is not documented");
    }
}
