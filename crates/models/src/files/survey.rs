//! What of the declared files is on disk, and whether it is what was declared.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::{Folder, Origin, Record, Target};
use crate::hash::Sha256;
use crate::manifest::FileKind;

/// State of one declared file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// There, and as declared.
    Verified,
    /// Not there.
    Missing,
    /// There, and not as declared.
    Changed,
}

/// One declared file and its state.
#[derive(Clone, Debug)]
pub struct FileStatus {
    /// Declared name.
    pub name: String,
    /// What it is for.
    pub kind: FileKind,
    /// Name and version of the package that it comes from; `None` where it is made from another file or lies in
    /// this binary.
    pub package: Option<String>,
    /// Where it is, or belongs.
    pub path: PathBuf,
    /// Its state.
    pub state: FileState,
}

/// A file of the store that is not as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// Declared digest.
    pub expected: Sha256,
    /// Digest of what is there.
    pub found: Sha256,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has sha256 {}, declared is {}", self.path.display(), self.found, self.expected)
    }
}

/// What a look at one target found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// On record, unchanged since.
    Recorded,
    /// Not on record; read, and as declared.
    Proven,
    Missing,
    Changed(Problem),
}

/// Looks at `target`; reads the file only where the record does not vouch for it.
pub(crate) fn examine(folder: &Folder, record: &Record, target: &Target<'_>) -> io::Result<Finding> {
    if record.verified(folder.root(), &target.relative) == Some(target.sha256) {
        return Ok(Finding::Recorded);
    }
    read(folder, target)
}

fn read(folder: &Folder, target: &Target<'_>) -> io::Result<Finding> {
    let path = folder.root().join(&target.relative);
    match Sha256::of_file(&path) {
        Ok(found) if found == target.sha256 => Ok(Finding::Proven),
        Ok(found) => Ok(Finding::Changed(Problem { path, expected: target.sha256, found })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Finding::Missing),
        Err(error) => Err(error),
    }
}

pub(super) fn status(folder: &Folder, targets: &[Target<'_>]) -> io::Result<Vec<FileStatus>> {
    let record = Record::load(folder.root())?;
    let mut statuses = Vec::with_capacity(targets.len());
    for target in targets {
        let state = match examine(folder, &record, target)? {
            Finding::Recorded | Finding::Proven => FileState::Verified,
            Finding::Missing => FileState::Missing,
            Finding::Changed(_) => FileState::Changed,
        };
        let (kind, package) = match target.origin {
            Origin::Member(package, _) => (package.kind(), Some(package.label())),
            Origin::Prepared(_) | Origin::Trained(_) => (FileKind::Model, None),
        };
        let path = folder.root().join(&target.relative);
        statuses.push(FileStatus { name: target.name().to_owned(), kind, package, path, state });
    }
    Ok(statuses)
}

pub(super) fn verify(folder: &Folder, targets: &[Target<'_>]) -> io::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for target in targets {
        if let Finding::Changed(problem) = read(folder, target)? {
            problems.push(problem);
        }
    }
    Ok(problems)
}
