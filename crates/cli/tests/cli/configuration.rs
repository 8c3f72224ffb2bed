//! Where settings come from, and what happens to those that nobody knows.

use crate::process::{Place, text};

/// Value and source of `key`, as `faceward config --json` shows them.
fn shown(ran: &crate::process::Ran, key: &str) -> (String, String) {
    let rows = ran.json();
    let row =
        rows.as_array().expect("a list").iter().find(|row| row["key"] == key).expect("a setting of this key");
    (row["value"].to_string(), row["source"].as_str().expect("a source").to_owned())
}

#[test]
fn the_stronger_source_wins() {
    let place = Place::new();
    let config = ["config", "--json"];
    let flagged = ["config", "--json", "--workers", "5"];
    let variables = [("FACEWARD_WORKERS", "4")];
    let shows = |ran: crate::process::Ran| shown(&ran.exits(0), "workers");
    assert_eq!(shows(place.run(&config)), ("null".to_owned(), "default".to_owned()));
    place.write("faceward.toml", "workers = 3\n[thresholds]\nliveness = 0.9\n");
    assert_eq!(shows(place.run(&config)), ("3".to_owned(), "file faceward.toml".to_owned()));
    assert_eq!(
        shows(place.run_with(&variables, &config)),
        ("4".to_owned(), "env FACEWARD_WORKERS".to_owned())
    );
    assert_eq!(shows(place.run_with(&variables, &flagged)), ("5".to_owned(), "flag --workers".to_owned()));
    let set = place.run(&["config", "--json", "--set", "thresholds.liveness=0.8"]).exits(0);
    assert_eq!(shown(&set, "thresholds.liveness"), ("0.8".to_owned(), "flag --set".to_owned()));
    assert_eq!(shown(&set, "thresholds.similarity"), ("0.75".to_owned(), "default".to_owned()));
}

#[test]
fn a_named_file_is_read_instead() {
    let place = Place::new();
    place.write("faceward.toml", "workers = 3\n");
    place.write("other.toml", "workers = 7\n");
    let ran = place.run(&["--config", "other.toml", "config", "--json"]).exits(0);
    assert_eq!(shown(&ran, "workers"), ("7".to_owned(), "file other.toml".to_owned()));
    let ran = place
        .run_with(&[("FACEWARD_CONFIG", text(&place.path("other.toml")))], &["config", "--json"])
        .exits(0);
    assert_eq!(shown(&ran, "workers").0, "7");
}

#[test]
fn what_cannot_be_meant_ends_with_two_and_says_what_is_wrong() {
    let cases = [
        ("worker = 3\n", "", "unknown setting `worker` in file faceward.toml; did you mean `workers`?"),
        ("[limits]\nphoto_byte = 3\n", "", "did you mean `limits.photo_bytes`?"),
        ("[nonsense]\na = 1\n", "", "unknown setting `nonsense`"),
        ("workers = 'many'\n", "", "`workers` in file faceward.toml must be a whole number of at least 1"),
        ("workers = \n", "", "cannot read the configuration file faceward.toml"),
        ("", "FACEWARD_LISTN", "did you mean `FACEWARD_LISTEN`?"),
    ];
    for (file, variable, expected) in cases {
        let place = Place::new();
        place.write("faceward.toml", file);
        let variables: Vec<(&str, &str)> =
            [(variable, "x")].into_iter().filter(|(name, _)| !name.is_empty()).collect();
        let ran = place.run_with(&variables, &["config"]).exits(2);
        assert!(ran.err.contains(expected), "`{}` lacks `{expected}`", ran.err);
    }
}

#[test]
fn the_table_names_every_variable_if_asked() {
    let table = Place::new().run(&["config", "--explain"]).exits(0).out;
    for expected in ["FACEWARD_LIMITS__PHOTO_BYTES", "FACEWARD_MODELS", "(one a CPU core)", "# default"] {
        assert!(table.contains(expected), "{expected} is not in\n{table}");
    }
}

#[test]
fn keys_are_not_shown() {
    let variables = [("FACEWARD_APP_KEY", "super-secret-key-of-mine"), ("FACEWARD_APP_ID", "x")];
    let ran = Place::new().run_with(&variables, &["config", "--json"]).exits(0);
    assert!(!ran.out.contains("super-secret"));
}
