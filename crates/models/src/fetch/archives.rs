//! One verified archive after the other: out of a folder, or through the registry's client.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::{Clients, FetchError, FetchOptions, MissingPackage};
use crate::files::Folder;
use crate::hash::Sha256;
use crate::manifest::Package;
use crate::progress::{FetchEvent, Progress};

/// Where archives come from in this fetch.
pub(super) struct Archives<'f> {
    store: &'f Folder,
    clients: &'f dyn Clients,
    offline: bool,
    /// The archives that the user supplied.
    supplied: Option<&'f Path>,
    progress: &'f dyn Progress,
}

impl<'f> Archives<'f> {
    pub(super) fn new(
        store: &'f Folder,
        clients: &'f dyn Clients,
        options: &'f FetchOptions,
        progress: &'f dyn Progress,
    ) -> Self {
        Self { store, clients, offline: options.offline, supplied: options.from.as_deref(), progress }
    }

    /// Fails with all missing archives at once where the network may not help.
    pub(super) fn check(&self, packages: &[&Package]) -> Result<(), FetchError> {
        let is_there =
            |package: &Package| self.supplied.is_some_and(|folder| folder.join(&package.archive).is_file());
        if self.offline || self.supplied.is_some() {
            let missing: Vec<_> = packages.iter().filter(|package| !is_there(package)).collect();
            if !missing.is_empty() {
                let packages = missing.into_iter().map(|package| MissingPackage::of(package)).collect();
                return Err(FetchError::Missing { packages });
            }
        }
        Ok(())
    }

    /// The archive of `package`, verified.
    pub(super) fn get(&self, package: &Package) -> Result<Archive, FetchError> {
        self.progress.report(FetchEvent::Downloading { package: &package.label(), bytes: package.bytes });
        let archive = match self.supplied {
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
        let path = self.clients.download(package, scratch.path(), self.progress)?;
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
