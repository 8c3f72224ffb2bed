//! `faceward app`: tenants and their keys.

use std::io::Read;
use std::time::Duration;

use clap::{Args, Subcommand};
use faceward_core::AppId;
use faceward_service::apps::{AppKey, Apps, NewApp};
use serde::Serialize;
use uuid::Uuid;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{setup, terminal};

/// Longest key that is read from standard input, in bytes, with room for white space around it.
const MAX_KEY_BYTES: u64 = 8192;

/// Create, list or delete apps, and change their keys
///
/// An app is a tenant: an APP-ID and APP-KEY, and galleries that no other app sees. These commands work on the data
/// folder; stop the server that uses it first.
#[derive(Debug, Subcommand)]
pub(crate) enum App {
    /// Create an app and print its credentials, once
    Create(Create),
    /// List the apps
    List(List),
    /// Give an app a new key and print it, once; the old one works on for a while
    RotateKey(RotateKey),
    /// Say whether an app's clients send mirror images, as some front cameras make them
    SetMirrored(SetMirrored),
    /// Delete an app with its keys, galleries and templates
    Delete(Delete),
}

/// Arguments of `app create`.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Name of the app, for people
    #[arg(default_value = "default")]
    name: String,
    /// Take over an APP-ID that clients already have [default: a random one]
    #[arg(long, value_name = "UUID")]
    id: Option<Uuid>,
    /// Take over an APP-KEY that clients already have: read it from standard input
    #[arg(long)]
    key_stdin: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `app list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `app rotate-key`.
#[derive(Debug, Args)]
pub(crate) struct RotateKey {
    /// APP-ID of the app
    id: Uuid,
    /// Hours for which the old keys work on; 0 ends them at once
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    overlap: u32,
    /// Read the new key from standard input instead of making one
    #[arg(long)]
    key_stdin: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `app set-mirrored`.
#[derive(Debug, Args)]
pub(crate) struct SetMirrored {
    /// APP-ID of the app
    id: Uuid,
    /// true: left and right of their photos are swapped back for active liveness
    #[arg(action = clap::ArgAction::Set)]
    mirrored: bool,
}

/// Arguments of `app delete`.
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// APP-ID of the app
    id: Uuid,
    /// Confirm: its templates cannot be brought back
    #[arg(long)]
    yes: bool,
}

#[derive(Serialize)]
struct CredentialsJson<'a> {
    app_id: String,
    app_key: &'a str,
}

#[derive(Serialize)]
struct AppJson {
    app_id: String,
    name: String,
    mirrored: bool,
    created_at: String,
}

impl App {
    /// Does it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let apps = Apps::new(&setup::embedded(&context.config.data_dir)?.into());
        setup::executor()?.block_on(async {
            match self {
                Self::Create(create) => create.run(&apps).await,
                Self::List(list) => list.run(&apps).await,
                Self::RotateKey(rotate) => rotate.run(&apps).await,
                Self::SetMirrored(set) => set.run(&apps).await,
                Self::Delete(delete) => delete.run(&apps).await,
            }
        })
    }
}

impl Create {
    async fn run(&self, apps: &Apps) -> Result<Exit, Failure> {
        let key = if self.key_stdin { Some(key_from_stdin()?) } else { None };
        let new = NewApp { name: self.name.clone(), id: self.id.map(AppId), key };
        let credentials = apps.create(new).await?;
        show(self.json, credentials.id, &credentials.key)
    }
}

impl List {
    async fn run(&self, apps: &Apps) -> Result<Exit, Failure> {
        let apps: Vec<AppJson> = apps
            .list()
            .await?
            .into_iter()
            .map(|app| AppJson {
                app_id: app.id.to_string(),
                name: app.name,
                mirrored: app.settings.mirrored,
                created_at: app.created_at.to_string(),
            })
            .collect();
        if self.json {
            terminal::json(&apps)?;
        } else {
            let head = ["APP-ID", "NAME", "MIRRORED", "CREATED"].map(str::to_owned).to_vec();
            let row = |app: AppJson| vec![app.app_id, app.name, app.mirrored.to_string(), app.created_at];
            let rows = apps.into_iter().map(row);
            terminal::line(&terminal::columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>()))?;
        }
        Ok(Exit::Yes)
    }
}

impl RotateKey {
    async fn run(&self, apps: &Apps) -> Result<Exit, Failure> {
        let app = AppId(self.id);
        let overlap = Duration::from_secs(u64::from(self.overlap) * 3600);
        let key = if self.key_stdin {
            let key = key_from_stdin()?;
            apps.replace_keys(&app, &key, overlap).await?;
            key
        } else {
            apps.rotate_key(&app, overlap).await?
        };
        terminal::note(&format!("the old keys work for another {} h", self.overlap));
        show(self.json, app, &key)
    }
}

impl SetMirrored {
    async fn run(&self, apps: &Apps) -> Result<Exit, Failure> {
        apps.set_mirrored(&AppId(self.id), self.mirrored).await?;
        let does = if self.mirrored { "send" } else { "do not send" };
        terminal::line(&format!("the clients of app {} {does} mirror images", self.id))?;
        Ok(Exit::Yes)
    }
}

impl Delete {
    async fn run(&self, apps: &Apps) -> Result<Exit, Failure> {
        if !self.yes {
            return Err(Failure::usage("this deletes the app with all of its templates for good: add --yes"));
        }
        apps.delete(&AppId(self.id)).await?;
        terminal::line(&format!("deleted app {}", self.id))?;
        Ok(Exit::Yes)
    }
}

fn show(json: bool, id: AppId, key: &AppKey) -> Result<Exit, Failure> {
    if json {
        terminal::json(&CredentialsJson { app_id: id.to_string(), app_key: key.reveal() })?;
    } else {
        terminal::line(&format!("APP-ID:  {id}\nAPP-KEY: {}", key.reveal()))?;
        terminal::note("The key is shown this once; only a hash of it is kept.");
    }
    Ok(Exit::Yes)
}

fn key_from_stdin() -> Result<AppKey, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(MAX_KEY_BYTES).read_to_string(&mut text);
    read.map_err(|error| Failure::usage(format_args!("cannot read the key from standard input: {error}")))?;
    AppKey::parse(text).map_err(|error| Failure::new(Exit::Usage, error))
}
