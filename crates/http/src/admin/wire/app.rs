//! An app, and what is to change about it.

use std::num::NonZeroU32;

use faceward_service::apps::AppChange;
use faceward_service::{AppRecord, Consent};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An app.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminApp {
    /// Its APP-ID.
    app_id: Uuid,
    /// Its name, for people.
    name: String,
    /// Whether nobody is let in, whatever key they show.
    disabled: bool,
    /// Whether its clients send mirror images.
    mirrored: bool,
    /// Web origins whose pages may call.
    origins: Vec<String>,
    /// Requests a minute; `null`: as many as the server takes.
    #[schema(required, value_type = Option<u32>)]
    requests_per_minute: Option<NonZeroU32>,
    /// Requests a day (UTC); `null`: any number.
    #[schema(required, value_type = Option<u32>)]
    requests_per_day: Option<NonZeroU32>,
    /// What people agree to before photos of them are taken; `null`: nothing was written.
    #[schema(required)]
    consent: Option<AdminConsent>,
    /// When it was created.
    created_at: String,
    /// How many templates it has; in the answer about one app only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) templates: Option<usize>,
}

impl From<&AppRecord> for AdminApp {
    fn from(record: &AppRecord) -> Self {
        let settings = &record.settings;
        Self {
            app_id: record.id.0,
            name: record.name.clone(),
            disabled: settings.disabled,
            mirrored: settings.mirrored,
            origins: settings.origins.clone(),
            requests_per_minute: settings.requests_per_minute,
            requests_per_day: settings.requests_per_day,
            consent: settings.consent.clone().map(Into::into),
            created_at: record.created_at.to_string(),
            templates: None,
        }
    }
}

/// What people agree to before photos of them are taken.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdminConsent {
    /// Which text it is, 1 to 60 characters: recorded of everybody who agrees.
    version: String,
    /// The text, 1 to 10000 characters, plain, in lines.
    text: String,
}

impl From<Consent> for AdminConsent {
    fn from(Consent { version, text }: Consent) -> Self {
        Self { version, text }
    }
}

/// What is to change about an app; what is not there stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AdminAppChange {
    /// Its name, 1 to 120 characters.
    name: Option<String>,
    /// Whether nobody is let in, whatever key they show.
    disabled: Option<bool>,
    /// Whether its clients send mirror images.
    mirrored: Option<bool>,
    /// Web origins whose pages may call, as `https://example.com`: at most 32, and never `*`.
    origins: Option<Vec<String>>,
    /// Requests a minute; 0: as many as the server takes.
    requests_per_minute: Option<u32>,
    /// Requests a day (UTC); 0: any number.
    requests_per_day: Option<u32>,
    /// What people agree to before photos of them are taken; `null` takes it away.
    #[serde(deserialize_with = "even_null")]
    #[schema(value_type = Option<AdminConsent>)]
    consent: Option<Option<AdminConsent>>,
}

/// `null` is something to be said, and not the same as nothing.
fn even_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl From<AdminAppChange> for AppChange {
    fn from(change: AdminAppChange) -> Self {
        let AdminAppChange {
            name,
            disabled,
            mirrored,
            origins,
            requests_per_minute,
            requests_per_day,
            consent,
        } = change;
        Self {
            name,
            disabled,
            mirrored,
            origins,
            requests_per_minute: requests_per_minute.map(NonZeroU32::new),
            requests_per_day: requests_per_day.map(NonZeroU32::new),
            consent: consent
                .map(|consent| consent.map(|AdminConsent { version, text }| Consent { version, text })),
        }
    }
}
