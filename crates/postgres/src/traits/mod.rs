//! The traits of `faceward-store`, each in the file named for what it holds.

mod audit;
mod challenges;
mod data_keys;
mod directory;
mod operators;
mod sessions;
mod templates;
mod webhooks;

use std::sync::Arc;

use faceward_store::{Pending, Reachable, Stores};

use crate::Postgres;

impl From<Postgres> for Stores {
    fn from(postgres: Postgres) -> Self {
        let searching = postgres.searching();
        Self { searching, ..Self::of(Arc::new(postgres)) }
    }
}

/// The database answers, and this server's memory follows it.
impl Reachable for Postgres {
    fn reach(&self) -> Pending<'_, ()> {
        self.ask(|asked| async move { Ok(asked.reach().await?) })
    }
}
