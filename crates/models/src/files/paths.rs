//! Where each file lies below the root, and how a file gets there: complete or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::manifest::{FileKind, Member, Package, Prepared, Trained};

pub(crate) const COMPILED: &str = "compiled";
pub(crate) const SCRATCH: &str = "packages";

/// Folder of the files of `package`, below the root. Libraries look for each other beside themselves, so a runtime has
/// a folder of its own; the digest keeps platforms apart that share a home folder.
pub(crate) fn folder(package: &Package) -> PathBuf {
    let versioned = || format!("{}-{}-{}", package.name, package.version, package.sha256.short());
    match package.kind() {
        FileKind::Model => PathBuf::from("files"),
        FileKind::Library => Path::new("runtimes").join(versioned()),
        FileKind::Fixture => Path::new("fixtures").join(versioned()),
    }
}

/// Path of `member`, below the root.
pub(crate) fn member(package: &Package, member: &Member) -> PathBuf {
    let name = match package.kind() {
        FileKind::Model => format!("{}-{}", member.sha256.short(), member.name),
        FileKind::Library | FileKind::Fixture => member.name.clone(),
    };
    folder(package).join(name)
}

/// Path of a prepared file, below the root.
pub(crate) fn prepared(prepared: &Prepared) -> PathBuf {
    Path::new("repaired").join(format!("{}-{}", prepared.sha256.short(), prepared.name))
}

/// Path of a trained file, below the root.
pub(crate) fn trained(trained: &Trained) -> PathBuf {
    Path::new("trained").join(format!("{}-{}", trained.sha256.short(), trained.name))
}

/// Writes `bytes` to `relative` below `root`: readers see the old file or the whole new one, even after a power cut.
pub(crate) fn write_atomically(root: &Path, relative: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = scratch_file(root)?;
    file.write_all(bytes)?;
    publish(file, &root.join(relative))
}

/// A new file in the scratch folder, on the same file system as every other file of the store.
pub(crate) fn scratch_file(root: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = root.join(SCRATCH);
    fs::create_dir_all(&folder)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; several users may share a store.
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    builder.tempfile_in(folder)
}

/// Moves a complete `file` to `path`.
pub(crate) fn publish(file: tempfile::NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    let folder = path.parent().ok_or_else(|| io::Error::other("a file of the store lies in a folder"))?;
    fs::create_dir_all(folder)?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Makes a rename inside `folder` durable.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Windows has no such call; its rename is journalled.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
