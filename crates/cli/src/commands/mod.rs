//! One file a command: its arguments, whose comments are its help, and what it does.

mod analyze;
mod app;
mod bench;
mod calibrate;
mod config;
mod enroll;
mod eval;
mod identify;
mod models;
mod openapi;
mod serve;
mod verify;

use clap::Subcommand;

use crate::arguments::Arguments;
use crate::config::{Config, Environment, Layers};
use crate::exit::{Exit, Failure};
use crate::logging;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the HTTP server
    Serve(serve::Serve),
    /// Describe the faces of photos
    Analyze(analyze::Analyze),
    /// Tell whether two photos show one person
    Verify(verify::Verify),
    /// Add the face of a photo to the gallery
    Enroll(enroll::Enroll),
    /// Tell whom of the gallery a photo shows
    Identify(identify::Identify),
    /// List, fetch or check the models
    #[command(subcommand)]
    Models(models::Models),
    /// Create, list or delete apps, and change their keys
    #[command(subcommand)]
    App(app::App),
    /// Print the effective configuration and where each value comes from
    Config(config::ShowConfig),
    /// Print the OpenAPI document of the HTTP interface
    Openapi(openapi::Openapi),
    /// Measure accuracy on labelled photos
    #[command(subcommand)]
    Eval(eval::Eval),
    /// Turn measurements into calibration tables
    #[command(subcommand)]
    Calibrate(calibrate::Calibrate),
    /// Measure speed
    #[command(subcommand)]
    Bench(bench::Bench),
}

/// What every command gets.
pub(crate) struct Context {
    /// The validated configuration.
    pub(crate) config: Config,
    /// The same value by value, with its sources.
    pub(crate) layers: Layers,
    /// The process's variables.
    pub(crate) environment: Environment,
}

/// Reads the configuration, installs the log and runs the command.
pub(crate) fn run(arguments: Arguments, environment: Environment) -> Result<Exit, Failure> {
    let Arguments { common, command } = arguments;
    let mut of_command = Vec::new();
    if let Command::Serve(serve) = &command {
        of_command.extend(serve.settings());
    } else if common.log_level.is_none() {
        // Commands answer on standard output; what a server tells its operator would only disturb.
        of_command.push(("log.level", "--log-level", "warn".to_owned()));
    }
    let layers = Layers::read(&environment, &common.typed(of_command))?;
    let config = Config::resolve(&layers);
    logging::install(&config)?;
    let context = Context { config, layers, environment };
    match command {
        Command::Serve(serve) => serve.run(&context),
        Command::Analyze(analyze) => analyze.run(&context),
        Command::Verify(verify) => verify.run(&context),
        Command::Enroll(enroll) => enroll.run(&context),
        Command::Identify(identify) => identify.run(&context),
        Command::Models(models) => models.run(&context),
        Command::App(app) => app.run(&context),
        Command::Config(show) => show.run(&context),
        Command::Openapi(openapi) => openapi.run(),
        Command::Eval(eval) => eval.run(&context),
        Command::Calibrate(calibrate) => calibrate.run(),
        Command::Bench(bench) => bench.run(&context),
    }
}
