//! The audit log of the use cases: every one leaves a record, whoever asked and however it ended.
//!
//! Use cases record, not their callers, so that no API can forget to. An [`Origin`] says who asks and travels with the
//! task; a [`Trail`] gathers what a use case did; the [`Recorder`] writes it off the async threads. A change is recorded
//! as begun before it is made and as done before it is acknowledged, both on disk; anything else is written within
//! milliseconds and waited for by nobody.

mod local;
mod origin;
mod recorder;
mod settings;
mod trail;

pub use origin::{Origin, is_trx_id, note_trx_id};
pub use settings::AuditSettings;

pub(crate) use local::{LocalChange, changed, deleted, noted};
pub(crate) use recorder::Recorder;
pub(crate) use trail::{Trail, blank};
