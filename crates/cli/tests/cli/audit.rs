//! The audit log on the command line: beside a running server, filtered, exported.

use crate::process::Place;
use crate::serve::Server;

/// One JSON object a line.
fn lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn changes_on_the_command_line_are_in_the_log() {
    let place = Place::new();
    let missing = place.run(&["audit"]).exits(5);
    assert!(missing.err.contains("no audit log"), "{}", missing.err);
    let created = place.run(&["app", "create", "--json"]).exits(0).json();
    let id = created["app_id"].as_str().expect("an id");
    place.run(&["app", "rotate-key", id]).exits(0);
    place.run(&["app", "delete", id, "--yes"]).exits(0);

    let exported = lines(&place.run(&["audit", "--format", "jsonl"]).exits(0).out);
    let told: Vec<_> = exported.iter().map(|row| (row["action"].as_str(), row["outcome"].as_str())).collect();
    let pair = |action| [(Some(action), Some("begun")), (Some(action), Some("answered"))];
    assert_eq!(told, [pair("create_app"), pair("rotate_key"), pair("delete_app")].concat());
    for row in &exported {
        assert_eq!((row["app_id"].as_str(), row["surface"].as_str()), (Some(id), Some("local")), "{row}");
    }
    assert_eq!(exported[0]["transaction_id"], exported[1]["transaction_id"], "one change, two records");

    let table = place.run(&["audit", "--limit", "2"]).exits(0).out;
    assert!(table.lines().count() == 3 && table.contains("delete_app"), "{table}");
    assert!(!table.contains("create_app"), "{table}");
    let csv = place.run(&["audit", "--format", "csv", "--action", "rotate_key"]).exits(0).out;
    assert!(csv.starts_with("sequence,at,transaction_id,") && csv.lines().count() == 3, "{csv}");
}

#[test]
fn filters_and_exports_refuse_what_they_do_not_know() {
    let place = Place::new();
    place.run(&["app", "create"]).exits(0);
    for arguments in [["--since", "yesterday"], ["--format", "xml"], ["--app", "me"], ["--subject", ""]] {
        place.run(&[&["audit"], &arguments[..]].concat()).exits(2);
    }
    let future = place.run(&["audit", "--format", "jsonl", "--since", "2100-01-01"]).exits(0);
    assert_eq!(future.out, "");
}

#[test]
fn the_log_is_read_beside_a_running_server() {
    let place = Place::new();
    let server = Server::start(&place, &[]);
    let (id, key) = (server.printed("APP-ID:").expect("an id"), server.printed("APP-KEY:").expect("a key"));
    let credentials = [("APP-ID", id.as_str()), ("APP-KEY", key.as_str())];
    assert_eq!(server.status_of("/v1/templates/nobody", &credentials), "HTTP/1.1 404 Not Found");
    let mut found = Vec::new();
    // It is written within milliseconds, and nobody waits for it.
    for _attempt in 0..100 {
        found = lines(&place.run(&["audit", "--format", "jsonl", "--template", "nobody"]).exits(0).out);
        if !found.is_empty() {
            break;
        }
    }
    let row = found.first().expect("the request is in the log");
    assert_eq!((row["action"].as_str(), row["surface"].as_str()), (Some("get_template"), Some("v1")));
    assert_eq!(
        (row["outcome"].as_str(), row["app_id"].as_str()),
        (Some("template_not_found"), Some(id.as_str()))
    );
    assert_eq!(server.stop(), Some(0));
}
