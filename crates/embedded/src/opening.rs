//! How far the opening of a data folder is.

/// Told from time to time while a data folder is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Templates that are in memory.
    pub done: usize,
    /// All templates.
    pub total: usize,
}
