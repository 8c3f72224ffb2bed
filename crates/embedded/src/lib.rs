//! The embedded store: everything in one data folder, kept on disk, sealed at rest, searched exactly in memory.
//!
//! Implements all traits of `faceward-store` for one process a folder. What is acknowledged is on disk; what is deleted is
//! gone from it. Every change goes to disk first and into memory after; every answer is from memory. The files are read and
//! written off the async threads.

mod audit;
mod backup;
mod challenges;
mod copy;
mod database;
mod embedded;
mod error;
mod folder;
mod held;
mod load;
mod migrations;
mod opening;
mod snapshots;
#[cfg(test)]
mod traces_tests;
mod traits;

pub use audit::AuditReader;
pub use backup::{Restored, RestoredKey, restore};
pub use embedded::Embedded;
pub use error::EmbeddedError;
pub use held::held_rows;
pub use opening::{Opened, Opening, Options};
pub use snapshots::Pace;
