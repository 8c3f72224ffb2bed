//! A data folder out of a copy and a key.

use std::path::{Path, PathBuf};

use faceward_sealing::{KeySource, SealingError, key_path, owner_only_folder};

use super::files::{copy_new, sync};
use super::list::List;
use super::make::FILES;
use crate::{Embedded, EmbeddedError, Options};

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// When the copy was made, RFC 3339, UTC.
    pub made_at: String,
    /// Templates of all apps.
    pub n_templates: usize,
}

/// The key of what is restored.
#[derive(Clone, Copy)]
pub enum RestoredKey<'a> {
    /// In a file that is copied to where the data folder has its own.
    File(&'a Path),
    /// Where it will stay.
    Elsewhere(&'a KeySource),
}

/// Makes the data folder `dir`, which is not there or empty, out of the copy in `from` and its key.
/// Every template is opened once, so that a key that does not fit is noticed now. The folder is there when it is whole.
///
/// # Errors
/// The copy is not whole, or not as it was written; the key is missing, exposed or the wrong one; there is something in `dir`;
/// the file system fails.
pub fn restore(from: &Path, key: RestoredKey<'_>, dir: &Path) -> Result<Restored, EmbeddedError> {
    if dir.try_exists()? && fs_err::read_dir(dir)?.next().is_some() {
        return Err(EmbeddedError::NotEmpty(dir.to_owned()));
    }
    let list = List::read(from, &FILES)?;
    let source = key.source();
    if source.load()?.is_none() {
        return Err(SealingError::KeyMissing(source.origin()).into());
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

impl RestoredKey<'_> {
    fn source(self) -> KeySource {
        match self {
            Self::File(path) => KeySource::File(path.to_owned()),
            Self::Elsewhere(source) => source.clone(),
        }
    }
}

fn fill(unfinished: &Path, from: &Path, key: RestoredKey<'_>) -> Result<(), EmbeddedError> {
    owner_only_folder(unfinished)?;
    for file in FILES {
        copy_new(&from.join(file), &unfinished.join(file))?;
    }
    if let RestoredKey::File(path) = key {
        copy_new(path, &key_path(unfinished))?;
    }
    sync(unfinished)?;
    // Opens every vector and name.
    drop(Embedded::open_with(unfinished, &key.source().into(), Options::default(), &|_| {})?);
    Ok(())
}

/// The folder in the making, on the same disk.
fn beside(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".restoring");
    dir.with_file_name(name)
}
