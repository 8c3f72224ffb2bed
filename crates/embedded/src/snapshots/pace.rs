//! When and how much is written.

use std::time::Duration;

/// How snapshots are kept.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Templates of a full block: what is read from the database instead when one of them is deleted.
    pub rows: usize,
    /// Fewer new templates than this are not worth a block while nothing else happens.
    pub least: usize,
    /// And fewer than this while templates come and go.
    pub least_busy: usize,
    /// How long nothing is looked at.
    pub every: Duration,
    /// How long the thread rests after a block, as a multiple of the time that it took.
    pub rest: u32,
    /// How long an ordinary stop may take to write what is left.
    pub at_stop: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            rows: 2048,
            least: 128,
            least_busy: 512,
            every: Duration::from_secs(60),
            rest: 3,
            at_stop: Duration::from_secs(2),
        }
    }
}
