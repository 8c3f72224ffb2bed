//! `faceward doctor`: looks at what a server needs, and says what to do. It changes nothing.

mod database;
mod finding;
mod folder;
mod key;
mod machine;
mod network;

use clap::Args;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{setup, terminal};
use finding::{Finding, State};

/// Check what a server needs here, and say what to do
///
/// Looks at processor, memory, disk, clock, data folder, key, models, address, certificate and database as `faceward serve` would
/// find them with this configuration, beside a running server or before there is one. Changes nothing.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// Prints every finding; the answer is whether nothing is in the way of a server.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let findings = findings(context)?;
        if self.json {
            terminal::json(&findings)?;
        } else {
            terminal::line(&terminal::columns(&findings.iter().map(row).collect::<Vec<_>>()))?;
            for finding in &findings {
                if let Some(advice) = &finding.advice {
                    terminal::line(&format!("\n{}: {}\n  {advice}", finding.about, finding.found))?;
                }
            }
        }
        Ok(Exit::answer(findings.iter().all(|finding| finding.state < State::Problem)))
    }
}

fn row(finding: &Finding) -> Vec<String> {
    vec![finding.state.word().to_owned(), finding.about.to_owned(), finding.found.clone()]
}

fn findings(context: &Context) -> Result<Vec<Finding>, Failure> {
    let config = &context.config;
    let dir = config.data_dir.as_path();
    let store = setup::store(config, &context.environment)?;
    let mut findings = vec![
        machine::processor(&config.service),
        machine::memory(),
        machine::open_files(config.server.connections),
        machine::clock(folder::newest_change(dir)),
        folder::data_folder(dir),
        key::key(config, &context.environment),
        folder::space(dir),
        folder::models(config, &store),
        network::address(&config.listen, dir),
        network::encryption(&config.listen, &config.tls),
    ];
    if let Some(address) = &config.store {
        findings.push(database::database(config, address)?);
    }
    if let Some(address) = &config.database.milvus {
        findings.push(database::milvus(config, address)?);
    }
    Ok(findings)
}
