//! What an operator can set about sessions.

use std::num::NonZeroUsize;
use std::time::Duration;

/// How sessions are made and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSettings {
    /// Time from the making of a session to its end, unless the caller says otherwise.
    pub lifetime: Duration,
    /// How often a person may be judged in one session.
    pub tries: NonZeroUsize,
    /// How many photos, and challenges, one session takes, whatever comes of them.
    pub photos: NonZeroUsize,
    /// How long the outcome can be asked for after the end.
    pub kept: Duration,
    /// Most sessions of one app that are under way at once.
    pub max_open: NonZeroUsize,
}

impl SessionSettings {
    /// The shortest life of a session.
    pub const SHORTEST: Duration = Duration::from_secs(60);
    /// The longest.
    pub const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(15 * 60),
            tries: NonZeroUsize::MIN.saturating_add(2),
            photos: NonZeroUsize::MIN.saturating_add(29),
            kept: Duration::from_secs(7 * 24 * 3600),
            max_open: NonZeroUsize::MIN.saturating_add(999),
        }
    }
}
