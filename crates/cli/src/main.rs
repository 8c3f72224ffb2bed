//! The binary `faceward`: the only place that reads arguments and environment, installs logging, and exits.
//!
//! `arguments` declares the command line, `commands` holds one file a command, `config` the configuration, `exit` the
//! exit codes. Whatever can be used without a terminal lives in the crates below.

mod arguments;
mod commands;
mod config;
mod draw;
mod exit;
mod logging;
mod progress;
mod setup;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;
use config::Environment;

fn main() -> ExitCode {
    let environment = Environment::new(
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    );
    // clap prints help (0) and usage errors (2) itself and leaves.
    let arguments = Arguments::parse();
    match commands::run(arguments, environment) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            terminal::note(&failure.to_string());
            failure.exit.into()
        }
    }
}
