//! Operators on the command line.

use crate::process::Place;

#[test]
fn operators_are_created_listed_and_disabled() {
    let place = Place::new();
    let password = "correct horse battery\n";
    place
        .run_reading(password, &["operator", "create", "olga", "--role", "owner", "--password-stdin"])
        .exits(0);
    place.run(&["operator", "create", "otto", "--role", "auditor"]).exits(0);
    place.run(&["operator", "create", "otto"]).exits(5);
    place.run(&["operator", "create", "local"]).exits(2);
    place.run_reading("short", &["operator", "create", "eve", "--password-stdin"]).exits(2);
    place.run(&["operator", "create", "eve", "--role", "king"]).exits(2);
    let listed = || place.run(&["operator", "list", "--json"]).exits(0).json();
    let shown: Vec<_> = listed()
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| (row["name"].clone(), row["role"].clone(), row["has_password"].clone()))
        .collect();
    assert_eq!(
        shown,
        [("olga".into(), "owner".into(), true.into()), ("otto".into(), "auditor".into(), false.into())]
    );
    let token = place.run(&["operator", "token", "otto", "--label", "nightly"]).exits(0).out;
    assert_eq!(token.trim().len(), 43, "{token}");
    place.run(&["operator", "token", "nobody"]).exits(5);
    place.run(&["operator", "disable", "otto"]).exits(0);
    assert_eq!(listed()[1]["disabled"], true);
    place.run(&["operator", "enable", "otto"]).exits(0);
    let last = place.run(&["operator", "disable", "olga"]).exits(5);
    assert!(last.err.contains("last owner"), "{}", last.err);
    let log = place.run(&["audit", "--format", "jsonl", "--action", "issue_operator_token"]).exits(0).out;
    assert!(log.lines().count() >= 2 && log.contains("\"subject\":\"otto\""), "{log}");
}
