//! One verified archive after the other: out of a folder, or through the registry's client.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::{FetchError, FetchOptions, MissingPackage};
use crate::hash::Sha256;
use crate::manifest::Package;
use crate::progress::{FetchEvent, Progress};
use crate::store::Store;

/// Where archives come from in this fetch.
pub(super) struct Archives<'f> {
    store: &'f Store,
    folder: Option<&'f Path>,
    progress: &'f dyn Progress,
}

impl<'f> Archives<'f> {
    /// Fails with all missing archives at once where the network may not help.
    pub(super) fn new(
        store: &'f Store,
        options: &'f FetchOptions,
        progress: &'f dyn Progress,
        packages: &[&Package],
    ) -> Result<Self, FetchError> {
        let folder = options.from.as_deref();
        let is_there =
            |package: &Package| folder.is_some_and(|folder| folder.join(&package.archive).is_file());
        if options.offline || folder.is_some() {
            let missing: Vec<_> = packages.iter().filter(|package| !is_there(package)).collect();
            if !missing.is_empty() {
                let packages = missing.into_iter().map(|package| MissingPackage::of(package)).collect();
                return Err(FetchError::Missing { packages });
            }
        }
        Ok(Self { store, folder, progress })
    }

    /// The archive of `package`, verified.
    pub(super) fn get(&self, package: &Package) -> Result<Archive, FetchError> {
        self.progress.report(FetchEvent::Downloading { package: &package.label(), bytes: package.bytes });
        let archive = match self.folder {
            Some(folder) => Archive { path: folder.join(&package.archive), scratch: None },
            None => self.download(package)?,
        };
        let found = Sha256::of_file(archive.path())?;
        if found == package.sha256 {
            Ok(archive)
        } else {
            Err(FetchError::Digest { file: package.archive.clone(), expected: package.sha256, found })
        }
    }

    fn download(&self, package: &Package) -> Result<Archive, FetchError> {
        fs::create_dir_all(self.store.scratch())?;
        let scratch = tempfile::tempdir_in(self.store.scratch())?;
        let path = self.store.clients().download(package, scratch.path(), self.progress)?;
        Ok(Archive { path, scratch: Some(scratch) })
    }
}

/// An archive on disk. Dropping it removes what was downloaded, never what the user supplied.
pub(super) struct Archive {
    path: PathBuf,
    #[expect(dead_code, reason = "held for its drop, which removes the folder")]
    scratch: Option<tempfile::TempDir>,
}

impl Archive {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
