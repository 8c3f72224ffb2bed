//! A data folder out of a copy and a key.

use std::path::{Path, PathBuf};

use faceward_sealing::{MasterKey, SealingError, key_path, owner_only_folder};

use super::files::{copy_new, sync};
use super::list::List;
use super::make::FILES;
use crate::{Embedded, EmbeddedError};

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// When the copy was made, RFC 3339, UTC.
    pub made_at: String,
    /// Templates of all apps.
    pub n_templates: usize,
}

/// Makes the data folder `dir`, which is not there or empty, out of the copy in `from` and the key in the file `key`.
/// Every template is opened once, so that a key that does not fit is noticed now. The folder is there when it is whole.
///
/// # Errors
/// The copy is not whole, or not as it was written; the key is missing, exposed or the wrong one; there is something in `dir`;
/// the file system fails.
pub fn restore(from: &Path, key: &Path, dir: &Path) -> Result<Restored, EmbeddedError> {
    if dir.try_exists()? && fs_err::read_dir(dir)?.next().is_some() {
        return Err(EmbeddedError::NotEmpty(dir.to_owned()));
    }
    let list = List::read(from, &FILES)?;
    if MasterKey::load(key)?.is_none() {
        return Err(SealingError::KeyMissing(key.to_owned()).into());
    }
    let unfinished = beside(dir);
    if unfinished.try_exists()? {
        fs_err::remove_dir_all(&unfinished)?;
    }
    let filled = fill(&unfinished, from, key);
    if let Err(error) = filled {
        fs_err::remove_dir_all(&unfinished)?;
        return Err(error);
    }
    // The last step: what is at the place is whole.
    fs_err::rename(&unfinished, dir)?;
    if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        sync(parent)?;
    }
    Ok(Restored { made_at: list.made_at, n_templates: list.n_templates })
}

fn fill(unfinished: &Path, from: &Path, key: &Path) -> Result<(), EmbeddedError> {
    owner_only_folder(unfinished)?;
    for file in FILES {
        copy_new(&from.join(file), &unfinished.join(file))?;
    }
    copy_new(key, &key_path(unfinished))?;
    sync(unfinished)?;
    // Opens every vector and name.
    drop(Embedded::open(unfinished)?);
    Ok(())
}

/// The folder in the making, on the same disk.
fn beside(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".restoring");
    dir.with_file_name(name)
}
