//! `faceward export` and `faceward import`: templates between installations, in an encrypted file.

mod export;
mod file;
mod import;
mod lock;
mod report;

pub(crate) use export::Export;
pub(crate) use import::Import;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote::is_served;

/// Refuses where a running server keeps the templates to itself.
fn refuse_beside_a_server(context: &Context, instead: &str) -> Result<(), Failure> {
    if context.named.server.is_some() {
        return Err(Failure::usage(
            "vectors do not leave a server: no --server; run this where the store is",
        ));
    }
    if context.config.store.is_none() && is_served(&context.config.data_dir) {
        let dir = context.config.data_dir.display();
        return Err(Failure::new(
            Exit::DataRefused,
            anyhow::anyhow!("a server uses the data folder {dir}: {instead}"),
        ));
    }
    Ok(())
}
