//! `faceward backup`: a copy of the data folder, while it is used.

use std::path::PathBuf;

use clap::Args;
use faceward_sealing::KeyPlace;
use faceward_service::backups::Backups;
use faceward_store::BackupRecord;
use hyper::Method;
use serde_json::json;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote::Remote;
use crate::{setup, stores, terminal};

/// Copy the data folder, also while a server uses it; the key is not in the copy
///
/// Everything is as it was at one moment; changes wait for that long. Keep the key (`master.key` of the data folder, unless it comes
/// from elsewhere) somewhere else: without it the copy cannot be read. `faceward restore` makes a data folder out of both.
#[derive(Debug, Args)]
pub(crate) struct BackUp {
    /// Where it goes: a folder that is not there yet
    into: PathBuf,
}

impl BackUp {
    /// Makes it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if context.config.store.is_some() {
            return Err(Failure::usage(
                "the store is a database: copy it with its own tools, as pg_dump, and keep the master key apart from it",
            ));
        }
        if context.named.server.is_some() {
            return Err(Failure::usage(
                "a backup is made on the server's own machine, in its data folder: no --server",
            ));
        }
        let into = std::path::absolute(&self.into).map_err(|error| Failure::new(Exit::Usage, error))?;
        if into.try_exists().map_err(|error| Failure::new(Exit::Failed, error))? {
            return Err(Failure::usage(format_args!("{} is there already", into.display())));
        }
        let made = match Remote::find(context)? {
            Some(remote) => there(&remote, &into)?,
            None => {
                let stores = stores::open_directory(&context.config, &context.environment)?;
                let backups = Backups::of(&stores).ok_or_else(|| Failure::usage("nothing to copy"))?;
                setup::executor()?.block_on(backups.make(&into))?
            }
        };
        let BackupRecord { n_templates, n_bytes } = made;
        terminal::line(&format!("{}: {n_templates} templates, {n_bytes} bytes", into.display()))?;
        let place = context.config.master_key.clone().unwrap_or_default();
        terminal::note(&if place == KeyPlace::Folder {
            let key = faceward_sealing::key_path(&context.config.data_dir);
            format!("The key is not in it: keep a copy of {} somewhere else.", key.display())
        } else {
            format!("The key is not in it: it is needed again from {place}.")
        });
        Ok(Exit::Yes)
    }
}

/// The server that uses the folder makes it.
fn there(remote: &Remote, into: &std::path::Path) -> Result<BackupRecord, Failure> {
    let into = into.to_str().ok_or_else(|| {
        Failure::usage(format_args!(
            "{} is not UTF-8: a running server is told paths in JSON",
            into.display()
        ))
    })?;
    let answer =
        setup::executor()?.block_on(remote.ask(Method::POST, "/backup", Some(&json!({ "into": into }))))?;
    let number = |name: &str| {
        let number = answer[name].as_u64();
        number
            .ok_or_else(|| Failure::new(Exit::Failed, anyhow::anyhow!("the server's answer has no `{name}`")))
    };
    Ok(BackupRecord { n_templates: number("templates")? as usize, n_bytes: number("bytes")? })
}
