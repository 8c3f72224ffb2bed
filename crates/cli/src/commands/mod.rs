//! One file a command: its arguments, whose comments are its help, and what it does.

mod admin;
mod analyze;
mod app;
mod audit;
mod backup;
mod bench;
mod calibrate;
mod config;
mod database;
mod doctor;
mod enroll;
mod eval;
mod identify;
mod key;
mod migrate;
mod models;
mod moving;
mod openapi;
mod operator;
mod reload;
mod restore;
mod serve;
mod token;
mod verify;
mod webhook;

use clap::{Parser, Subcommand};

use crate::config::{Environment, Loaded};
use crate::context::Context;
use crate::exit::{EXIT_CODES, Exit, Failure};
use crate::flags::CommonFlags;
use crate::{logging, telemetry};

/// Face verification, identification, liveness and quality, on your own machine.
///
/// Start a server with `faceward serve`, or ask about photos right here: `faceward verify a.jpg b.jpg`.
#[derive(Parser)]
#[command(name = "faceward", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Flags that every command takes.
    #[command(flatten)]
    common: CommonFlags,
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

/// What to do. The help of each command is the comment of its type.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Serve(serve::Serve),
    Analyze(analyze::Analyze),
    Verify(verify::Verify),
    Enroll(enroll::Enroll),
    Identify(identify::Identify),
    #[command(subcommand)]
    Models(models::Models),
    #[command(subcommand)]
    App(app::App),
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    #[command(subcommand)]
    Token(token::Token),
    #[command(subcommand)]
    Key(key::Key),
    #[command(subcommand)]
    Operator(operator::Operator),
    Audit(audit::Audit),
    #[command(name = "backup")]
    BackUp(backup::BackUp),
    Restore(restore::Restore),
    Export(moving::Export),
    Import(moving::Import),
    #[command(subcommand)]
    Database(database::Database),
    Migrate(migrate::Migrate),
    Config(config::ShowConfig),
    Doctor(doctor::Doctor),
    Openapi(openapi::Openapi),
    #[command(subcommand)]
    Eval(eval::Eval),
    #[command(subcommand)]
    Calibrate(calibrate::Calibrate),
    #[command(subcommand)]
    Bench(bench::Bench),
}

impl Command {
    /// Does it.
    fn run(self, context: &Context) -> Result<Exit, Failure> {
        match self {
            Self::Serve(serve) => serve.run(context),
            Self::Analyze(analyze) => analyze.run(context),
            Self::Verify(verify) => verify.run(context),
            Self::Enroll(enroll) => enroll.run(context),
            Self::Identify(identify) => identify.run(context),
            Self::Models(models) => models.run(context),
            Self::App(app) => app.run(context),
            Self::Webhook(webhook) => webhook.run(context),
            Self::Token(token) => token.run(context),
            Self::Key(key) => key.run(context),
            Self::Operator(operator) => operator.run(context),
            Self::Audit(audit) => audit.run(context),
            Self::BackUp(backup) => backup.run(context),
            Self::Restore(restore) => restore.run(context),
            Self::Export(export) => export.run(context),
            Self::Import(import) => import.run(context),
            Self::Database(database) => database.run(context),
            Self::Migrate(migrate) => migrate.run(context),
            Self::Config(show) => show.run(context),
            Self::Doctor(doctor) => doctor.run(context),
            Self::Openapi(openapi) => openapi.run(),
            Self::Eval(eval) => eval.run(context),
            Self::Calibrate(calibrate) => calibrate.run(context),
            Self::Bench(bench) => bench.run(context),
        }
    }

    /// Whether it can do its work through a running server.
    const fn can_ask_a_server(&self) -> bool {
        match self {
            Self::Enroll(_)
            | Self::Identify(_)
            | Self::App(_)
            | Self::Webhook(_)
            | Self::Token(_)
            | Self::Key(_)
            | Self::Operator(_)
            | Self::Audit(_)
            | Self::Migrate(_)
            | Self::BackUp(_) => true,
            Self::Serve(_)
            | Self::Analyze(_)
            | Self::Verify(_)
            | Self::Models(_)
            | Self::Restore(_)
            | Self::Export(_)
            | Self::Import(_)
            | Self::Database(_)
            | Self::Config(_)
            | Self::Doctor(_)
            | Self::Openapi(_)
            | Self::Eval(_)
            | Self::Calibrate(_)
            | Self::Bench(_) => false,
        }
    }
}

/// Reads the configuration, installs the log and runs the command.
pub(crate) fn run(arguments: Arguments, environment: Environment) -> Result<Exit, Failure> {
    let Arguments { common, command } = arguments;
    // Commands answer on standard output; what a server tells its operator would only disturb.
    let (of_command, usual_level) = match &command {
        Command::Serve(serve) => (serve.settings(), "info"),
        Command::Analyze(_)
        | Command::Verify(_)
        | Command::Enroll(_)
        | Command::Identify(_)
        | Command::Models(_)
        | Command::App(_)
        | Command::Webhook(_)
        | Command::Token(_)
        | Command::Key(_)
        | Command::Operator(_)
        | Command::Audit(_)
        | Command::BackUp(_)
        | Command::Restore(_)
        | Command::Export(_)
        | Command::Import(_)
        | Command::Database(_)
        | Command::Migrate(_)
        | Command::Config(_)
        | Command::Doctor(_)
        | Command::Openapi(_)
        | Command::Eval(_)
        | Command::Calibrate(_)
        | Command::Bench(_) => (Vec::new(), "warn"),
    };
    let named = common.named(&environment)?;
    if common.names_a_server() && !command.can_ask_a_server() {
        return Err(Failure::usage("this command asks no server: --server means nothing here"));
    }
    let typed = common.typed(of_command);
    let loaded = Loaded::read(&environment, &typed)?;
    let mut config = loaded.config.clone();
    // Commands are over before anybody could look at a trace of them.
    let traced = matches!(command, Command::Serve(_)).then(|| telemetry::traces(&config.telemetry));
    let (told, _traces) = traced.transpose()?.flatten().unzip();
    let log = logging::install(&config, usual_level, told)?;
    if !loaded.of_kubernetes.is_empty() {
        let variables = loaded.of_kubernetes.join(", ");
        tracing::warn!(variables, "left alone: Kubernetes made these variables for a Service");
    }
    config.read_similarity_map()?;
    let context = Context { config, loaded, environment, typed, log, named };
    command.run(&context)
}
