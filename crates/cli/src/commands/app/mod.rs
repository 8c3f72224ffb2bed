//! `faceward app`: tenants and their keys.

mod keys;
mod place;
mod set;

use std::io::Read;
use std::time::Duration;

use clap::{Args, Subcommand};
use faceward_core::AppId;
use faceward_service::AppRecord;
use faceward_service::apps::{AppKey, Apps, NewApp};
use hyper::Method;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use place::Place;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote::{Answer as _, Remote};
use crate::{setup, stores, terminal};

/// Longest key that is read from standard input, in bytes, with room for white space around it.
const MAX_KEY_BYTES: u64 = 8192;

/// Create, list or delete apps, and change their keys
///
/// An app is a tenant: an APP-ID and APP-KEY, and galleries that no other app sees. These commands work on the data
/// folder or database, or through the server that uses the folder or that `--server` names.
#[derive(Debug, Subcommand)]
pub(crate) enum App {
    /// Create an app and print its credentials, once
    Create(Create),
    /// List the apps
    List(List),
    /// Print everything that an app is set to, as JSON
    Show(Show),
    /// List an app's keys, without the keys themselves: when each was added, and when it ends
    Keys(keys::Keys),
    /// Give an app a new key and print it, once; the old one works on for a while
    RotateKey(RotateKey),
    /// End one key of an app now, the one that was added when `app keys` says
    EndKey(keys::EndKey),
    /// Say whether an app's clients send mirror images, as some front cameras make them
    SetMirrored(SetMirrored),
    /// Change how an app is served; what is not said stays
    Set(Box<set::Set>),
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

/// Arguments of `app show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// APP-ID of the app
    id: Uuid,
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
    app_id: &'a str,
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
        let place = match Remote::find(context)? {
            Some(remote) => Place::There(remote),
            None => Place::Here(Apps::new(&stores::open_directory(&context.config, &context.environment)?)),
        };
        setup::executor()?.block_on(async {
            match self {
                Self::Create(create) => create.run(&place).await,
                Self::List(list) => list.run(&place).await,
                Self::Show(show) => show.run(&place).await,
                Self::Keys(keys) => keys.run(&place).await,
                Self::RotateKey(rotate) => rotate.run(&place).await,
                Self::EndKey(end) => end.run(&place).await,
                Self::SetMirrored(set) => set.run(&place).await,
                Self::Set(set) => set.run(&place).await,
                Self::Delete(delete) => delete.run(&place).await,
            }
        })
    }
}

impl Create {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let key = if self.key_stdin { Some(key_from_stdin()?) } else { None };
        match place {
            Place::Here(apps) => {
                let new = NewApp { name: self.name.clone(), id: self.id.map(AppId), key };
                let credentials = apps.create(new).await?;
                show(self.json, &credentials.id.to_string(), credentials.key.reveal())
            }
            Place::There(remote) => {
                let key = key.as_ref().map(AppKey::reveal);
                let body = json!({ "name": self.name, "app_id": self.id, "app_key": key });
                let made = remote.ask(Method::POST, "/apps", Some(&body)).await?;
                show(self.json, &made.text("app_id")?, &made.text("app_key")?)
            }
        }
    }
}

impl List {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let apps: Vec<AppJson> = match place {
            Place::Here(apps) => apps.list().await?.iter().map(AppJson::of).collect(),
            Place::There(remote) => {
                let mut listed = remote.list("/apps", "apps").await?;
                listed.sort_by_key(|app| app["created_at"].to_string());
                listed.iter().map(AppJson::answered).collect::<Result<_, _>>()?
            }
        };
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

impl AppJson {
    fn of(app: &AppRecord) -> Self {
        Self {
            app_id: app.id.to_string(),
            name: app.name.clone(),
            mirrored: app.settings.mirrored,
            created_at: app.created_at.to_string(),
        }
    }

    /// As a server tells it.
    fn answered(app: &Value) -> Result<Self, Failure> {
        Ok(Self {
            app_id: app.text("app_id")?,
            name: app.text("name")?,
            mirrored: app["mirrored"] == true,
            created_at: app.text("created_at")?,
        })
    }
}

impl Show {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        match place {
            Place::Here(apps) => terminal::json(&faceward_http::app_json(&apps.get(&AppId(self.id)).await?))?,
            Place::There(remote) => {
                terminal::json(&remote.ask(Method::GET, &format!("/apps/{}", self.id), None).await?)?;
            }
        }
        Ok(Exit::Yes)
    }
}

impl RotateKey {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let given = if self.key_stdin { Some(key_from_stdin()?) } else { None };
        let key = match place {
            Place::Here(apps) => {
                let (app, overlap) = (AppId(self.id), Duration::from_secs(u64::from(self.overlap) * 3600));
                match given {
                    Some(key) => {
                        apps.replace_keys(&app, &key, overlap).await?;
                        key.reveal().to_owned()
                    }
                    None => apps.rotate_key(&app, overlap).await?.reveal().to_owned(),
                }
            }
            Place::There(remote) => {
                let key = given.as_ref().map(AppKey::reveal);
                let body = json!({ "app_key": key, "overlap_hours": self.overlap });
                let path = format!("/apps/{}/keys", self.id);
                remote.ask(Method::POST, &path, Some(&body)).await?.text("app_key")?
            }
        };
        terminal::note(&format!("the old keys work for another {} h", self.overlap));
        show(self.json, &self.id.to_string(), &key)
    }
}

impl SetMirrored {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        match place {
            Place::Here(apps) => apps.set_mirrored(&AppId(self.id), self.mirrored).await?,
            Place::There(remote) => {
                let (path, body) = (format!("/apps/{}", self.id), json!({ "mirrored": self.mirrored }));
                remote.ask(Method::PATCH, &path, Some(&body)).await?;
            }
        }
        let does = if self.mirrored { "send" } else { "do not send" };
        terminal::line(&format!("the clients of app {} {does} mirror images", self.id))?;
        Ok(Exit::Yes)
    }
}

impl Delete {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        if !self.yes {
            return Err(Failure::usage("this deletes the app with all of its templates for good: add --yes"));
        }
        match place {
            Place::Here(apps) => {
                apps.delete(&AppId(self.id)).await?;
            }
            Place::There(remote) => {
                remote.ask(Method::DELETE, &format!("/apps/{}", self.id), None).await?;
            }
        }
        terminal::line(&format!("deleted app {}", self.id))?;
        terminal::note(
            "the audit log has the deletion record: `faceward audit --action delete_app --format jsonl`",
        );
        Ok(Exit::Yes)
    }
}

fn show(json: bool, app_id: &str, app_key: &str) -> Result<Exit, Failure> {
    if json {
        terminal::json(&CredentialsJson { app_id, app_key })?;
    } else {
        terminal::line(&format!("APP-ID:  {app_id}\nAPP-KEY: {app_key}"))?;
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
