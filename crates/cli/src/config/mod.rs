//! Configuration: defaults, then a TOML file, then `FACEWARD_*` variables, then flags; the last one wins.
//!
//! `declared` is the list of all settings; everything else works on it. `sources` reads what was typed into a [`Config`]
//! and remembers where each value came from; `environment` holds the process's variables; `example` and `page` print the
//! list. An unknown key anywhere is an error.

mod declared;
mod environment;
mod error;
mod example;
mod kubernetes;
mod page;
mod resolved;
mod sources;
mod suggest;
mod telemetry;

pub(crate) use declared::{flag_name, settings, variable};
pub(crate) use environment::Environment;
pub(crate) use error::{ConfigError, Origin};
pub(crate) use example::example;
pub(crate) use page::page;
pub(crate) use resolved::{Config, LogFormat};
pub(crate) use sources::{Loaded, TypedFlags};
pub(crate) use telemetry::TelemetrySettings;
