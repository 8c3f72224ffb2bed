//! The record of verified files, so that a start need not read 200 MB to know that nothing changed.
//!
//! A file counts as verified while its size and its time of change (whole seconds: copies and image layers keep no
//! more) are those of the moment at which its digest was computed.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use fs_err as fs;
use serde::{Deserialize, Serialize};

use super::write_atomically;
use crate::hash::Sha256;

const FILE: &str = "verified.json";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    sha256: Sha256,
    bytes: u64,
    changed_s: u64,
}

/// Digest, size and time of change of each verified file, by path below the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record(BTreeMap<String, Entry>);

impl Record {
    /// Reads the record of the store at `root`. A missing or unreadable one is an empty one: all is verified again.
    pub(crate) fn load(root: &Path) -> io::Result<Self> {
        match fs::read(root.join(FILE)) {
            Ok(text) => Ok(serde_json::from_slice(&text).map(Self).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn save(&self, root: &Path) -> io::Result<()> {
        write_atomically(root, Path::new(FILE), &serde_json::to_vec_pretty(&self.0)?)
    }

    /// The digest that the file at `relative` had when it was verified, if it is unchanged since.
    pub(crate) fn verified(&self, root: &Path, relative: &Path) -> Option<Sha256> {
        let entry = self.0.get(key(relative)?)?;
        let (bytes, changed_s) = stamp(&root.join(relative)).ok()?;
        (bytes == entry.bytes && changed_s == entry.changed_s).then_some(entry.sha256)
    }

    /// Notes that the file at `relative` has the digest `sha256`.
    pub(crate) fn note(&mut self, root: &Path, relative: &Path, sha256: Sha256) -> io::Result<()> {
        let (bytes, changed_s) = stamp(&root.join(relative))?;
        if let Some(key) = key(relative) {
            self.0.insert(key.to_owned(), Entry { sha256, bytes, changed_s });
        }
        Ok(())
    }
}

/// Paths below the root are made of declared names, which are ASCII.
fn key(relative: &Path) -> Option<&str> {
    relative.to_str()
}

fn stamp(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::metadata(path)?;
    // A time before 1970 reads as its distance: it need only be the same the next time.
    let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_else(|before| before.duration());
    Ok((metadata.len(), changed.as_secs()))
}
