//! `faceward doctor`: what it finds, and that it leaves everything as it was.

use serde_json::Value;

use crate::process::Place;

fn about<'a>(findings: &'a Value, about: &str) -> &'a Value {
    let findings = findings.as_array().expect("a list");
    findings.iter().find(|finding| finding["about"] == about).expect("a finding about it")
}

#[test]
fn a_place_where_a_server_would_start_is_healthy_and_left_as_it_was() {
    let place = Place::new();
    let ran = place.run(&["doctor", "--json", "--set", "listen=127.0.0.1:0"]).exits(0);
    let findings = ran.json();
    for name in
        ["processor", "memory", "open files", "clock", "data folder", "key", "disk", "models", "address"]
    {
        assert_ne!(about(&findings, name)["state"], "problem", "{findings}");
    }
    assert_eq!(about(&findings, "encryption")["state"], "fine");
    assert!(!place.path("faceward-data").exists(), "it makes nothing");
}

#[test]
fn what_is_in_the_way_of_a_server_ends_with_one_and_says_what_to_do() {
    let place = Place::new();
    fs_err::create_dir(place.path("faceward-data")).expect("a folder");
    place.write("faceward-data/faceward.db", "of a server whose key was lost");
    let listen = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = format!("listen={}", listen.local_addr().expect("bound"));
    let ran = place.run(&["doctor", "--set", &taken]).exits(1);
    assert!(ran.out.contains("put it back from your backup"), "{ran:?}");
    assert!(ran.out.contains("another program listens there"), "{ran:?}");
    let open = place.run(&["doctor", "--json", "--set", "listen=0.0.0.0:0"]).exits(1).json();
    assert_eq!(about(&open, "encryption")["state"], "warning");
    let elsewhere = place.run(&["doctor", "--json", "--offline", "--models-dir", "empty"]).exits(1).json();
    assert_eq!(about(&elsewhere, "models")["state"], "problem");
}
