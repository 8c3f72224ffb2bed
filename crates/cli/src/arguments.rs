//! The command line: what can be typed. Meaning is in `commands`.

use std::path::PathBuf;

use clap::{Args, Parser};

use crate::commands::Command;
use crate::config::TypedFlags;
use crate::exit::EXIT_CODES;

/// Face verification, identification, liveness and quality, on your own machine.
///
/// Start a server with `faceward serve`, or ask about photos right here: `faceward verify a.jpg b.jpg`.
#[derive(Debug, Parser)]
#[command(name = "faceward", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Flags that every command takes.
    #[command(flatten)]
    pub(crate) common: CommonFlags,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command takes. Each overrides the setting of its name; see `faceward config`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct CommonFlags {
    /// Read settings from this TOML file [default: faceward.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of apps, keys and templates [default: faceward-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Folder of fetched models [default: the user's cache folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) models_dir: Option<PathBuf>,
    /// Inference runtime: openvino or onnxruntime [default: openvino]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) runtime: Option<String>,
    /// Never touch the network; say what is missing instead
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// Compute threads [default: one a CPU core]
    #[arg(long, global = true, value_name = "N")]
    pub(crate) workers: Option<String>,
    /// Log lines: human or json [default: human]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub(crate) log_format: Option<String>,
    /// Log level or filter [default: info for serve, warn otherwise]
    #[arg(long, global = true, value_name = "LEVEL")]
    pub(crate) log_level: Option<String>,
    /// Override any setting by its key, as in `--set thresholds.similarity=0.8`; `faceward config` lists them
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

impl CommonFlags {
    /// The settings among the flags, with those of the command.
    pub(crate) fn typed(&self, of_command: Vec<(&'static str, &'static str, String)>) -> TypedFlags {
        let Self { config, data_dir, models_dir, runtime, offline, workers, log_format, log_level, set } =
            self;
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let own = [
            ("data_dir", "--data-dir", path(data_dir)),
            ("models_dir", "--models-dir", path(models_dir)),
            ("runtime", "--runtime", runtime.clone()),
            ("offline", "--offline", offline.then(|| "true".to_owned())),
            ("workers", "--workers", workers.clone()),
            ("log.format", "--log-format", log_format.clone()),
            ("log.level", "--log-level", log_level.clone()),
        ];
        let own = own.into_iter().filter_map(|(key, flag, text)| Some((key, flag, text?)));
        TypedFlags { file: config.clone(), own: own.chain(of_command).collect(), set: set.clone() }
    }
}

/// Reads a share between 0 and 1, neither of them.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| *share > 0.0 && *share < 1.0);
    share.ok_or_else(|| format!("`{text}` is not a share between 0 and 1"))
}
