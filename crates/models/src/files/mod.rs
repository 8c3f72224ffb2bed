//! The files below one folder: where each lies, which of them something needs, which are there and verified.
//!
//! Layout below the root: `files/` networks as fetched, `repaired/` networks made from them (a record beside each),
//! `trained/` networks out of this binary, `runtimes/` shared libraries, `fixtures/` photos for tests, `compiled/`
//! networks as a runtime compiled them, `packages/` archives being unpacked, `verified.json` what was verified, `lock` one
//! fetch at a time. File names carry digests, so versions of Faceward share a folder without disturbing each other.

mod error;
mod folder;
mod lock;
mod paths;
mod plan;
mod record;
mod survey;

pub use error::StoreError;
pub(crate) use folder::Folder;
pub(crate) use lock::Lock;
pub(crate) use paths::{publish, scratch_file, write_atomically};
pub(crate) use plan::{Origin, Target};
pub(crate) use record::Record;
pub use survey::{FileState, FileStatus, Problem};
pub(crate) use survey::{Finding, examine};
