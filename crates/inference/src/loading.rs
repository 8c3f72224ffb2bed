//! One library per runtime and process: which one it is, and a clear word when it is missing or another one.

use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use crate::error::InferenceError;

/// The library that this process has loaded for one runtime, with what was made of it.
pub(crate) struct LoadedOnce<T> {
    runtime: &'static str,
    loaded: Mutex<Option<(PathBuf, T)>>,
}

impl<T: Clone> LoadedOnce<T> {
    /// Nothing loaded yet for the runtime called `runtime`.
    pub(crate) const fn new(runtime: &'static str) -> Self {
        Self { runtime, loaded: Mutex::new(None) }
    }

    /// Gives what the first call made of `library`; later calls must name the same library.
    pub(crate) fn get_or_load(
        &self,
        library: &Path,
        load: impl FnOnce(&Path) -> Result<T, String>,
    ) -> Result<T, InferenceError> {
        let runtime = self.runtime;
        // The canonical path, because a relative one would be looked up in the system's library folders.
        let wanted = fs_err::canonicalize(library)
            .map_err(|_| InferenceError::LibraryMissing { runtime, path: library.to_path_buf() })?;
        let mut loaded = self.loaded.lock();
        if let Some((path, value)) = loaded.as_ref() {
            return if *path == wanted {
                Ok(value.clone())
            } else {
                Err(InferenceError::LibraryConflict { runtime, loaded: path.clone(), wanted })
            };
        }
        let value = load(&wanted).map_err(|reason| InferenceError::LibraryUnusable {
            runtime,
            path: wanted.clone(),
            reason,
        })?;
        *loaded = Some((wanted, value.clone()));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_library_stays_and_another_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let [first, second] = ["first.so", "second.so"].map(|name| folder.path().join(name));
        for path in [&first, &second] {
            fs_err::write(path, "").expect("a file");
        }
        let once = LoadedOnce::new("Toy");
        assert_eq!(once.get_or_load(&first, |_| Ok(1)).expect("loads"), 1);
        assert_eq!(once.get_or_load(&first, |_| Err("loaded twice".into())).expect("still there"), 1);
        let error = once.get_or_load(&second, |_| Ok(2)).expect_err("another library");
        assert!(error.to_string().contains("second.so"), "{error}");
    }

    #[test]
    fn a_failed_load_can_be_tried_again() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let once = LoadedOnce::new("Toy");
        let error =
            once.get_or_load(file.path(), |_| Err::<i32, _>("bad header".into())).expect_err("unusable");
        assert!(error.to_string().contains("bad header"), "{error}");
        assert_eq!(once.get_or_load(file.path(), |_| Ok(3)).expect("loads"), 3);
    }

    #[test]
    fn a_missing_library_is_named() {
        let error = LoadedOnce::new("Toy")
            .get_or_load(Path::new("/nowhere/libtoy.so"), |_| Ok(()))
            .expect_err("missing");
        assert_eq!(error.to_string(), "the library of Toy is missing: /nowhere/libtoy.so");
    }
}
