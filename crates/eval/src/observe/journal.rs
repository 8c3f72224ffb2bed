//! Results of single photos on disk, so that a cut run goes on where it was.
//!
//! One file for each build, set of models and question; one JSON line a photo, keyed by the SHA-256 of its bytes. It
//! can hold embeddings: only its owner may read it, and unless told otherwise it goes when the run is through.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use fs_err::{File, OpenOptions};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::JournalPlace;
use super::fingerprint::hex;
use super::record::Observed;
use crate::error::EvalError;

/// SHA-256 of a photo's bytes, in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Digest(String);

impl Digest {
    pub(super) fn of(photo: &[u8]) -> Self {
        Self(hex(&Sha256::digest(photo)))
    }
}

/// Results so far, and where further ones go.
pub(super) struct Journal {
    known: HashMap<String, Observed>,
    file: Option<Mutex<File>>,
    /// The file to remove in the end.
    passing: Option<PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Line<T> {
    photo: String,
    observed: T,
}

impl Journal {
    /// Opens the journal of `fingerprint` at `place`.
    ///
    /// # Errors
    /// The folder cannot be made, the file not be read, or another run holds it.
    pub(super) fn open(place: &JournalPlace, fingerprint: &str) -> Result<Self, EvalError> {
        let (folder, passing) = match place {
            JournalPlace::Nowhere => {
                return Ok(Self { known: HashMap::new(), file: None, passing: None });
            }
            JournalPlace::UntilDone(folder) => (folder, true),
            JournalPlace::Kept(folder) => (folder, false),
        };
        let path = folder.join(format!("{fingerprint}.jsonl"));
        let (file, known) =
            open(folder, &path).map_err(|source| EvalError::Journal { path: path.clone(), source })?;
        Ok(Self { known, file: Some(Mutex::new(file)), passing: passing.then_some(path) })
    }

    /// The result of a photo.
    pub(super) fn find(&self, photo: &Digest) -> Option<&Observed> {
        self.known.get(&photo.0)
    }

    /// Keeps a result.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn add(&self, photo: &Digest, observed: &Observed) -> Result<(), EvalError> {
        let Some(file) = &self.file else { return Ok(()) };
        // A thread that panicked while writing left half a line, which the next opening cuts off.
        let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut line = serde_json::to_vec(&Line { photo: photo.0.clone(), observed })
            .map_err(|error| self.failed(file.path(), error.into()))?;
        line.push(b'\n');
        file.write_all(&line).map_err(|source| self.failed(file.path(), source))
    }

    /// Ends the run: a passing journal is removed.
    ///
    /// # Errors
    /// It cannot be.
    pub(super) fn finish(self) -> Result<(), EvalError> {
        let Some(path) = self.passing else { return Ok(()) };
        fs_err::remove_file(&path).map_err(|source| EvalError::Journal { path, source })
    }

    #[expect(clippy::unused_self, reason = "it reads as what it is")]
    fn failed(&self, path: &Path, source: std::io::Error) -> EvalError {
        EvalError::Journal { path: path.to_owned(), source }
    }
}

fn open(folder: &Path, path: &Path) -> std::io::Result<(File, HashMap<String, Observed>)> {
    fs_err::create_dir_all(folder)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use fs_err::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.file().try_lock().map_err(|error| std::io::Error::other(error.to_string()))?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    // A run that was cut may have left half a line.
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    file.file().set_len(whole as u64)?;
    file.seek(SeekFrom::End(0))?;
    let mut known = HashMap::new();
    for line in text[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let Line { photo, observed } = serde_json::from_slice(line)?;
        known.insert(photo, observed);
    }
    Ok((file, known))
}

#[cfg(test)]
mod tests {
    use super::super::record::Sight;
    use super::*;

    fn seen(reason: &str) -> Observed {
        Observed { sight: Sight::Nothing(reason.to_owned()), trivial: Some(vec![0.1, 2.0]) }
    }

    #[test]
    fn a_cut_run_goes_on_and_half_a_line_is_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = JournalPlace::Kept(folder.path().to_owned());
        let [first, second] = [Digest::of(b"first"), Digest::of(b"second")];
        let journal = Journal::open(&place, "one").expect("a journal");
        journal.add(&first, &seen("no face")).expect("written");
        drop(journal);
        let path = folder.path().join("one.jsonl");
        let mut text = fs_err::read(&path).expect("a file");
        text.extend(b"{\"photo\":\"ab");
        fs_err::write(&path, text).expect("written");
        let journal = Journal::open(&place, "one").expect("the same journal");
        assert_eq!((journal.find(&first), journal.find(&second)), (Some(&seen("no face")), None));
        journal.add(&second, &seen("damaged")).expect("written");
        journal.finish().expect("nothing to remove");
        let journal = Journal::open(&place, "one").expect("the same journal");
        assert_eq!(journal.find(&second), Some(&seen("damaged")));
        assert!(Journal::open(&place, "two").expect("another journal").find(&first).is_none());
    }

    #[test]
    fn a_passing_journal_goes_with_the_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = JournalPlace::UntilDone(folder.path().to_owned());
        let journal = Journal::open(&place, "one").expect("a journal");
        assert!(Journal::open(&place, "one").is_err(), "one run at a time");
        journal.finish().expect("removed");
        assert_eq!(fs_err::read_dir(folder.path()).expect("a folder").count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        drop(Journal::open(&JournalPlace::Kept(folder.path().to_owned()), "one").expect("a journal"));
        let mode = fs_err::metadata(folder.path().join("one.jsonl")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
