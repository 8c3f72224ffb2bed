//! The list of the files of a copy.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::files::write_new;
use crate::EmbeddedError;

/// Its name.
const NAME: &str = "backup.json";
/// Its version. A program reads no other.
const FORMAT: u32 = 1;

/// What a copy consists of.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct List {
    format: u32,
    /// RFC 3339, UTC.
    pub(super) made_at: String,
    /// Of the program that made it.
    version: String,
    pub(super) n_templates: usize,
    pub(super) files: Vec<Listed>,
}

/// One file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) n_bytes: u64,
    sha256: String,
}

impl List {
    /// Lists the files of these names in `dir`.
    pub(super) fn of(dir: &Path, names: &[&str], n_templates: usize) -> Result<Self, EmbeddedError> {
        let files = names.iter().map(|name| {
            let (n_bytes, sha256) = digest(&dir.join(name))?;
            Ok(Listed { name: (*name).to_owned(), n_bytes, sha256 })
        });
        Ok(Self {
            format: FORMAT,
            made_at: Timestamp::now().to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            n_templates,
            files: files.collect::<Result<_, EmbeddedError>>()?,
        })
    }

    /// Writes it into `dir`, on disk.
    pub(super) fn write(&self, dir: &Path) -> Result<(), EmbeddedError> {
        let text = serde_json::to_vec_pretty(self).map_err(std::io::Error::other)?;
        Ok(write_new(&dir.join(NAME), &text)?)
    }

    /// Whether there is one in `dir`.
    pub(super) fn is_in(dir: &Path) -> Result<bool, EmbeddedError> {
        Ok(dir.join(NAME).try_exists()?)
    }

    /// The list in `dir`, whose files are those of these names and as they were listed.
    pub(super) fn read(dir: &Path, names: &[&str]) -> Result<Self, EmbeddedError> {
        let wrong = |reason: String| EmbeddedError::NoBackup { path: dir.to_owned(), reason };
        let text = fs_err::read(dir.join(NAME)).map_err(|error| wrong(error.to_string()))?;
        let list: Self = serde_json::from_slice(&text).map_err(|error| wrong(format!("{NAME}: {error}")))?;
        if list.format != FORMAT {
            return Err(wrong(format!("its format is {}, this program reads {FORMAT}", list.format)));
        }
        let listed: Vec<&str> = list.files.iter().map(|file| file.name.as_str()).collect();
        if listed != names {
            return Err(wrong(format!("{NAME} lists {listed:?}")));
        }
        for file in &list.files {
            let path: PathBuf = dir.join(&file.name);
            let found = digest(&path).map_err(|error| wrong(error.to_string()))?;
            if found != (file.n_bytes, file.sha256.clone()) {
                return Err(wrong(format!("{} is not as it was written", file.name)));
            }
        }
        Ok(list)
    }
}

/// The size of a file, and its digest in hexadecimal.
fn digest(path: &Path) -> std::io::Result<(u64, String)> {
    let (mut file, mut sha256) = (fs_err::File::open(path)?, Sha256::new());
    let (mut buffer, mut n_bytes) = (vec![0; 1 << 20], 0);
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        sha256.update(&buffer[..length]);
        n_bytes += length as u64;
    }
    Ok((n_bytes, sha256.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}
