//! `faceward token`: the keys that sign access tokens.

use std::time::Duration;

use clap::{Args, Subcommand};
use faceward_service::tokens::Tokens;
use serde::Serialize;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{setup, terminal};

/// List and rotate the keys that sign access tokens
///
/// The Riset.ai API gives apps tokens in exchange for their key. These commands work on the data folder; stop the server
/// that uses it first.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// List the signing keys, without their private parts
    ListKeys(ListKeys),
    /// Make a new signing key; tokens of the old ones work on for a while
    RotateKey(RotateKey),
}

/// Arguments of `token list-keys`.
#[derive(Debug, Args)]
pub(crate) struct ListKeys {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `token rotate-key`.
#[derive(Debug, Args)]
pub(crate) struct RotateKey {
    /// Hours for which tokens of the old keys work on; 0 ends them at once
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    overlap: u32,
}

#[derive(Serialize)]
struct KeyJson {
    id: String,
    created_at: String,
    expires_at: Option<String>,
}

impl Token {
    /// Does it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let stores = setup::embedded(&context.config.data_dir)?.into();
        let tokens = Tokens::new(&stores, context.config.service.token_lifetime);
        setup::executor()?.block_on(async {
            match self {
                Self::ListKeys(list) => list.run(&tokens).await,
                Self::RotateKey(rotate) => rotate.run(&tokens).await,
            }
        })
    }
}

impl ListKeys {
    async fn run(&self, tokens: &Tokens) -> Result<Exit, Failure> {
        let keys = tokens.keys().await?.into_iter().map(|key| KeyJson {
            id: key.id.to_string(),
            created_at: key.created_at.to_string(),
            expires_at: key.expires_at.map(|end| end.to_string()),
        });
        let keys: Vec<KeyJson> = keys.collect();
        if self.json {
            terminal::json(&keys)?;
        } else {
            let head = ["KEY", "CREATED", "ENDS"].map(str::to_owned).to_vec();
            let row = |key: KeyJson| {
                vec![key.id, key.created_at, key.expires_at.unwrap_or_else(|| "(it signs)".to_owned())]
            };
            let rows = keys.into_iter().map(row);
            terminal::line(&terminal::columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>()))?;
        }
        Ok(Exit::Yes)
    }
}

impl RotateKey {
    async fn run(&self, tokens: &Tokens) -> Result<Exit, Failure> {
        let id = tokens.rotate(Duration::from_secs(u64::from(self.overlap) * 3600)).await?;
        terminal::note(&format!("tokens of the old keys work for another {} h", self.overlap));
        terminal::line(&id.to_string())?;
        Ok(Exit::Yes)
    }
}
