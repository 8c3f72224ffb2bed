//! `faceward database`: the tables of a store in PostgreSQL, and who may touch them.

use clap::Subcommand;
use faceward_postgres::ROLES;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{stores, terminal};

/// Prepare a PostgreSQL database as a store; see docs/postgres.md
#[derive(Debug, Subcommand)]
pub(crate) enum Database {
    /// Make the tables in the database of `--store`, or take them to the newest version
    ///
    /// A server does this by itself where its role may. Reads no key and makes none.
    Migrate,
    /// Print the SQL that makes the role with which servers should run
    Roles,
}

impl Database {
    /// Does it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        match self {
            Self::Migrate => {
                let (address, version) = stores::migrate_database(&context.config)?;
                terminal::line(&format!("the tables of {address} are of version {version}"))?;
            }
            Self::Roles => terminal::line(ROLES.trim_end())?,
        }
        Ok(Exit::Yes)
    }
}
