//! `faceward webhook`: where an app is called back, the secrets that sign, and what it was told.

use std::time::Duration;

use clap::{Args, Subcommand};
use faceward_core::AppId;
use faceward_service::webhooks::Webhooks;
use faceward_service::{EventState, ServiceError};
use hyper::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote::{Answer as _, Remote};
use crate::{setup, stores, terminal};

/// Say where an app is called back, and look at what it was told
///
/// A server that runs delivers events; these commands work on the data folder or database, or through the server that uses
/// the folder or that `--server` names. See docs/webhooks.md for receivers.
#[derive(Debug, Subcommand)]
pub(crate) enum Webhook {
    /// Show where an app is called back
    Show(Of),
    /// Call an app back at an address. The first time, the secret that signs is printed, once
    Set(Set),
    /// Make a new secret and print it, once; the old ones sign beside it for a while
    RotateSecret(RotateSecret),
    /// Send an event that says nothing, to try the address
    Test(Of),
    /// List the newest events with what became of them
    Events(Events),
    /// Show one event as it is sent, and every attempt, as JSON
    Event(OneEvent),
    /// Tell an event again
    Replay(OneEvent),
    /// Call an app back no more: delete its address, secrets and events
    Delete(Delete),
}

/// An app.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// APP-ID of the app
    id: Uuid,
}

/// Arguments of `webhook set`.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// APP-ID of the app
    id: Uuid,
    /// The address: https, and of the public internet unless `webhooks.allowed_hosts` names its host
    url: String,
    /// Whether it is called; events are recorded either way, and wait
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    enabled: bool,
}

/// Arguments of `webhook rotate-secret`.
#[derive(Debug, Args)]
pub(crate) struct RotateSecret {
    /// APP-ID of the app
    id: Uuid,
    /// Hours for which the old secrets sign on; 0 ends them at once
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    overlap: u32,
}

/// Arguments of `webhook events`.
#[derive(Debug, Args)]
pub(crate) struct Events {
    /// APP-ID of the app
    id: Uuid,
    /// Only those that are pending, delivered or failed
    #[arg(long, value_name = "STATE", value_parser = ["pending", "delivered", "failed"])]
    state: Option<String>,
    /// Most events
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
    limit: u16,
}

/// An event of an app.
#[derive(Debug, Args)]
pub(crate) struct OneEvent {
    /// APP-ID of the app
    id: Uuid,
    /// Id of the event
    event: Uuid,
}

/// Arguments of `webhook delete`.
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// APP-ID of the app
    id: Uuid,
    /// Confirm: what it was not told yet is lost
    #[arg(long)]
    yes: bool,
}

/// Where the webhooks are.
enum Place {
    /// In the configured store.
    Here(Webhooks),
    /// Behind a server.
    There(Remote),
}

impl Webhook {
    /// Does it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let place = match Remote::find(context)? {
            Some(remote) => Place::There(remote),
            None => {
                let stores = stores::open_directory(&context.config, &context.environment)?;
                Place::Here(Webhooks::new(&stores, context.config.service.webhooks.clone()))
            }
        };
        setup::executor()?.block_on(async {
            match self {
                Self::Show(of) => of.show(&place).await,
                Self::Set(set) => set.run(&place).await,
                Self::RotateSecret(rotate) => rotate.run(&place).await,
                Self::Test(of) => of.send_test(&place).await,
                Self::Events(events) => events.run(&place).await,
                Self::Event(event) => event.show(&place).await,
                Self::Replay(event) => event.replay(&place).await,
                Self::Delete(delete) => delete.run(&place).await,
            }
        })
    }
}

impl Of {
    async fn show(&self, place: &Place) -> Result<Exit, Failure> {
        let (url, enabled, n_secrets) = match place {
            Place::Here(webhooks) => {
                let found = webhooks.get(&AppId(self.id)).await?;
                let found =
                    found.map(|found| (found.endpoint.url, found.endpoint.enabled, found.secrets.len()));
                found.ok_or(ServiceError::WebhookNotFound)?
            }
            Place::There(remote) => {
                let found = remote.ask(Method::GET, &path(self.id, ""), None).await?;
                let n_secrets = found["secrets"].as_array().map_or(0, Vec::len);
                let url = found["url"].as_str().ok_or(ServiceError::WebhookNotFound)?.to_owned();
                (url, found["enabled"] == true, n_secrets)
            }
        };
        let state = if enabled { "called" } else { "not called: switched off" };
        terminal::line(&format!("{url}\n{state}; secrets that sign: {n_secrets}"))?;
        Ok(Exit::Yes)
    }

    async fn send_test(&self, place: &Place) -> Result<Exit, Failure> {
        let id = match place {
            Place::Here(webhooks) => webhooks.send_test(&AppId(self.id)).await?.to_string(),
            Place::There(remote) => {
                remote.ask(Method::POST, &path(self.id, "/test"), None).await?.text("event_id")?
            }
        };
        terminal::line(&id)?;
        if matches!(place, Place::Here(_)) {
            terminal::note("It is delivered by a server that runs.");
        }
        Ok(Exit::Yes)
    }
}

impl Set {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let secret = match place {
            Place::Here(webhooks) => {
                let secret = webhooks.set(&AppId(self.id), &self.url, self.enabled).await?;
                secret.map(|secret| secret.reveal().to_owned())
            }
            Place::There(remote) => {
                let body = json!({ "url": self.url, "enabled": self.enabled });
                let set = remote.ask(Method::PUT, &path(self.id, ""), Some(&body)).await?;
                set["secret"].as_str().map(str::to_owned)
            }
        };
        match secret {
            Some(secret) => show_secret(&secret),
            None => {
                terminal::note("the secrets stay as they are");
                Ok(Exit::Yes)
            }
        }
    }
}

impl RotateSecret {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let secret = match place {
            Place::Here(webhooks) => {
                let overlap = Duration::from_secs(u64::from(self.overlap) * 3600);
                webhooks.rotate_secret(&AppId(self.id), overlap).await?.reveal().to_owned()
            }
            Place::There(remote) => {
                let body = json!({ "overlap_hours": self.overlap });
                remote.ask(Method::POST, &path(self.id, "/secrets"), Some(&body)).await?.text("secret")?
            }
        };
        terminal::note(&format!("the old secrets sign beside it for another {} h", self.overlap));
        show_secret(&secret)
    }
}

impl Events {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let rows: Vec<Vec<String>> = match place {
            Place::Here(webhooks) => {
                let state = self.state.as_deref().and_then(EventState::of_name);
                let events = webhooks.events(&AppId(self.id), state, None, self.limit.into()).await?;
                let row = |event: &faceward_service::EventRecord| {
                    let last = event.last.as_ref().map_or_else(String::new, |last| last.outcome.to_string());
                    let (id, kind) = (event.id.to_string(), event.kind.to_string());
                    let (state, tries) = (event.state.name().to_owned(), event.n_attempts.to_string());
                    vec![id, kind, event.created_at.to_string(), state, tries, last]
                };
                events.iter().map(row).collect()
            }
            Place::There(remote) => {
                let state = self.state.as_ref().map_or_else(String::new, |state| format!("&state={state}"));
                let asked = path(self.id, &format!("/events?limit={}{state}", self.limit));
                let page = remote.ask(Method::GET, &asked, None).await?;
                page["events"].as_array().into_iter().flatten().map(answered).collect::<Result<_, _>>()?
            }
        };
        let head = ["EVENT", "TYPE", "HAPPENED", "STATE", "ATTEMPTS", "LAST"].map(str::to_owned).to_vec();
        terminal::line(&terminal::columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>()))?;
        Ok(Exit::Yes)
    }
}

/// A row as a server tells it.
fn answered(event: &Value) -> Result<Vec<String>, Failure> {
    let last = event["last"]["outcome"].as_str().unwrap_or_default().to_owned();
    let attempts = event["attempts"].to_string();
    let [id, kind, happened, state] =
        ["event_id", "type", "created_at", "state"].map(|name| event.text(name));
    Ok(vec![id?, kind?, happened?, state?, attempts, last])
}

impl OneEvent {
    async fn show(&self, place: &Place) -> Result<Exit, Failure> {
        let shown = match place {
            Place::Here(webhooks) => {
                let detail = webhooks.one_event(&AppId(self.id), &self.event).await?;
                let attempts: Vec<Value> = detail
                    .attempts
                    .iter()
                    .map(|attempt| {
                        json!({
                            "at": attempt.at.to_string(), "took_ms": attempt.took.as_millis(), "status": attempt.status,
                            "outcome": attempt.outcome, "answer": attempt.answer,
                        })
                    })
                    .collect();
                let body: Value = serde_json::from_str(&detail.body).unwrap_or_default();
                json!({ "state": detail.record.state.name(), "body": body, "attempts": attempts })
            }
            Place::There(remote) => {
                let found =
                    remote.ask(Method::GET, &path(self.id, &format!("/events/{}", self.event)), None).await?;
                let state = &found["event"]["state"];
                json!({ "state": state, "body": found["body"], "attempts": found["attempts"] })
            }
        };
        terminal::json(&shown)?;
        Ok(Exit::Yes)
    }

    async fn replay(&self, place: &Place) -> Result<Exit, Failure> {
        match place {
            Place::Here(webhooks) => webhooks.replay(&AppId(self.id), &self.event).await?,
            Place::There(remote) => {
                let path = path(self.id, &format!("/events/{}/replay", self.event));
                remote.ask(Method::POST, &path, None).await?;
            }
        }
        terminal::line(&format!("event {} is told again", self.event))?;
        Ok(Exit::Yes)
    }
}

impl Delete {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        if !self.yes {
            return Err(Failure::usage("this deletes the address with all that was not told yet: add --yes"));
        }
        match place {
            Place::Here(webhooks) => webhooks.delete(&AppId(self.id)).await?,
            Place::There(remote) => {
                remote.ask(Method::DELETE, &path(self.id, ""), None).await?;
            }
        }
        terminal::line(&format!("app {} is called back no more", self.id))?;
        Ok(Exit::Yes)
    }
}

fn path(app: Uuid, below: &str) -> String {
    format!("/apps/{app}/webhook{below}")
}

fn show_secret(secret: &str) -> Result<Exit, Failure> {
    terminal::line(secret)?;
    terminal::note("The secret is shown this once; the receiver checks signatures with it.");
    Ok(Exit::Yes)
}
