//! The folder, and what the manifest says about its files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use faceward_core::RuntimeKind;

use super::survey::{self, FileStatus, Problem};
use super::{StoreError, Target, paths, plan};
use crate::manifest::{FileKind, Manifest, Prepared};
use crate::platform::Platform;
use crate::selection::Selection;

/// A folder of declared files. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Folder {
    root: PathBuf,
    manifest: Arc<Manifest>,
    platform: Option<Platform>,
}

impl Folder {
    /// The folder `root`, for this machine. Touches nothing yet.
    pub(crate) fn new(root: PathBuf, manifest: Arc<Manifest>) -> Self {
        // Symbolic links and the working folder may change under a running server; absolute paths do not.
        let root = std::path::absolute(&root).unwrap_or(root);
        Self { root, manifest, platform: Platform::current() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where archives are downloaded and files written before they get their names.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.root.join(paths::SCRATCH)
    }

    /// Where a runtime keeps networks that it compiled.
    pub(crate) fn compiled(&self) -> PathBuf {
        self.root.join(paths::COMPILED)
    }

    /// The files that `what` needs, in the order in which they are fetched.
    pub(crate) fn plan(&self, what: &Selection) -> Result<Vec<Target<'_>>, StoreError> {
        plan::plan(&self.manifest, self.platform, what)
    }

    /// Those files and whether they are there.
    pub(crate) fn status(&self, targets: &[Target<'_>]) -> std::io::Result<Vec<FileStatus>> {
        survey::status(self, targets)
    }

    /// Reads those of `targets` that are there and gives what is not as declared.
    pub(crate) fn verify(&self, targets: &[Target<'_>]) -> std::io::Result<Vec<Problem>> {
        survey::verify(self, targets)
    }

    /// The file of the model `id` for `runtime`.
    pub(crate) fn model(&self, id: &str, runtime: RuntimeKind) -> Result<PathBuf, StoreError> {
        self.present(&plan::model_target(&self.manifest, id, runtime)?.relative)
    }

    /// The library of `runtime` to load.
    pub(crate) fn library(&self, runtime: RuntimeKind) -> Result<PathBuf, StoreError> {
        let (package, decl) = plan::runtime_package(&self.manifest, runtime, self.platform)?;
        self.present(&paths::folder(package).join(&decl.library))
    }

    /// The test photo `name`.
    pub(crate) fn fixture(&self, name: &str) -> Result<PathBuf, StoreError> {
        let (package, member) = self
            .manifest
            .packages()
            .iter()
            .filter(|package| package.kind() == FileKind::Fixture)
            .find_map(|package| Some((package, package.members.iter().find(|member| member.name == name)?)))
            .ok_or_else(|| StoreError::UnknownFixture { name: name.to_owned() })?;
        self.present(&paths::member(package, member))
    }

    /// The fetched file that `prepared` is made from.
    pub(crate) fn source_of(&self, prepared: &Prepared) -> Result<PathBuf, StoreError> {
        let unknown = || StoreError::UnknownModel { id: prepared.source.clone() };
        let (package, member) = self.manifest.model_member(&prepared.source).ok_or_else(unknown)?;
        self.present(&paths::member(package, member))
    }

    fn present(&self, relative: &Path) -> Result<PathBuf, StoreError> {
        let path = self.root.join(relative);
        if path.is_file() { Ok(path) } else { Err(StoreError::NotFetched { path }) }
    }
}
