//! How a data folder is opened, how far the opening is, and what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use faceward_core::Projection;

/// How it is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is compared is what this makes of the vectors that lie in the folder.
    pub projection: Option<Arc<Projection>>,
    /// Whether snapshots are read. Without, those that are there are removed.
    pub snapshots: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { projection: None, snapshots: true }
    }
}

/// Told from time to time while a data folder is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Templates that are in memory.
    pub done: usize,
    /// All templates.
    pub total: usize,
}

/// Where the templates came from when a data folder was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// All templates.
    pub n_templates: usize,
    /// Those that came from snapshots.
    pub n_from_snapshots: usize,
    /// Why blocks of snapshots were not used, and how many.
    pub unusable: BTreeMap<String, usize>,
}
