//! Log lines on standard error: for a person, or one JSON object a line.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};
use crate::exit::Failure;

/// Installs the process's one log writer; `usual_level` holds where nobody set one.
///
/// # Errors
/// The filter of `log.level` cannot be understood.
pub(crate) fn install(config: &Config, usual_level: &str) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(config.log_level.as_deref().unwrap_or(usual_level))
        .map_err(|error| Failure::usage(format_args!("`log.level` is no log filter: {error}")))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let installed = match config.log_format {
        LogFormat::Human => lines.with_target(false).with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).try_init(),
    };
    installed.map_err(|error| Failure::from(anyhow::anyhow!("cannot install the log: {error}")))
}
