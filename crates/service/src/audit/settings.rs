//! What an operator can set about the audit log.

use std::time::Duration;

/// How long records are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditSettings {
    /// A record older than this is purged, at start and once a day.
    pub retention: Duration,
}

impl AuditSettings {
    /// Seconds of a day.
    pub const DAY: u64 = 24 * 60 * 60;
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self { retention: Duration::from_secs(365 * Self::DAY) }
    }
}
