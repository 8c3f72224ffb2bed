//! Log lines on standard error: for a person, or one JSON object a line.

use std::io::IsTerminal;
use std::sync::Arc;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};

use crate::config::{Config, LogFormat};
use crate::exit::Failure;

/// Which lines are written; another choice counts at once. Cheap to clone.
#[derive(Clone)]
pub(crate) struct LogFilter {
    /// Holds where nobody set a level.
    usual_level: &'static str,
    set: Arc<Set>,
}

/// What hears of spans beside the log.
pub(crate) type Beside = Box<dyn Layer<Registry> + Send + Sync>;

/// Puts another filter into force.
type Set = dyn Fn(EnvFilter) -> Result<(), String> + Send + Sync;

impl LogFilter {
    /// The filter that `config` asks for.
    ///
    /// # Errors
    /// It cannot be understood.
    pub(crate) fn read(&self, config: &Config) -> Result<EnvFilter, String> {
        filter(config, self.usual_level)
    }

    /// Puts `filter` into force.
    ///
    /// # Errors
    /// The log is gone.
    pub(crate) fn set(&self, filter: EnvFilter) -> Result<(), String> {
        (self.set)(filter)
    }
}

/// Installs the process's one log writer; `usual_level` holds where nobody set one. `beside` hears of spans as well.
///
/// # Errors
/// The filter of `log.level` cannot be understood.
pub(crate) fn install(
    config: &Config,
    usual_level: &'static str,
    beside: Option<Beside>,
) -> Result<LogFilter, Failure> {
    let filter = filter(config, usual_level).map_err(Failure::usage)?;
    let (filter, handle) = reload::Layer::new(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match config.log_format {
        LogFormat::Human => {
            let ansi = std::io::stderr().is_terminal();
            lines.with_target(false).with_ansi(ansi).with_filter(filter).boxed()
        }
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(true).with_filter(filter).boxed()
        }
    };
    let layers: Vec<_> = std::iter::once(lines).chain(beside).collect();
    let installed = tracing_subscriber::registry().with(layers).try_init();
    installed.map_err(|error| Failure::from(anyhow::anyhow!("cannot install the log: {error}")))?;
    let set: Arc<Set> = Arc::new(move |filter| handle.reload(filter).map_err(|error| error.to_string()));
    Ok(LogFilter { usual_level, set })
}

fn filter(config: &Config, usual_level: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(config.log_level.as_deref().unwrap_or(usual_level))
        .map_err(|error| format!("`log.level` is no log filter: {error}"))
}
