//! The master key from elsewhere than its file.

use faceward_testkit::postgres_database;

use crate::process::{Place, text};

const HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const BASE64: &str = "ABEiM0RVZneImaq7zN3u_wARIjNEVWZ3iJmqu8zd7v8";

#[test]
fn commands_take_the_key_from_a_variable_or_a_command_and_never_show_it() {
    let place = Place::new();
    let of_variable = [("FACEWARD_MASTER_KEY", "env:THE_KEY"), ("THE_KEY", HEX)];
    place.run_with(&of_variable, &["app", "create", "shop"]).exits(0);
    assert!(!place.path("faceward-data/master.key").exists());
    // The same key, in another form and from another place.
    place.write("key.txt", &format!("{BASE64}\n"));
    let of_command = [("FACEWARD_MASTER_KEY", "command:cat 'key.txt'")];
    for arguments in
        [&["app", "list"][..], &["token", "list-keys"], &["operator", "list"], &["backup", "copy"]]
    {
        place.run_with(&of_command, arguments).exits(0);
    }
    let restored = ["--data-dir", "again"];
    place.run_with(&of_command, &[&["restore", "copy"][..], &restored].concat()).exits(0);
    let listed = place.run_with(&of_variable, &[&["app", "list"][..], &restored].concat()).exits(0);
    assert!(listed.out.contains("shop"), "{listed:?}");
    let key = place.path("key.txt");
    let both =
        place.run_with(&of_command, &["restore", "copy", "--key", text(&key), "--data-dir", "x"]).exits(2);
    assert!(both.err.contains("no --key"), "{both:?}");
    let shown = place.run_with(&of_variable, &["config"]).exits(0);
    assert!(shown.out.contains("env:THE_KEY") && !shown.out.contains(HEX), "{shown:?}");
    let doctor = place.run_with(&of_variable, &["doctor", "--set", "listen=127.0.0.1:0"]).exits(0);
    assert!(doctor.out.contains("it comes from env:THE_KEY") && !doctor.out.contains(HEX), "{doctor:?}");
}

#[test]
fn the_master_key_is_replaced_in_its_file_and_from_elsewhere() {
    let place = Place::new();
    place.run(&["app", "create", "shop"]).exits(0);
    let key = || fs_err::read(place.path("faceward-data/master.key")).expect("a key");
    let old = key();
    let rotated = place.run(&["key", "rotate", "--master"]).exits(0);
    assert!(rotated.err.contains("another master key is in force"), "{rotated:?}");
    assert_ne!(key(), old);
    place.run(&["app", "list"]).exits(0);
    // Out of the file, to a key in a variable.
    let next = [("FACEWARD_MASTER_KEY_NEXT", "env:THE_KEY"), ("THE_KEY", HEX)];
    place.run_with(&next, &["key", "rotate", "--master"]).exits(0);
    let again = place.run_with(&next, &["key", "rotate", "--master"]).exits(2);
    assert!(again.err.contains("another key than the one in force"), "{again:?}");
    place.run(&["app", "list"]).exits(5);
    let told = place.run_with(&next, &["app", "list"]).exits(0);
    assert!(told.err.contains("the next master key is in force"), "{told:?}");
    let moved = [("FACEWARD_MASTER_KEY", "env:THE_KEY"), ("THE_KEY", HEX)];
    let listed = place.run_with(&moved, &["app", "list"]).exits(0);
    assert!(listed.out.contains("shop") && !listed.err.contains("next"), "{listed:?}");
    let nowhere = place.run_with(&moved, &["key", "rotate", "--master"]).exits(2);
    assert!(nowhere.err.contains("master_key_next must be set"), "{nowhere:?}");
    let log =
        place.run_with(&moved, &["audit", "--format", "jsonl", "--action", "rotate_master_key"]).exits(0).out;
    assert_eq!(log.lines().count(), 2 * 4, "{log}");
}

#[test]
fn what_is_wrong_with_a_key_is_said_without_showing_it() {
    let place = Place::new();
    place
        .run_with(&[("FACEWARD_MASTER_KEY", "env:THE_KEY"), ("THE_KEY", HEX)], &["app", "create", "a"])
        .exits(0);
    let other = HEX.replace("00", "10");
    for (source, key, code, reason) in [
        ("env:THE_KEY", other.as_str(), 5, "the variable THE_KEY is not the one that sealed"),
        ("env:THE_KEY", &HEX[1..], 5, "is no key: it must be 32 bytes"),
        ("env:THE_KEY", "", 5, "THE_KEY, which holds the key, is not set"),
        ("command:false", "", 5, "exit status: 1"),
        ("file", "", 5, "master.key is missing"),
        (HEX, "", 2, "never the key itself"),
        ("env:FACEWARD_KEY", "", 2, "are settings"),
    ] {
        let ran = place.run_with(&[("FACEWARD_MASTER_KEY", source), ("THE_KEY", key)], &["app", "list"]);
        let ran = ran.exits(code);
        assert!(ran.err.contains(reason), "{source}: {ran:?}");
        assert!(!ran.err.contains(&HEX[1..]) && !ran.err.contains(&other), "{ran:?}");
    }
}

#[test]
fn servers_of_one_database_need_no_file_where_the_key_comes_from_elsewhere() {
    let (first, second, address) = (Place::new(), Place::new(), postgres_database());
    let variables =
        [("FACEWARD_STORE", address.as_str()), ("FACEWARD_MASTER_KEY", "env:THE_KEY"), ("THE_KEY", BASE64)];
    first.run_with(&variables, &["app", "create", "shop"]).exits(0);
    let listed = second.run_with(&variables, &["app", "list"]).exits(0);
    assert!(listed.out.contains("shop"), "{listed:?}");
    assert!(!first.path("faceward-data/master.key").exists());
    let without = second.run_with(&variables[..1], &["app", "list"]).exits(5);
    assert!(without.err.contains("master.key is missing"), "{without:?}");
}
