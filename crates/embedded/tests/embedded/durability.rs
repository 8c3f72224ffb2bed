//! A process that is killed in the middle of its work; see `examples/kill.rs` for a thousand times.

use std::path::Path;
use std::process::Command;

use faceward_conformance::samples::{add, app, create_apps, new_template, seeded};
use faceward_conformance::suite::kill::{kill_after, work};

use faceward_embedded::Embedded;
use faceward_store::Stores;

use crate::snapshots::PACE;
use crate::support::open;

/// The victim works in its current folder, and only where this file lies.
const MARKER: &str = "work-here";

fn keeping_snapshots(dir: &Path) -> Stores {
    let embedded = Embedded::open(dir).expect("the folder opens");
    embedded.keeping_snapshots(PACE).expect("a thread").into()
}

/// Not a test by itself: runs in a process of its own, adds and deletes, tells what it does, until it is killed.
#[tokio::test]
#[ignore = "started by acknowledged_changes_survive_a_kill"]
async fn victim() {
    let Ok(round) = fs_err::read_to_string(MARKER) else { return };
    let round = round.parse().expect("a number");
    work(&keeping_snapshots(Path::new("data")), round, std::io::stdout()).await.expect("somebody listens");
}

#[tokio::test]
async fn acknowledged_changes_survive_a_kill() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    create_apps(&open(&data), 1).await;
    // One folder for all rounds: each begins with what the one before has left.
    for (round, lines) in (0..).zip([1, 2, 3, 4, 5, 7, 8, 11, 17, 23, 40, 77]) {
        fs_err::write(dir.path().join(MARKER), round.to_string()).expect("a marker");
        let mut victim = Command::new(std::env::current_exe().expect("this program"));
        victim
            .args(["durability::victim", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .current_dir(dir.path());
        let told = kill_after(&mut victim, lines);
        let stores = open(&data);
        told.check(&stores, &format!("r{round:04}-")).await;
        add(&stores, &new_template("anna", &format!("after-{round}"), &seeded(0, 128))).await;
        assert!(stores.templates.count_templates(&app(1)).await.expect("known") > round as usize);
    }
    let n_from_snapshots = Embedded::open(&data).expect("the folder opens").opened().n_from_snapshots;
    assert!(n_from_snapshots > 0, "no victim had written a snapshot");
}
