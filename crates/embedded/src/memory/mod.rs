//! What is on disk, in memory: every answer comes from here.

mod gallery;
mod members;
mod tenant;

pub(crate) use members::{AppEntry, Members};
pub(crate) use tenant::Tenant;
