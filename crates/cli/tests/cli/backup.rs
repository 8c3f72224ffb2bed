//! Copies of the data folder from the command line. Beside a server: see `serve`.

use crate::process::{Place, text};

#[test]
fn a_backup_and_its_key_make_a_data_folder_again() {
    let place = Place::new();
    place.run(&["app", "create", "shop"]).exits(0);
    let made = place.run(&["backup", "copy"]).exits(0);
    assert!(made.out.contains("0 templates") && made.err.contains("master.key"), "{made:?}");
    let there = place.run(&["backup", "copy"]).exits(2);
    assert!(there.err.contains("is there already"), "{there:?}");
    let key = place.path("faceward-data/master.key");
    let restore = ["restore", "copy", "--key", text(&key), "--data-dir", "again"];
    place.run(&restore).exits(0);
    let listed = place.run(&["app", "list", "--data-dir", "again"]).exits(0);
    assert!(listed.out.contains("shop"), "{listed:?}");
    let log = place.run(&["audit", "--format", "jsonl", "--action", "back_up"]).exits(0).out;
    assert!(log.lines().count() == 1 && log.contains("answered"), "{log}");
    let occupied = place.run(&restore).exits(5);
    assert!(occupied.err.contains("there is something in"), "{occupied:?}");
    place.run(&["restore", "faceward-data", "--key", text(&key), "--data-dir", "other"]).exits(5);
}

#[test]
fn a_database_and_another_machine_have_tools_of_their_own() {
    let place = Place::new();
    let store = [("FACEWARD_STORE", "postgres://anna@127.0.0.1:9/faces")];
    let refused = place.run_with(&store, &["backup", "copy"]).exits(2);
    assert!(refused.err.contains("pg_dump"), "{refused:?}");
    place.run_with(&store, &["restore", "copy", "--key", "k"]).exits(2);
    place.run(&["backup", "copy", "--server", "http://127.0.0.1:9", "--operator-token", "t"]).exits(2);
}
