//! `faceward token`: the keys that sign access tokens.

use std::time::Duration;

use clap::{Args, Subcommand};
use faceward_service::SigningKey;
use faceward_service::tokens::Tokens;
use hyper::Method;
use serde::Serialize;
use serde_json::{Value, json};

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote::{Answer as _, Remote};
use crate::{setup, stores, terminal};

/// List and rotate the keys that sign access tokens
///
/// The Riset.ai API gives apps tokens in exchange for their key. These commands work on the data folder or
/// database, or through the server that uses the folder or that `--server` names.
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
        let place = match Remote::find(context)? {
            Some(remote) => Place::There(remote),
            None => {
                let stores = stores::open_directory(&context.config, &context.environment)?;
                Place::Here(Tokens::new(&stores, context.config.service.token_lifetime))
            }
        };
        setup::executor()?.block_on(async {
            match self {
                Self::ListKeys(list) => list.run(&place).await,
                Self::RotateKey(rotate) => rotate.run(&place).await,
            }
        })
    }
}

/// Where the signing keys are.
enum Place {
    /// In the configured store.
    Here(Tokens),
    /// Behind a server.
    There(Remote),
}

impl KeyJson {
    fn of(key: &SigningKey) -> Self {
        Self {
            id: key.id.to_string(),
            created_at: key.created_at.to_string(),
            expires_at: key.expires_at.map(|end| end.to_string()),
        }
    }

    /// As a server tells it.
    fn answered(key: &Value) -> Result<Self, Failure> {
        let expires_at = key["expires_at"].as_str().map(str::to_owned);
        Ok(Self { id: key.text("id")?, created_at: key.text("created_at")?, expires_at })
    }
}

async fn keys_of(remote: &Remote) -> Result<Vec<KeyJson>, Failure> {
    let answer = remote.ask(Method::GET, "/signing-keys", None).await?;
    answer["keys"].as_array().into_iter().flatten().map(KeyJson::answered).collect()
}

impl ListKeys {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let keys: Vec<KeyJson> = match place {
            Place::Here(tokens) => tokens.keys().await?.iter().map(KeyJson::of).collect(),
            Place::There(remote) => keys_of(remote).await?,
        };
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
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let id = match place {
            Place::Here(tokens) => {
                tokens.rotate(Duration::from_secs(u64::from(self.overlap) * 3600)).await?.to_string()
            }
            Place::There(remote) => {
                let body = json!({ "overlap_hours": self.overlap });
                let answer = remote.ask(Method::POST, "/signing-keys", Some(&body)).await?;
                answer["keys"].as_array().and_then(|keys| keys.last()).unwrap_or(&Value::Null).text("id")?
            }
        };
        terminal::note(&format!("tokens of the old keys work for another {} h", self.overlap));
        terminal::line(&id)?;
        Ok(Exit::Yes)
    }
}
