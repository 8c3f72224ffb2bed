//! `faceward key`: the keys that seal what is stored.

use clap::{Args, Subcommand};
use faceward_core::AppId;
use faceward_service::apps::Apps;
use faceward_service::data_keys::{DataKeyState, DataKeys};
use faceward_service::master_keys::MasterKeys;
use hyper::Method;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote::{Answer as _, Remote, encoded};
use crate::{setup, stores, terminal};

/// Rotate and list the keys that seal what is stored; see docs/keys.md
///
/// Each app has a data key of its own, which the master key wraps. These commands work on the data folder or database, or
/// through the server that uses the folder or that `--server` names.
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Make new data keys, and seal anew what the old ones have sealed
    ///
    /// Everything stays readable meanwhile, and the old keys are destroyed when nothing is left that they have sealed. A server
    /// does it while it serves, and goes on when it is started again: this command then ends at once, and `faceward key list`
    /// tells how far it is. Without a server this command does it, and `--resume` goes on where one was stopped.
    Rotate(Rotate),
    /// List the data keys of apps, without themselves, and how far sealing anew is
    List(List),
}

/// Arguments of `key rotate`.
#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// Only the key of this app
    #[arg(long, value_name = "APP-ID")]
    app: Option<Uuid>,
    /// Make no new key: finish what was begun
    #[arg(long, conflicts_with = "app")]
    resume: bool,
    /// Put another master key in the place of the one that wraps the data keys: that of `master_key_next`, or where it lies in a
    /// file and no next one is set, a new random one in that file. Copies of the store made before still need the old one
    #[arg(long, conflicts_with_all = ["app", "resume"])]
    master: bool,
}

/// Arguments of `key list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Where the keys are.
enum Place {
    /// In the configured store.
    Here(Apps, DataKeys, Option<MasterKeys>),
    /// Behind a server.
    There(Remote),
}

#[derive(Serialize)]
struct KeyJson {
    app_id: String,
    generation: u64,
    created_at: String,
    older_keys: u64,
    by_master: bool,
    sealed_anew: u64,
}

impl Key {
    /// Does it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let place = match Remote::find(context)? {
            Some(remote) => Place::There(remote),
            None => {
                let stores = stores::open_directory(&context.config, &context.environment)?;
                Place::Here(Apps::new(&stores), DataKeys::new(&stores), MasterKeys::of(&stores))
            }
        };
        setup::executor()?.block_on(async {
            match self {
                Self::Rotate(rotate) => rotate.run(&place).await,
                Self::List(list) => list.run(&place).await,
            }
        })
    }
}

impl Rotate {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        if self.master {
            place.rotate_master().await?;
            terminal::note("another master key is in force; the old one opens only copies of before");
            return Ok(Exit::Yes);
        }
        let apps = match self.app {
            Some(app) => vec![app.to_string()],
            None if self.resume => Vec::new(),
            None => place.apps().await?,
        };
        for app in &apps {
            place.rotate(app).await?;
        }
        terminal::note(&format!("{} new data keys", apps.len()));
        match place {
            Place::Here(_, keys, _) => {
                let n_sealed = keys.finish(|_, _| {}).await?;
                terminal::note(&format!("{n_sealed} values sealed anew; the old keys are gone"));
            }
            Place::There(_) => {
                terminal::note(
                    "the server seals anew what the old ones have sealed: `faceward key list` tells how far it is",
                );
            }
        }
        Ok(Exit::Yes)
    }
}

impl List {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let mut keys = Vec::new();
        for app in place.apps().await? {
            keys.push(place.key(app).await?);
        }
        if self.json {
            terminal::json(&keys)?;
            return Ok(Exit::Yes);
        }
        let head = ["APP", "KEY", "MADE", "STATE"].map(str::to_owned).to_vec();
        let rows = keys.iter().map(|key| {
            vec![key.app_id.clone(), key.generation.to_string(), key.created_at.clone(), key.state()]
        });
        terminal::line(&terminal::columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>()))?;
        Ok(Exit::Yes)
    }
}

impl KeyJson {
    fn of(app_id: String, DataKeyState { record, n_sealed_anew }: DataKeyState) -> Self {
        Self {
            app_id,
            generation: record.generation.into(),
            created_at: record.created_at.to_string(),
            older_keys: record.n_older as u64,
            by_master: record.by_master,
            sealed_anew: n_sealed_anew as u64,
        }
    }

    /// As a server tells it.
    fn answered(app_id: String, key: &Value) -> Result<Self, Failure> {
        Ok(Self {
            app_id,
            generation: number(key, "generation")?,
            created_at: key.text("created_at")?,
            older_keys: number(key, "older_keys")?,
            by_master: key["by_master"] == true,
            sealed_anew: number(key, "sealed_anew")?,
        })
    }

    fn state(&self) -> String {
        match self {
            Self { older_keys: 0, by_master: false, .. } => "seals everything".to_owned(),
            Self { older_keys: 0, by_master: true, .. } => {
                "seals what is new; the master key has sealed the rest: rotate it to end that".to_owned()
            }
            Self { older_keys, sealed_anew, .. } => {
                format!("{sealed_anew} values sealed anew so far; {older_keys} older keys are left")
            }
        }
    }
}

impl Place {
    /// The ids of all apps.
    async fn apps(&self) -> Result<Vec<String>, Failure> {
        match self {
            Self::Here(apps, _, _) => Ok(apps.list().await?.iter().map(|app| app.id.to_string()).collect()),
            Self::There(remote) => {
                remote.list("/apps", "apps").await?.iter().map(|app| app.text("app_id")).collect()
            }
        }
    }

    async fn rotate(&self, app: &str) -> Result<(), Failure> {
        match self {
            Self::Here(_, keys, _) => keys.rotate(&parsed(app)?).await.map(drop)?,
            Self::There(remote) => {
                remote
                    .ask(Method::POST, &format!("/apps/{}/data-key", encoded(app)), None)
                    .await
                    .map(drop)?;
            }
        }
        Ok(())
    }

    async fn rotate_master(&self) -> Result<(), Failure> {
        match self {
            Self::Here(_, _, Some(keys)) => Ok(keys.rotate().await?),
            Self::Here(_, _, None) => {
                Err(Failure::usage("the master key of a store in a database cannot be replaced yet"))
            }
            Self::There(remote) => remote.ask(Method::POST, "/master-key", None).await.map(drop),
        }
    }

    async fn key(&self, app: String) -> Result<KeyJson, Failure> {
        match self {
            Self::Here(_, keys, _) => {
                let state = keys.state(&parsed(&app)?).await?;
                Ok(KeyJson::of(app, state))
            }
            Self::There(remote) => {
                let path = format!("/apps/{}/data-key", encoded(&app));
                let key = remote.ask(Method::GET, &path, None).await?;
                KeyJson::answered(app, &key)
            }
        }
    }
}

fn number(answer: &Value, name: &str) -> Result<u64, Failure> {
    let none = || Failure::new(Exit::Failed, anyhow::anyhow!("the server's answer has no `{name}`"));
    answer[name].as_u64().ok_or_else(none)
}

fn parsed(app: &str) -> Result<AppId, Failure> {
    Uuid::try_parse(app).map(AppId).map_err(Failure::usage)
}
