//! What can be set about operators.

use std::time::Duration;

/// How long sessions live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatorSettings {
    /// A session that is not used for so long ends.
    pub session_idle: Duration,
    /// A session ends after so long, used or not.
    pub session_lifetime: Duration,
}

impl Default for OperatorSettings {
    fn default() -> Self {
        Self { session_idle: Duration::from_secs(30 * 60), session_lifetime: Duration::from_secs(12 * 3600) }
    }
}
