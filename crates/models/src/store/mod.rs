//! The folder on disk that holds every verified file.
//!
//! Layout below the root: `files/` networks as fetched, `repaired/` networks made from them (a record beside each),
//! `trained/` networks out of this binary, `runtimes/` shared libraries, `fixtures/` photos for tests, `compiled/` networks as a runtime compiled them,
//! `packages/` archives being unpacked, `verified.json` what was verified, `lock` one fetch at a time. File names
//! carry digests, so versions of Faceward share a folder without disturbing each other.

mod lock;
mod paths;
mod plan;
mod record;
mod survey;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use lock::Lock;
pub(crate) use paths::{publish, scratch_file, write_atomically};
pub(crate) use plan::{Origin, Target};
pub(crate) use record::Record;
pub use survey::{FileState, FileStatus, Problem};
pub(crate) use survey::{Finding, examine};

use crate::fetch::{self, Clients, FetchError, FetchOptions, RegistryClients};
use crate::manifest::{FileKind, Manifest, Prepared, RuntimeName};
use crate::platform::Platform;
use crate::progress::Progress;
use crate::selection::Selection;

/// A file that the store cannot give.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No model has this id.
    #[error("there is no model `{id}`")]
    UnknownModel {
        /// The id.
        id: String,
    },
    /// The runtime cannot read the model.
    #[error("{runtime} cannot read the model `{id}`")]
    Unreadable {
        /// The model.
        id: String,
        /// The runtime.
        runtime: RuntimeName,
    },
    /// No wheel of the runtime is known for this machine.
    #[error("there is no {runtime} for this operating system and processor")]
    NoRuntime {
        /// The runtime.
        runtime: RuntimeName,
    },
    /// No fixture has this name.
    #[error("there is no test photo `{name}`")]
    UnknownFixture {
        /// The name.
        name: String,
    },
    /// It was not fetched yet.
    #[error("{} is not there: run `faceward models fetch`", path.display())]
    NotFetched {
        /// Where it belongs.
        path: PathBuf,
    },
}

/// The verified files below one folder. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    root: PathBuf,
    manifest: Arc<Manifest>,
    platform: Option<Platform>,
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
        // Symbolic links and the working folder may change under a running server; absolute paths do not.
        let root = std::path::absolute(&root).unwrap_or(root);
        Self { root, manifest, platform: Platform::current(), clients }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The manifest that the store follows.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
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
        let targets = self.plan(what)?;
        fetch::ensure(self, &targets, options, progress)
    }

    /// The files that `what` needs, in the order in which they are fetched, and whether they are there. Reads no file
    /// whose verification is on record.
    ///
    /// # Errors
    /// `what` names what does not exist, or a file cannot be read.
    pub fn status(&self, what: &Selection) -> Result<Vec<FileStatus>, FetchError> {
        survey::status(self, &self.plan(what)?)
    }

    /// Reads every file that is there, and gives those that are not as declared.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn verify(&self) -> Result<Vec<Problem>, FetchError> {
        survey::verify(self, &self.plan(&Selection::everything(&self.manifest))?)
    }

    /// The ready file of the model `id` for OpenVINO, which reads every model.
    ///
    /// # Errors
    /// There is no such model, or it was not fetched.
    pub fn model_file(&self, id: &str) -> Result<PathBuf, StoreError> {
        self.model_file_for(id, RuntimeName::Openvino)
    }

    /// The ready file of the model `id` for `runtime`.
    ///
    /// # Errors
    /// There is no such model, the runtime cannot read it, or it was not fetched.
    pub fn model_file_for(&self, id: &str, runtime: RuntimeName) -> Result<PathBuf, StoreError> {
        let target = plan::model_target(&self.manifest, id, runtime)?;
        self.present(&target.relative)
    }

    /// The library of `runtime` to load; the libraries that it needs lie beside it. The path is absolute.
    ///
    /// # Errors
    /// There is none for this machine, or it was not fetched.
    pub fn runtime_library(&self, runtime: RuntimeName) -> Result<PathBuf, StoreError> {
        let (package, decl) = plan::runtime_package(&self.manifest, runtime, self.platform)?;
        self.present(&paths::folder(package).join(&decl.library))
    }

    /// Where a runtime may keep networks that it compiled. The folder may not exist yet.
    #[must_use]
    pub fn compiled_dir(&self) -> PathBuf {
        self.root.join(paths::COMPILED)
    }

    /// The test photo `name`, as in `obama.jpg`.
    ///
    /// # Errors
    /// There is no such photo, or it was not fetched.
    pub fn fixture(&self, name: &str) -> Result<PathBuf, StoreError> {
        let (package, member) = self
            .manifest
            .packages()
            .iter()
            .filter(|package| package.kind() == FileKind::Fixture)
            .find_map(|package| Some((package, package.members.iter().find(|member| member.name == name)?)))
            .ok_or_else(|| StoreError::UnknownFixture { name: name.to_owned() })?;
        self.present(&paths::member(package, member))
    }

    pub(crate) fn scratch(&self) -> PathBuf {
        self.root.join(paths::SCRATCH)
    }

    /// The fetched file that `prepared` is made from.
    pub(crate) fn source_of(&self, prepared: &Prepared) -> Result<PathBuf, StoreError> {
        let unknown = || StoreError::UnknownModel { id: prepared.source.clone() };
        let (package, member) = self.manifest.model_member(&prepared.source).ok_or_else(unknown)?;
        self.present(&paths::member(package, member))
    }

    pub(crate) fn clients(&self) -> &dyn Clients {
        &*self.clients
    }

    fn plan(&self, what: &Selection) -> Result<Vec<Target<'_>>, StoreError> {
        plan::plan(&self.manifest, self.platform, what)
    }

    fn present(&self, relative: &Path) -> Result<PathBuf, StoreError> {
        let path = self.root.join(relative);
        if path.is_file() { Ok(path) } else { Err(StoreError::NotFetched { path }) }
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
