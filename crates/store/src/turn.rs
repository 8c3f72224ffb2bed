//! A duty that one process at a time has.

use jiff::Timestamp;
use uuid::Uuid;

/// Who has the duty, and until when. For stores whose processes share a memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turn(Option<(Uuid, Timestamp)>);

impl Turn {
    /// Whether it is `server`'s until `until`: it is nobody's, its already, or was somebody's until `now` at the latest.
    pub fn take(&mut self, server: Uuid, now: Timestamp, until: Timestamp) -> bool {
        let free = self.0.is_none_or(|(holder, end)| holder == server || end <= now);
        if free {
            self.0 = Some((server, until));
        }
        free
    }
}
