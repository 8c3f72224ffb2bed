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
    assert_eq!(shows(place.run(&config)).1, "default");
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
        (
            "workers = 'many'\n",
            "",
            "`workers` in file faceward.toml must be a whole number of threads from 1 to 1024, not `many`",
        ),
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
fn the_table_says_what_each_setting_does_and_names_its_variable_if_asked() {
    let table = Place::new().run(&["config"]).exits(0).out;
    for expected in ["= 20 MiB", "Largest photo, encoded", "(the map of this version)", "# default"] {
        assert!(table.contains(expected), "{expected} is not in\n{table}");
    }
    let table = Place::new().run(&["config", "--explain"]).exits(0).out;
    for expected in ["FACEWARD_LIMITS__PHOTO_BYTES", "FACEWARD_MODELS", "a number of bytes from 1 to 1 GiB"] {
        assert!(table.contains(expected), "{expected} is not in\n{table}");
    }
}

#[test]
fn the_printed_example_is_a_file_that_changes_nothing() {
    let place = Place::new();
    let example = place.run(&["config", "--example"]).exits(0).out;
    assert!(example.contains("# Largest photo, encoded: ") && example.contains("#photo_bytes = \"20 MiB\""));
    let before = place.run(&["config"]).exits(0).out;
    place.write("faceward.toml", &example);
    assert_eq!(place.run(&["config"]).exits(0).out, before);
}

#[test]
fn the_variables_of_a_kubernetes_service_are_left_alone_with_one_warning() {
    let variables = [
        ("FACEWARD_PORT", "tcp://10.96.0.17:8080"),
        ("FACEWARD_SERVICE_HOST", "10.96.0.17"),
        ("FACEWARD_SERVICE_PORT", "8080"),
        ("FACEWARD_PORT_8080_TCP_ADDR", "10.96.0.17"),
    ];
    let ran = Place::new().run_with(&variables, &["config"]).exits(0);
    assert_eq!(ran.err.matches("Kubernetes").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("FACEWARD_PORT, FACEWARD_PORT_8080_TCP_ADDR"), "{}", ran.err);
    let ran = Place::new().run_with(&[("FACEWARD_PORT", "8080")], &["config"]).exits(2);
    assert!(ran.err.contains("unknown setting `FACEWARD_PORT`"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn two_data_folders_that_differ_in_one_byte_are_two() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    let place = Place::new();
    let folder = |byte| place.path("").join(OsString::from_vec(vec![b'd', byte]));
    for byte in [0xfe, 0xff] {
        let mut command = place.command(&["app", "create", "--json", "--data-dir"]);
        assert!(command.arg(folder(byte)).output().expect("the binary starts").status.success());
    }
    for byte in [0xfe, 0xff] {
        let mut command = place.command(&["app", "list", "--json"]);
        command.env("FACEWARD_DATA_DIR", folder(byte));
        let listed = command.output().expect("the binary starts").stdout;
        let apps: serde_json::Value = serde_json::from_slice(&listed).expect("JSON");
        assert_eq!(apps.as_array().map(Vec::len), Some(1), "{apps}");
    }
}

#[cfg(unix)]
#[test]
fn a_setting_with_a_byte_that_is_no_text_is_refused_by_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    for (name, expected) in [("FACEWARD_LISTEN", "`listen`"), ("FACEWARD_LISTN", "FACEWARD_LISTN")] {
        let place = Place::new();
        let mut command = place.command(&["config"]);
        let output = command.env(name, OsStr::from_bytes(b"x\xff")).output().expect("the binary starts");
        let told = String::from_utf8(output.stderr).expect("text");
        assert!(output.status.code() == Some(2) && told.contains(expected), "{told}");
    }
}

#[test]
fn keys_are_not_shown() {
    let variables = [("FACEWARD_APP_KEY", "super-secret-key-of-mine"), ("FACEWARD_APP_ID", "x")];
    let ran = Place::new().run_with(&variables, &["config", "--json"]).exits(0);
    assert!(!ran.out.contains("super-secret"));
}
