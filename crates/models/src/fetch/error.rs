//! Why a fetch failed, in words that say what to do.

use std::fmt;
use std::io;

use crate::files::{Problem, StoreError};
use crate::hash::Sha256;
use crate::manifest::{Package, Registry};
use crate::repair::RepairError;

/// An archive that is needed and not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingPackage {
    /// Registry that carries it.
    pub registry: Registry,
    /// Name in the registry.
    pub name: String,
    /// Pinned version.
    pub version: String,
    /// File name of the archive.
    pub archive: String,
    /// Digest of the archive.
    pub sha256: Sha256,
    /// A command that fetches the archive on a machine with a network.
    pub command: String,
}

impl MissingPackage {
    pub(super) fn of(package: &Package) -> Self {
        Self {
            registry: package.registry,
            name: package.name.clone(),
            version: package.version.clone(),
            archive: package.archive.clone(),
            sha256: package.sha256,
            command: super::clients::command_line(package),
        }
    }
}

impl fmt::Display for MissingPackage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (sha256 {})\n    {}", self.archive, self.sha256, self.command)
    }
}

/// Why a fetch failed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Something is asked for that does not exist.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The network must not be touched, and archives are missing.
    #[error(
        "{} missing; put the files below into a folder and run `faceward models fetch --from FOLDER`{}",
        archives_are(packages.len()),
        lines(packages)
    )]
    Missing {
        /// The archives.
        packages: Vec<MissingPackage>,
    },
    /// Whoever listens to the fetch has ended it. What was fetched before is there.
    #[error("stopped before everything was fetched")]
    Stopped,
    /// A client program is not installed.
    #[error("{tool} is needed to fetch {package}, and is not here: {advice}")]
    ToolMissing {
        /// The program.
        tool: &'static str,
        /// What was to be fetched.
        package: String,
        /// How to get the program.
        advice: &'static str,
    },
    /// A client program failed.
    #[error("{tool} could not fetch {package} ({status}); its last words:\n{output}")]
    Client {
        /// The program.
        tool: &'static str,
        /// What was to be fetched.
        package: String,
        /// How it ended.
        status: String,
        /// The end of what it printed.
        output: String,
    },
    /// A client program succeeded, and the archive is not there.
    #[error("{tool} said that it fetched {package}, but there is no {archive}")]
    NoArchive {
        /// The program.
        tool: &'static str,
        /// What was to be fetched.
        package: String,
        /// File name of the archive.
        archive: String,
    },
    /// A downloaded or unpacked file is not the declared one.
    #[error("{file} is damaged or not genuine: its sha256 is {found}, declared is {expected}")]
    Digest {
        /// Archive or file.
        file: String,
        /// Declared digest.
        expected: Sha256,
        /// Digest of what came.
        found: Sha256,
    },
    /// An archive has not what was declared.
    #[error("{archive} does not contain {member}")]
    NoMember {
        /// File name of the archive.
        archive: String,
        /// Path inside it.
        member: String,
    },
    /// An archive cannot be opened.
    #[error("{archive} cannot be unpacked")]
    Archive {
        /// File name of the archive.
        archive: String,
        /// What the reader said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Files of the store changed since they were verified.
    #[error("files of the store were changed; remove them and run `faceward models fetch`{}", lines(.0))]
    Changed(Vec<Problem>),
    /// A network could not be repaired.
    #[error("{name} could not be made")]
    Repair {
        /// Name of the file to make.
        name: String,
        /// What went wrong.
        #[source]
        source: RepairError,
    },
    /// The folder cannot be read or written.
    #[error("the folder of the models cannot be used")]
    Io(#[from] io::Error),
}

impl FetchError {
    /// The archives that are missing, where that is the reason.
    #[must_use]
    pub fn missing(&self) -> &[MissingPackage] {
        if let Self::Missing { packages } = self { packages } else { &[] }
    }
}

fn archives_are(count: usize) -> String {
    if count == 1 { "1 archive is".to_owned() } else { format!("{count} archives are") }
}

fn lines(items: &[impl fmt::Display]) -> String {
    items.iter().map(|item| format!("\n  {item}")).collect()
}
