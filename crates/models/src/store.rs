//! The store: every verified file below one folder, fetched where it is missing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use faceward_core::RuntimeKind;

use crate::fetch::{self, Clients, FetchError, FetchOptions, RegistryClients};
use crate::files::{FileStatus, Folder, Problem, StoreError};
use crate::manifest::Manifest;
use crate::progress::Progress;
use crate::selection::Selection;

/// The verified files below one folder. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    folder: Folder,
    clients: Arc<dyn Clients>,
}

impl Store {
    /// The store in `root`, with the manifest of this binary. Touches nothing yet.
    #[must_use]
    pub fn open(root: PathBuf) -> Self {
        Self::with(root, Manifest::embedded_shared(), Arc::new(RegistryClients::default()))
    }

    /// The store in `root` for another manifest or other clients.
    #[must_use]
    pub fn with(root: PathBuf, manifest: Arc<Manifest>, clients: Arc<dyn Clients>) -> Self {
        Self { folder: Folder::new(root, manifest), clients }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.folder.root()
    }

    /// The manifest that the store follows.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        self.folder.manifest()
    }

    /// Makes sure that everything in `what` is there and verified; fetches what is missing. Where all is there, this
    /// costs milliseconds: files whose size and time of change are those of their verification are not read again.
    ///
    /// Safe against other processes that do the same, and against being killed at any moment.
    ///
    /// # Errors
    /// A client or the network is missing, an archive or file is not the declared one, or a file in the store was
    /// changed since it was verified.
    pub fn ensure(
        &self,
        what: &Selection,
        options: &FetchOptions,
        progress: &dyn Progress,
    ) -> Result<(), FetchError> {
        let targets = self.folder.plan(what)?;
        fetch::ensure(&self.folder, &*self.clients, &targets, options, progress)
    }

    /// The files that `what` needs, in the order in which they are fetched, and whether they are there. Reads no file
    /// whose verification is on record.
    ///
    /// # Errors
    /// `what` names what does not exist, or a file cannot be read.
    pub fn status(&self, what: &Selection) -> Result<Vec<FileStatus>, FetchError> {
        Ok(self.folder.status(&self.folder.plan(what)?)?)
    }

    /// Reads every file that is there, and gives those that are not as declared.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn verify(&self) -> Result<Vec<Problem>, FetchError> {
        let everything = Selection::everything(self.manifest());
        Ok(self.folder.verify(&self.folder.plan(&everything)?)?)
    }

    /// The ready file of the model `id` for OpenVINO, which reads every model.
    ///
    /// # Errors
    /// There is no such model, or it was not fetched.
    pub fn model_file(&self, id: &str) -> Result<PathBuf, StoreError> {
        self.model_file_for(id, RuntimeKind::OpenVino)
    }

    /// The ready file of the model `id` for `runtime`.
    ///
    /// # Errors
    /// There is no such model, the runtime cannot read it, or it was not fetched.
    pub fn model_file_for(&self, id: &str, runtime: RuntimeKind) -> Result<PathBuf, StoreError> {
        self.folder.model(id, runtime)
    }

    /// The library of `runtime` to load; the libraries that it needs lie beside it. The path is absolute.
    ///
    /// # Errors
    /// There is none for this machine, or it was not fetched.
    pub fn runtime_library(&self, runtime: RuntimeKind) -> Result<PathBuf, StoreError> {
        self.folder.library(runtime)
    }

    /// Where a runtime may keep networks that it compiled. The folder may not exist yet.
    #[must_use]
    pub fn compiled_dir(&self) -> PathBuf {
        self.folder.compiled()
    }

    /// The test photo `name`, as in `obama.jpg`.
    ///
    /// # Errors
    /// There is no such photo, or it was not fetched.
    pub fn fixture(&self, name: &str) -> Result<PathBuf, StoreError> {
        self.folder.fixture(name)
    }
}

/// Where the store lies unless the user says otherwise: `faceward/models` in the XDG cache folder `xdg_cache_home`, or
/// in `.cache` of the home folder; `None` where neither is known.
#[must_use]
pub fn default_root(home: Option<&Path>, xdg_cache_home: Option<&Path>) -> Option<PathBuf> {
    // The XDG specification: a relative path is to be ignored.
    let xdg = xdg_cache_home.filter(|path| path.is_absolute()).map(Path::to_path_buf);
    let cache = xdg.or_else(|| home.map(|home| home.join(".cache")))?;
    Some(cache.join("faceward").join("models"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_follows_xdg_and_then_the_home_folder() {
        let rows: [(Option<&str>, Option<&str>, Option<&str>); 4] = [
            (Some("/home/a"), Some("/c"), Some("/c/faceward/models")),
            (Some("/home/a"), Some("relative"), Some("/home/a/.cache/faceward/models")),
            (Some("/home/a"), None, Some("/home/a/.cache/faceward/models")),
            (None, None, None),
        ];
        for (home, xdg, root) in rows {
            assert_eq!(default_root(home.map(Path::new), xdg.map(Path::new)).as_deref(), root.map(Path::new));
        }
    }
}
