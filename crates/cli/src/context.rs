//! What every command gets.

use std::path::PathBuf;

use crate::config::{Config, Environment, Loaded, TypedFlags};
use crate::logging::LogFilter;

/// The configuration and what it was read from.
pub(crate) struct Context {
    /// The configuration in force.
    pub(crate) config: Config,
    /// The same with the origin of each value; without a similarity map of one's own.
    pub(crate) loaded: Loaded,
    /// The process's variables.
    pub(crate) environment: Environment,
    /// The flags that set settings, to be read again.
    pub(crate) typed: TypedFlags,
    /// Which log lines are written.
    pub(crate) log: LogFilter,
    /// The server that was named, if one was.
    pub(crate) named: Named,
}

/// Which server a command shall talk to, as it was typed.
#[derive(Clone, Default)]
pub(crate) struct Named {
    /// Its address.
    pub(crate) server: Option<String>,
    /// The token.
    pub(crate) token: Option<String>,
    /// Certificates that its own has to be under, instead of those that the system trusts.
    pub(crate) ca: Option<PathBuf>,
}
