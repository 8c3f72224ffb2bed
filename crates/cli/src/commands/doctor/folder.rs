//! The data folder and the models.

use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use faceward_models::{FileState, Store};
use sysinfo::Disks;

use super::finding::{Finding, size};
use crate::config::Config;
use crate::{remote, setup};

/// Where a server can still work for a while.
const COMFORTABLE_SPACE: u64 = 1 << 30;
/// Where the next change may fail.
const LEAST_SPACE: u64 = 64 << 20;

/// Whether the folder is there, its owner's alone, and can be written.
pub(super) fn data_folder(dir: &Path) -> Finding {
    const ABOUT: &str = "data folder";
    let shown = dir.display();
    let metadata = match fs_err::metadata(dir) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Finding::fine(ABOUT, format!("{shown} is not there yet: the first start makes it"));
        }
        Err(error) => return Finding::problem(ABOUT, error.to_string(), "let this user read it"),
    };
    if !metadata.is_dir() {
        return Finding::problem(ABOUT, format!("{shown} is no folder"), "set `data_dir` to a folder");
    }
    if let Err(error) = tempfile::tempfile_in(dir) {
        let advice =
            "let this user write it: `data_dir`, its owner, and whether its disk is mounted read-only";
        return Finding::problem(ABOUT, format!("{shown}: {error}"), advice);
    }
    let found =
        if remote::is_served(dir) { format!("{shown}, a server runs on it") } else { shown.to_string() };
    match mode(&metadata) {
        0o700 => Finding::fine(ABOUT, found),
        wider if wider & 0o077 != 0 => {
            let found = format!("{found}: others of this machine can look into it (mode {wider:o})");
            Finding::warning(ABOUT, found, format!("chmod 700 {shown}"))
        }
        _ => Finding::fine(ABOUT, found),
    }
}

/// What is left of the disk that the folder lies on, or will lie on.
pub(super) fn space(dir: &Path) -> Finding {
    const ABOUT: &str = "disk";
    let Some(place) = existing(dir) else {
        return Finding::warning(ABOUT, "no folder above the data folder is there", "set `data_dir`");
    };
    let disks = Disks::new_with_refreshed_list();
    let own = disks.iter().filter(|disk| place.starts_with(disk.mount_point()));
    match own.max_by_key(|disk| disk.mount_point().as_os_str().len()) {
        Some(disk) => judged_space(disk.available_space()),
        None => Finding::warning(ABOUT, "how much is free is not known here", "look at it yourself (`df`)"),
    }
}

fn judged_space(free: u64) -> Finding {
    const ABOUT: &str = "disk";
    let found = format!("{} free", size(free));
    if free < LEAST_SPACE {
        Finding::problem(ABOUT, found, "nothing can be enrolled or recorded on a full disk: make room")
    } else if free < COMFORTABLE_SPACE {
        Finding::warning(
            ABOUT,
            found,
            "a million templates take about 4 GiB, and the audit log grows: make room",
        )
    } else {
        Finding::fine(ABOUT, found)
    }
}

/// Whether the models of the configured runtime are here, as declared.
pub(super) fn models(config: &Config, store: &Store) -> Finding {
    const ABOUT: &str = "models";
    let files = match store.status(&setup::needed(config, store)) {
        Ok(files) => files,
        Err(error) => return Finding::problem(ABOUT, error.to_string(), "faceward models verify"),
    };
    let count = |state| files.iter().filter(|file| file.state == state).count();
    let (missing, changed) = (count(FileState::Missing), count(FileState::Changed));
    let place = store.root().display();
    if changed > 0 {
        let found = format!("{changed} files in {place} are not what they were");
        Finding::problem(
            ABOUT,
            found,
            "faceward models verify names them; delete them, then faceward models fetch",
        )
    } else if missing == 0 {
        Finding::fine(ABOUT, format!("all {} files are in {place}", files.len()))
    } else if config.offline {
        let found = format!("{missing} of {} files are not in {place}, and `offline` is set", files.len());
        Finding::problem(
            ABOUT,
            found,
            "faceward models fetch --from DIR, with the archives of a machine that has a network",
        )
    } else {
        let found = format!("{missing} of {} files are not in {place}", files.len());
        Finding::warning(ABOUT, found, "the first start fetches them; do it before by faceward models fetch")
    }
}

/// When anything in the folder was changed last, as far as it can be seen: [`data_folder`] tells why it cannot.
pub(super) fn newest_change(dir: &Path) -> Option<SystemTime> {
    let entries = fs_err::read_dir(dir).ok()?;
    entries.filter_map(|entry| entry.ok()?.metadata().ok()?.modified().ok()).max()
}

fn mode(metadata: &Metadata) -> u32 {
    metadata.permissions().mode() & 0o777
}

/// Whether nothing lies in the folder, or it is not there.
pub(super) fn is_empty(dir: &Path) -> bool {
    fs_err::read_dir(dir).map_or(true, |mut entries| entries.next().is_none())
}

/// The innermost folder of `dir` that is there.
fn existing(dir: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(dir).ok()?;
    whole.ancestors().find_map(|folder| fs_err::canonicalize(folder).ok())
}

#[cfg(test)]
mod tests {
    use fs_err::{self as fs};
    use tempfile::TempDir;

    use super::super::finding::State;
    use super::*;

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("own file");
    }

    #[test]
    fn a_folder_that_is_not_there_is_fine_and_one_that_others_can_read_is_not() {
        let place = TempDir::new().expect("a folder");
        let dir = place.path().join("data");
        assert_eq!(data_folder(&dir).state, State::Fine);
        fs::create_dir(&dir).expect("a folder");
        chmod(&dir, 0o755);
        assert_eq!(data_folder(&dir).state, State::Warning);
        chmod(&dir, 0o700);
        assert_eq!(data_folder(&dir).state, State::Fine);
        let file = place.path().join("file");
        fs::write(&file, "").expect("a file");
        assert_eq!(data_folder(&file).state, State::Problem);
    }

    #[test]
    fn space_is_known_also_before_the_folder_is_there() {
        let place = TempDir::new().expect("a folder");
        assert!(space(&place.path().join("not/yet")).found.ends_with("free"));
        for (free, state) in [(1 << 20, State::Problem), (500 << 20, State::Warning), (2 << 30, State::Fine)]
        {
            assert_eq!(judged_space(free).state, state, "{free}");
        }
    }
}
