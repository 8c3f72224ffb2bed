//! Log lines on standard error: for a person, or one JSON object a line.

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};
use crate::exit::Failure;

/// Installs the process's one log writer.
///
/// # Errors
/// The filter of `log.level` cannot be understood.
pub(crate) fn install(config: &Config) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&config.log_level)
        .map_err(|error| Failure::usage(format_args!("`log.level` is no log filter: {error}")))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let installed = match config.log_format {
        LogFormat::Human => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).try_init(),
    };
    installed.map_err(|error| Failure::from(anyhow::anyhow!("cannot install the log: {error}")))
}
