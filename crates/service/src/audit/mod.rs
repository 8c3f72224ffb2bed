//! The audit log of the use cases: every one leaves a record, whoever asked and however it ended.
//!
//! Use cases record, not their callers, so that no API can forget to. An [`Origin`] says who asks and travels with the
//! task; a [`Trail`] gathers what a use case did; the [`Recorder`] writes it off the async threads. A change is recorded
//! as begun before it is made and as done before it is acknowledged, both on disk; anything else is written within
//! milliseconds and waited for by nobody.

mod local;
mod origin;
mod recorder;
mod trail;

use std::time::Duration;

pub use origin::{Origin, note_trx_id};

pub(crate) use local::{Change, changed};
pub(crate) use recorder::{NotRecorded, Recorder};
pub(crate) use trail::Trail;

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
