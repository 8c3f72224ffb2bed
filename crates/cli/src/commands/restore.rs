//! `faceward restore`: a data folder out of a backup and its key.

use std::path::PathBuf;

use clap::Args;
use faceward_embedded::{EmbeddedError, Restored, RestoredKey, restore};
use faceward_sealing::KeyPlace;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{stores, terminal};

/// Make the data folder out of a backup and its key
///
/// The data folder (`--data-dir`) must not be there, or be empty. Every file is compared with its digest and every template is
/// opened before the folder is put in its place.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The folder that `faceward backup` made
    from: PathBuf,
    /// The key of the folder that was copied: its `master.key`. Not where `master_key` says that the key comes from elsewhere
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl Restore {
    /// Makes it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if context.config.store.is_some() {
            return Err(Failure::usage(
                "a backup is restored into a data folder, and the store is a database",
            ));
        }
        let dir = &context.config.data_dir;
        let refused = |error: EmbeddedError| Failure::new(Exit::DataRefused, error);
        let source;
        let key = match (&self.key, &context.config.master_key) {
            (Some(key), None | Some(KeyPlace::Folder)) => RestoredKey::File(key),
            (None, Some(KeyPlace::File(_) | KeyPlace::Variable(_) | KeyPlace::Command(_))) => {
                source = stores::key_source(&context.config, &context.environment)?;
                RestoredKey::Elsewhere(&source)
            }
            (None, None | Some(KeyPlace::Folder)) => {
                return Err(Failure::usage("--key FILE: the key of the folder that was copied"));
            }
            (Some(_), Some(elsewhere)) => {
                return Err(Failure::usage(format_args!("no --key: the key comes from {elsewhere}")));
            }
        };
        let Restored { made_at, n_templates } = restore(&self.from, key, dir).map_err(refused)?;
        terminal::line(&format!("{}: {n_templates} templates, as of {made_at}", dir.display()))?;
        Ok(Exit::Yes)
    }
}
