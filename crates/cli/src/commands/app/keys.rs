//! `app keys`, `app end-key`: which keys an app has, and one less.

use clap::Args;
use faceward_core::AppId;
use hyper::Method;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::place::Place;
use crate::exit::{Exit, Failure};
use crate::remote::{Answer as _, encoded};
use crate::terminal;

/// Arguments of `app keys`.
#[derive(Debug, Args)]
pub(crate) struct Keys {
    /// APP-ID of the app
    id: Uuid,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `app end-key`.
#[derive(Debug, Args)]
pub(crate) struct EndKey {
    /// APP-ID of the app
    id: Uuid,
    /// When the key was added, as `app keys` prints it
    added: Timestamp,
}

impl EndKey {
    pub(super) async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        match place {
            Place::Here(apps) => {
                if !apps.end_key(&AppId(self.id), self.added).await? {
                    let none = anyhow::anyhow!("the app has no key that was added at {}", self.added);
                    return Err(Failure::new(Exit::DataRefused, none));
                }
            }
            Place::There(remote) => {
                let added = encoded(&self.added.to_string());
                remote.ask(Method::DELETE, &format!("/apps/{}/keys/{added}", self.id), None).await?;
            }
        }
        terminal::note("ended");
        Ok(Exit::Yes)
    }
}

#[derive(Serialize)]
struct KeyJson {
    created_at: String,
    expires_at: Option<String>,
}

impl Keys {
    pub(super) async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let keys: Vec<KeyJson> = match place {
            Place::Here(apps) => {
                let keys = apps.keys(&AppId(self.id)).await?;
                let told = |end: jiff::Timestamp| end.to_string();
                let json = keys.iter().map(|key| KeyJson {
                    created_at: key.created_at.to_string(),
                    expires_at: key.expires_at.map(told),
                });
                json.collect()
            }
            Place::There(remote) => {
                let answer = remote.ask(Method::GET, &format!("/apps/{}/keys", self.id), None).await?;
                let keys = answer["keys"].as_array();
                keys.into_iter().flatten().map(KeyJson::answered).collect::<Result<_, _>>()?
            }
        };
        if self.json {
            terminal::json(&keys)?;
        } else {
            let head = vec!["ADDED".to_owned(), "ENDS".to_owned()];
            let end = |key: KeyJson| key.expires_at.unwrap_or_else(|| "(it has no end)".to_owned());
            let rows = keys.into_iter().map(|key| vec![key.created_at.clone(), end(key)]);
            terminal::line(&terminal::columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>()))?;
        }
        Ok(Exit::Yes)
    }
}

impl KeyJson {
    /// As a server tells it.
    fn answered(key: &Value) -> Result<Self, Failure> {
        let expires_at = key["expires_at"].as_str().map(str::to_owned);
        Ok(Self { created_at: key.text("created_at")?, expires_at })
    }
}
