//! Files and folders for their owner alone, on disk before anybody is told.

use std::io::{self, Write as _};
use std::path::Path;

use faceward_sealing::{owner_only, owner_only_folder};

/// Makes the folder, which is not there.
pub(super) fn new_folder(dir: &Path) -> io::Result<()> {
    if dir.try_exists()? {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!("{} is there already", dir.display()),
        ));
    }
    owner_only_folder(dir)
}

/// Writes a file that is not there.
pub(super) fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = owner_only().create_new(true).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Copies a file to where none is.
pub(super) fn copy_new(from: &Path, to: &Path) -> io::Result<()> {
    let mut copy = owner_only().create_new(true).open(to)?;
    io::copy(&mut fs_err::File::open(from)?, &mut copy)?;
    copy.sync_all()
}

/// Brings a file that another one has written to the disk.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    fs_err::File::open(path)?.sync_all()
}
