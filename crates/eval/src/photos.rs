//! Labelled photos, in a folder or in an uncompressed tar archive.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use fs_err::File;

use crate::error::EvalError;

/// Whatever gives the bytes of a photo by its name.
pub(crate) trait ReadPhoto: Sync {
    /// The bytes of the photo called `name`.
    ///
    /// # Errors
    /// There is no such photo, or it cannot be read.
    fn read(&self, name: &str) -> Result<Vec<u8>, EvalError>;
}

impl ReadPhoto for PhotoSource {
    fn read(&self, name: &str) -> Result<Vec<u8>, EvalError> {
        Self::read(self, name)
    }
}

/// Where photos are read from. Paths are relative to it, with `/` between their parts.
#[derive(Debug)]
pub enum PhotoSource {
    /// A folder.
    Folder(PathBuf),
    /// A tar archive, read in place.
    Archive {
        /// The archive.
        path: PathBuf,
        /// Where each file's bytes are.
        entries: HashMap<String, Extent>,
    },
}

/// A stretch of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// First byte.
    start: u64,
    /// Number of bytes.
    len: u64,
}

impl PhotoSource {
    /// Opens a folder, or an archive whose name ends in `.tar`.
    ///
    /// # Errors
    /// `root` is neither, or the archive cannot be read.
    pub fn open(root: &Path) -> Result<Self, EvalError> {
        if root.is_dir() {
            return Ok(Self::Folder(root.to_owned()));
        }
        let entries =
            list_archive(root).map_err(|source| EvalError::Read { path: root.to_owned(), source })?;
        Ok(Self::Archive { path: root.to_owned(), entries })
    }

    /// The bytes of the file at `path`.
    ///
    /// # Errors
    /// There is no such file, or it cannot be read.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, EvalError> {
        match self {
            Self::Folder(root) => read_file(&root.join(path), None).map_err(|source| {
                if source.kind() == ErrorKind::NotFound {
                    return self.no_such_photo(path);
                }
                EvalError::Read { path: root.join(path), source }
            }),
            Self::Archive { path: archive, entries } => {
                let extent = entries.get(path).ok_or_else(|| self.no_such_photo(path))?;
                read_file(archive, Some(*extent))
                    .map_err(|source| EvalError::Read { path: archive.clone(), source })
            }
        }
    }

    fn no_such_photo(&self, path: &str) -> EvalError {
        let (Self::Folder(root) | Self::Archive { path: root, entries: _ }) = self;
        EvalError::NoSuchPhoto { path: path.to_owned(), root: root.clone() }
    }
}

fn read_file(path: &Path, extent: Option<Extent>) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    match extent {
        None => file.read_to_end(&mut bytes)?,
        Some(Extent { start, len }) => {
            file.seek(SeekFrom::Start(start))?;
            file.take(len).read_to_end(&mut bytes)?
        }
    };
    Ok(bytes)
}

fn list_archive(path: &Path) -> std::io::Result<HashMap<String, Extent>> {
    let mut entries = HashMap::new();
    for entry in tar::Archive::new(File::open(path)?).entries_with_seek()? {
        let entry = entry?;
        // An index names photos in text; a name that is none cannot be meant by it.
        let path = entry.path()?;
        if let (true, Some(name)) = (entry.header().entry_type().is_file(), path.to_str()) {
            let name = name.trim_start_matches("./").to_owned();
            entries.insert(name, Extent { start: entry.raw_file_position(), len: entry.size() });
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [(&str, &[u8]); 2] = [("images/a.jpg", b"first"), ("images/b.jpg", b"second photo")];

    fn check(source: &PhotoSource) {
        for (path, bytes) in FILES {
            assert_eq!(source.read(path).expect("a listed file"), bytes, "{path}");
        }
        let missing = source.read("images/c.jpg").expect_err("no such file");
        assert!(matches!(missing, EvalError::NoSuchPhoto { .. }), "{missing}");
    }

    #[test]
    fn a_folder_and_an_archive_of_it_hold_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let archive = folder.path().join("photos.tar");
        let mut builder = tar::Builder::new(File::create(&archive).expect("an archive"));
        fs_err::create_dir(folder.path().join("images")).expect("a folder");
        for (path, bytes) in FILES {
            fs_err::write(folder.path().join(path), bytes).expect("a file");
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            builder.append_data(&mut header, format!("./{path}"), bytes).expect("an entry");
        }
        builder.into_inner().expect("a finished archive");
        check(&PhotoSource::open(folder.path()).expect("the folder"));
        check(&PhotoSource::open(&archive).expect("the archive"));
    }

    #[test]
    fn what_is_not_there_cannot_be_opened() {
        assert!(matches!(PhotoSource::open(Path::new("no/such/place")), Err(EvalError::Read { .. })));
    }
}
