//! Apps and their keys on the data folder.

use crate::process::Place;

const KNOWN_ID: &str = "7f0c1d5e-56d6-4a25-9b0c-3d1d5f0d2f11";
const KNOWN_KEY: &str = "eyJhbGciOiJIUzI1NiJ9.eyJhcHAiOiJkZW1vIn0.c2lnbmF0dXJl";

#[test]
fn an_app_is_created_listed_rotated_and_deleted() {
    let place = Place::new();
    let created = place.run(&["app", "create", "front door", "--json"]).exits(0).json();
    let id = created["app_id"].as_str().expect("an id").to_owned();
    let key = created["app_key"].as_str().expect("a key").to_owned();
    assert!(key.len() >= 43, "256 bits need 43 characters: {key}");

    let listed = place.run(&["app", "list", "--json"]).exits(0);
    assert_eq!(
        (listed.json()[0]["app_id"].as_str(), listed.json()[0]["name"].as_str()),
        (Some(id.as_str()), Some("front door"))
    );
    assert!(!listed.out.contains(&key), "a key is shown once");

    let rotated = place.run(&["app", "rotate-key", &id, "--overlap", "0", "--json"]).exits(0).json();
    assert_ne!(rotated["app_key"].as_str(), Some(key.as_str()));

    let keys = || place.run(&["app", "keys", &id, "--json"]).exits(0).json();
    assert_eq!(keys().as_array().map(Vec::len), Some(2));
    assert!(keys()[0]["expires_at"].is_string() && keys()[1]["expires_at"].is_null(), "{}", keys());
    place.run(&["app", "keys", KNOWN_ID]).exits(5);
    let added = keys()[1]["created_at"].as_str().expect("a time").to_owned();
    place.run(&["app", "end-key", &id, &added]).exits(0);
    assert!(keys()[1]["expires_at"].is_string(), "{}", keys());
    place.run(&["app", "end-key", &id, "2001-02-03T04:05:06Z"]).exits(5);
    place.run(&["app", "end-key", &id, "yesterday"]).exits(2);

    place.run(&["app", "delete", &id]).exits(2);
    place.run(&["app", "delete", &id, "--yes"]).exits(0);
    assert_eq!(place.run(&["app", "list", "--json"]).exits(0).json(), serde_json::json!([]));
    place.run(&["app", "delete", &id, "--yes"]).exits(5);
    place.run(&["app", "rotate-key", &id]).exits(5);
}

#[test]
fn existing_credentials_are_taken_over() {
    let place = Place::new();
    let create = ["app", "create", "old", "--id", KNOWN_ID, "--key-stdin", "--json"];
    let created = place.run_reading(&format!("{KNOWN_KEY}\n"), &create).exits(0).json();
    assert_eq!(created, serde_json::json!({ "app_id": KNOWN_ID, "app_key": KNOWN_KEY }));
    place.run_reading(KNOWN_KEY, &create).exits(5);
    place.run_reading("short", &["app", "create", "--key-stdin"]).exits(2);
    let rotate = ["app", "rotate-key", KNOWN_ID, "--key-stdin", "--json"];
    let rotated = place.run_reading("another-key-of-16-characters", &rotate).exits(0).json();
    assert_eq!(rotated["app_key"].as_str(), Some("another-key-of-16-characters"));
}

#[test]
fn an_app_can_be_said_to_send_mirror_images() {
    let place = Place::new();
    let id =
        place.run(&["app", "create", "--json"]).exits(0).json()["app_id"].as_str().expect("an id").to_owned();
    let mirrored = || place.run(&["app", "list", "--json"]).exits(0).json()[0]["mirrored"].clone();
    assert_eq!(mirrored(), false);
    place.run(&["app", "set-mirrored", &id, "true"]).exits(0);
    assert_eq!(mirrored(), true);
    place.run(&["app", "set-mirrored", KNOWN_ID, "true"]).exits(5);
    place.run(&["app", "set-mirrored", &id, "maybe"]).exits(2);
}

#[test]
fn an_app_is_changed_as_a_whole_or_not_at_all() {
    let place = Place::new();
    let id =
        place.run(&["app", "create", "--json"]).exits(0).json()["app_id"].as_str().expect("an id").to_owned();
    place.write("consent.txt", "We compare your photo.\n");
    let consent = ["--consent-version", "1", "--consent-file", "consent.txt"];
    place
        .run(&[&["app", "set", &id, "--name", "door", "--mirrored", "true"][..], &consent].concat())
        .exits(0);
    let listed = place.run(&["app", "list", "--json"]).exits(0).json();
    assert_eq!((&listed[0]["name"], &listed[0]["mirrored"]), (&"door".into(), &true.into()));
    place.run(&["app", "set", &id, "--name", "gate", "--origins", "example.com"]).exits(2);
    let listed = place.run(&["app", "list", "--json"]).exits(0).json();
    assert_eq!(listed[0]["name"], "door", "nothing is changed where anything cannot be");
    let shown = || place.run(&["app", "show", &id]).exits(0).json();
    assert_eq!(shown()["consent"]["version"], "1");
    place.run(&["app", "set", &id, "--origins", "", "--no-consent"]).exits(0);
    assert_eq!(shown()["consent"], serde_json::Value::Null);
    let stricter = [
        "--similarity-threshold",
        "0.8",
        "--enroll-quality",
        "0.3",
        "--compare-live",
        "true",
        "--race",
        "false",
        "--expire-after-days",
        "1095",
    ];
    place.run(&[&["app", "set", &id][..], &stricter].concat()).exits(0);
    let said = |app: serde_json::Value| {
        [
            "/similarity_threshold",
            "/enroll/quality",
            "/compare/live",
            "/race",
            "/demography",
            "/expire_after_days",
        ]
        .map(|path| app.pointer(path).expect(path).to_string())
    };
    assert_eq!(said(shown()), ["0.8", "0.3", "true", "false", "true", "1095"]);
    let back = ["--similarity-threshold", "none", "--enroll-quality", "none", "--expire-after-days", "none"];
    place.run(&[&["app", "set", &id][..], &back].concat()).exits(0);
    assert_eq!(said(shown()), ["null", "null", "true", "false", "true", "null"]);
    place.run(&["app", "set", &id, "--similarity-threshold", "1.1"]).exits(2);
    place.run(&["app", "show", KNOWN_ID]).exits(5);
    place.run(&["app", "set", &id]).exits(2);
    place.run(&["app", "set", KNOWN_ID, "--disabled", "true"]).exits(5);
    place.run(&["app", "set", &id, "--consent-version", "1"]).exits(2);
}

#[test]
fn signing_keys_are_made_and_rotated() {
    let place = Place::new();
    let keys = || place.run(&["token", "list-keys", "--json"]).exits(0).json();
    assert_eq!(keys(), serde_json::json!([]));
    let first = place.run(&["token", "rotate-key"]).exits(0).out.trim().to_owned();
    let second = place.run(&["token", "rotate-key", "--overlap", "1"]).exits(0).out.trim().to_owned();
    let listed = keys();
    assert_eq!(
        (listed[0]["id"].as_str(), listed[1]["id"].as_str()),
        (Some(first.as_str()), Some(second.as_str()))
    );
    assert!(listed[0]["expires_at"].is_string() && listed[1]["expires_at"].is_null(), "{listed}");
    let third = place.run(&["token", "rotate-key", "--overlap", "0"]).exits(0).out.trim().to_owned();
    assert_eq!((keys().as_array().map(Vec::len), keys()[0]["id"].as_str()), (Some(1), Some(third.as_str())));
}

#[test]
fn data_keys_are_rotated_and_listed_where_no_server_runs() {
    let place = Place::new();
    let ids: Vec<String> = ["a", "b"]
        .map(|name| place.run(&["app", "create", name, "--json"]).exits(0).json()["app_id"].to_string())
        .map(|id| id.trim_matches('"').to_owned())
        .into();
    let generations = || {
        let keys = place.run(&["key", "list", "--json"]).exits(0).json();
        let keys = keys.as_array().expect("a list").clone();
        let of = |id: &String| keys.iter().find(|key| key["app_id"] == id.as_str()).expect("of each app");
        [of(&ids[0]), of(&ids[1])].map(|key| {
            assert_eq!((&key["older_keys"], &key["by_master"]), (&0.into(), &false.into()), "{key}");
            key["generation"].as_u64().expect("a number")
        })
    };
    assert_eq!(generations(), [1, 2]);
    let one = place.run(&["key", "rotate", "--app", &ids[0]]).exits(0);
    assert!(one.err.contains("1 new data keys") && one.err.contains("the old keys are gone"), "{one:?}");
    assert_eq!(generations(), [3, 2]);
    place.run(&["key", "rotate"]).exits(0);
    let [first, second] = generations();
    assert!(first > 3 && second > 3 && first != second);
    place.run(&["key", "rotate", "--resume"]).exits(0);
    assert_eq!(generations(), [first, second]);
    let table = place.run(&["key", "list"]).exits(0).out;
    assert!(table.contains(&ids[1]) && table.contains("seals everything"), "{table}");
    place.run(&["key", "rotate", "--app", KNOWN_ID]).exits(5);
    place.run(&["key", "rotate", "--app", KNOWN_ID, "--resume"]).exits(2);
    let log = place.run(&["audit", "--format", "jsonl", "--action", "rotate_data_key"]).exits(0).out;
    assert_eq!(log.lines().count(), 2 * (1 + 2 + 1), "begun and ended, of each: {log}");
}

#[test]
fn the_key_is_not_kept_in_the_data_folder() {
    let place = Place::new();
    place.run_reading(KNOWN_KEY, &["app", "create", "--key-stdin"]).exits(0);
    for file in fs_err::read_dir(place.path("faceward-data")).expect("the data folder") {
        let path = file.expect("a file").path();
        if path.is_file() {
            let bytes = fs_err::read(&path).expect("its bytes");
            let found = bytes.windows(KNOWN_KEY.len()).any(|window| window == KNOWN_KEY.as_bytes());
            assert!(!found, "the key is in {}", path.display());
        }
    }
}
