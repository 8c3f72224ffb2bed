//! `app set`: everything that an app can be set to.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use faceward_core::AppId;
use faceward_service::Consent;
use faceward_service::apps::{AppChange, DemandsChange};
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
    /// Least similarity of the same person, 0 to 1; none: the server's
    #[arg(long, value_name = "SCORE")]
    similarity_threshold: Option<OrNone<f64>>,
    /// Least liveness score that is fine, 0 to 1; none: the server's
    #[arg(long, value_name = "SCORE")]
    liveness_threshold: Option<OrNone<f64>>,
    /// Least score of the deepfake check that is fine, 0 to 1; none: the server's
    #[arg(long, value_name = "SCORE")]
    deepfake_threshold: Option<OrNone<f64>>,
    /// Whether gender, age and group are answered, where the server does
    #[arg(long, value_name = "BOOL")]
    demography: Option<bool>,
    /// Whether the group is
    #[arg(long, value_name = "BOOL")]
    race: Option<bool>,
    /// Whether only photos that pass the liveness check are enrolled
    #[arg(long, value_name = "BOOL")]
    enroll_live: Option<bool>,
    /// Least quality of the worst measure of an enrolled photo, 0 to 1; none: any
    #[arg(long, value_name = "SCORE")]
    enroll_quality: Option<OrNone<f64>>,
    /// Whether only photos that pass the liveness check are compared
    #[arg(long, value_name = "BOOL")]
    compare_live: Option<bool>,
    /// Least quality of the worst measure of a compared photo, 0 to 1; none: any
    #[arg(long, value_name = "SCORE")]
    compare_quality: Option<OrNone<f64>>,
    /// Days after which a template is deleted; none: it has no end
    #[arg(long, value_name = "DAYS")]
    expire_after_days: Option<OrNone<NonZeroU32>>,
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
            similarity_threshold: self.similarity_threshold.map(|said| said.0),
            liveness_threshold: self.liveness_threshold.map(|said| said.0),
            deepfake_threshold: self.deepfake_threshold.map(|said| said.0),
            demography: self.demography,
            race: self.race,
            enroll: demands(self.enroll_live, self.enroll_quality),
            compare: demands(self.compare_live, self.compare_quality),
            expire_after_days: self.expire_after_days.map(|said| said.0),
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

/// A value, or the word `none`, which takes a setting away.
#[derive(Clone, Copy, Debug)]
struct OrNone<T>(Option<T>);

impl<T: FromStr> FromStr for OrNone<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text == "none" { Ok(Self(None)) } else { Ok(Self(Some(text.parse()?))) }
    }
}

fn demands(live: Option<bool>, quality: Option<OrNone<f64>>) -> DemandsChange {
    DemandsChange { live, quality: quality.map(|said| said.0) }
}

/// The change as the administration takes it: what is not in there stays.
fn body(change: AppChange) -> Value {
    let limit = |limit: Option<NonZeroU32>| limit.map_or(0, NonZeroU32::get);
    let consent = |Consent { version, text }| json!({ "version": version, "text": text });
    let consent = change.consent.map(|given| given.map_or(Value::Null, consent));
    object([
        ("name", change.name.map(Value::from)),
        ("disabled", change.disabled.map(Value::from)),
        ("mirrored", change.mirrored.map(Value::from)),
        ("origins", change.origins.map(Value::from)),
        ("requests_per_minute", change.requests_per_minute.map(limit).map(Value::from)),
        ("requests_per_day", change.requests_per_day.map(limit).map(Value::from)),
        ("consent", consent),
        ("similarity_threshold", change.similarity_threshold.map(Value::from)),
        ("liveness_threshold", change.liveness_threshold.map(Value::from)),
        ("deepfake_threshold", change.deepfake_threshold.map(Value::from)),
        ("demography", change.demography.map(Value::from)),
        ("race", change.race.map(Value::from)),
        ("enroll", Some(demands_body(change.enroll))),
        ("compare", Some(demands_body(change.compare))),
        (
            "expire_after_days",
            change.expire_after_days.map(|days| days.map(NonZeroU32::get)).map(Value::from),
        ),
    ])
}

fn demands_body(DemandsChange { live, quality }: DemandsChange) -> Value {
    object([("live", live.map(Value::from)), ("quality", quality.map(Value::from))])
}

/// Of the fields that were said.
fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let said = fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(said.collect::<Map<_, _>>())
}
