//! The master key.

use faceward_sealing::{KeyOrigin, KeyPlace, KeySource, SealingError};

use super::finding::Finding;
use super::folder::is_empty;
use crate::config::{Config, Environment};

const ABOUT: &str = "key";

/// Where the key that protects what is stored comes from, and whether it is there, and its owner's alone. Runs the command that
/// prints it, as a server does.
pub(super) fn key(config: &Config, environment: &Environment) -> Finding {
    let place = config.master_key.clone().unwrap_or_default();
    let variable = |name: &str| environment.get(name).map(ToOwned::to_owned);
    let source = match place.look_up(&config.data_dir, &variable) {
        Ok(source) => source,
        Err(error) => return refused(&place, &error),
    };
    match (source.load(), source) {
        (Ok(Some(_)), KeySource::Given(..)) => Finding::fine(ABOUT, format!("it comes from {place}")),
        (Ok(Some(_)), KeySource::File(path)) => {
            let found = format!("{}; keep a copy of it apart from the backups of the rest", path.display());
            Finding::fine(ABOUT, found)
        }
        (Ok(None), _) if is_empty(&config.data_dir) => Finding::fine(ABOUT, "the first start makes it"),
        (Ok(None), source) => {
            let advice = "put it back from your backup: without it nothing in the store can be read";
            let missing = SealingError::KeyMissing(source.origin());
            Finding::problem(ABOUT, missing.to_string(), advice)
        }
        (Err(error), source) => match (&error, source.origin()) {
            (SealingError::KeyExposed { .. }, KeyOrigin::File(path)) => {
                let shown = path.display();
                let found = format!("others can read {shown}: a server refuses it");
                Finding::problem(ABOUT, found, format!("chmod 600 {shown}, and ask who has read it"))
            }
            _ => refused(&place, &error),
        },
    }
}

fn refused(place: &KeyPlace, error: &SealingError) -> Finding {
    let advice = match place {
        KeyPlace::Folder | KeyPlace::File(_) => "let this user read it, or put it back from your backup",
        KeyPlace::Variable(_) => "set the variable for the server and for every command; see docs/keys.md",
        KeyPlace::Command(_) => "run the command yourself, as the server's user; see docs/keys.md",
    };
    Finding::problem(ABOUT, format!("{place}: {error}"), advice)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use faceward_sealing::key_path;
    use fs_err as fs;
    use tempfile::TempDir;

    use super::super::finding::State;
    use super::*;

    fn look(place: &TempDir, master_key: &str, variables: &[(&str, &str)]) -> Finding {
        let config = Config {
            data_dir: place.path().to_owned(),
            master_key: Some(master_key.parse().expect("a source")),
            ..Config::default()
        };
        let variables = variables.iter().map(|&(name, value)| (name.into(), value.into()));
        key(&config, &Environment::new(variables))
    }

    #[test]
    fn a_key_must_be_there_beside_data_and_be_its_owners_alone() {
        let place = TempDir::new().expect("a folder");
        let chmod = |mode| {
            let mode = std::fs::Permissions::from_mode(mode);
            fs::set_permissions(key_path(place.path()), mode).expect("own file");
        };
        let state = || look(&place, "file", &[]).state;
        assert_eq!(state(), State::Fine, "the first start makes it");
        fs::write(place.path().join("faceward.db"), "").expect("a file");
        assert_eq!(state(), State::Problem, "lost");
        fs::write(key_path(place.path()), [0; 32]).expect("a file");
        chmod(0o644);
        assert_eq!(state(), State::Problem, "exposed");
        chmod(0o600);
        assert_eq!(state(), State::Fine);
    }

    #[test]
    fn a_key_from_elsewhere_is_named_by_its_source_and_never_shown() {
        let (place, hex) = (TempDir::new().expect("a folder"), "0123456789abcdef".repeat(4));
        for (source, state) in [
            ("env:THE_KEY", State::Fine),
            (&format!("command:printf %s {hex}"), State::Fine),
            ("env:NO_KEY", State::Problem),
            ("env:SHORT", State::Problem),
            ("command:false", State::Problem),
        ] {
            let found = look(&place, source, &[("THE_KEY", &hex), ("SHORT", &hex[1..])]);
            assert_eq!(found.state, state, "{found:?}");
            let text = format!("{found:?}");
            let named: Vec<&str> = source.split([':', ' ']).take(2).collect();
            assert!(text.contains(&named.join(":")) && !text.contains(&hex[1..]), "{text}");
        }
    }
}
