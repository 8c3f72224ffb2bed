//! `app set`: everything that an app can be set to.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;
use faceward_core::AppId;
use faceward_service::Consent;
use faceward_service::apps::AppChange;
use hyper::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::place::Place;
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Arguments of `app set`.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// APP-ID of the app
    id: Uuid,
    /// Its name, for people
    #[arg(long)]
    name: Option<String>,
    /// Whether nobody is let in, whatever key they show
    #[arg(long, value_name = "BOOL")]
    disabled: Option<bool>,
    /// Whether its clients send mirror images
    #[arg(long, value_name = "BOOL")]
    mirrored: Option<bool>,
    /// Web origins whose pages may call, with commas between; empty: none
    #[arg(long, value_name = "ORIGINS", value_delimiter = ',')]
    origins: Option<Vec<String>>,
    /// Requests a minute; 0: as many as the server takes
    #[arg(long, value_name = "N")]
    requests_per_minute: Option<u32>,
    /// Requests a day (UTC); 0: any number
    #[arg(long, value_name = "N")]
    requests_per_day: Option<u32>,
    /// Which text of consent the file has
    #[arg(long, value_name = "VERSION", requires = "consent_file")]
    consent_version: Option<String>,
    /// Text that people agree to before photos of them are taken, UTF-8
    #[arg(long, value_name = "FILE", requires = "consent_version")]
    consent_file: Option<PathBuf>,
    /// Take the text of consent away
    #[arg(long, conflicts_with = "consent_version")]
    no_consent: bool,
}

impl Set {
    pub(super) async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let change = self.change()?;
        if change == AppChange::default() {
            return Err(Failure::usage("say what is to change: faceward app set --help lists it"));
        }
        match place {
            Place::Here(apps) => apps.change(&AppId(self.id), change).await?,
            Place::There(remote) => {
                let path = format!("/apps/{}", self.id);
                remote.ask(Method::PATCH, &path, Some(&body(change))).await?;
            }
        }
        terminal::line(&format!("changed app {}", self.id))?;
        Ok(Exit::Yes)
    }

    fn change(&self) -> Result<AppChange, Failure> {
        let origins = self.origins.as_ref();
        let origins = origins.map(|list| list.iter().filter(|origin| !origin.is_empty()).cloned().collect());
        Ok(AppChange {
            name: self.name.clone(),
            disabled: self.disabled,
            mirrored: self.mirrored,
            origins,
            requests_per_minute: self.requests_per_minute.map(NonZeroU32::new),
            requests_per_day: self.requests_per_day.map(NonZeroU32::new),
            consent: self.consent()?,
        })
    }

    fn consent(&self) -> Result<Option<Option<Consent>>, Failure> {
        let Some((version, file)) = self.consent_version.as_ref().zip(self.consent_file.as_ref()) else {
            return Ok(self.no_consent.then_some(None));
        };
        let text = fs_err::read_to_string(file).map_err(Failure::usage)?;
        Ok(Some(Some(Consent { version: version.clone(), text: text.trim_end().to_owned() })))
    }
}

/// The change as the administration takes it: what is not in there stays.
fn body(change: AppChange) -> Value {
    let AppChange { name, disabled, mirrored, origins, requests_per_minute, requests_per_day, consent } =
        change;
    let limit = |limit: Option<NonZeroU32>| limit.map_or(0, NonZeroU32::get);
    let consent = consent.map(|consent| {
        consent.map_or(Value::Null, |Consent { version, text }| json!({ "version": version, "text": text }))
    });
    let said = [
        ("name", name.map(Value::from)),
        ("disabled", disabled.map(Value::from)),
        ("mirrored", mirrored.map(Value::from)),
        ("origins", origins.map(Value::from)),
        ("requests_per_minute", requests_per_minute.map(limit).map(Value::from)),
        ("requests_per_day", requests_per_day.map(limit).map(Value::from)),
        ("consent", consent),
    ];
    let said = said.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(said.collect::<Map<_, _>>())
}
