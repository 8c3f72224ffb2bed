//! The binary `faceward`: the only place that reads arguments and environment, installs logging, and exits.
//!
//! `commands` declares the command line and holds one file a command, `flags` what can be typed with every command,
//! `config` the configuration, `exit` the exit codes. Whatever can be used without a terminal lives in the crates below.

mod commands;
mod config;
mod context;
mod draw;
mod executor;
mod exit;
mod flags;
mod interrupt;
mod logging;
mod pages;
mod progress;
mod remote;
mod setup;
mod stores;
mod telemetry;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use commands::Arguments;
use config::Environment;

fn main() -> ExitCode {
    let environment = Environment::new(std::env::vars_os());
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
