//! An app, and what is to change about it.

use std::num::NonZeroU32;

use faceward_service::apps::{AppChange, DemandsChange};
use faceward_service::{AppRecord, Consent, Demands};
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
    /// Least similarity of the same person; `null`: the server's.
    #[schema(required)]
    similarity_threshold: Option<f64>,
    /// Least liveness score that is fine; `null`: the server's.
    #[schema(required)]
    liveness_threshold: Option<f64>,
    /// Least score of the deepfake check that is fine; `null`: the server's.
    #[schema(required)]
    deepfake_threshold: Option<f64>,
    /// Whether gender, age and group are answered, where the server does.
    demography: bool,
    /// Whether the group is.
    race: bool,
    /// What a photo has to give before it is enrolled, beside what the server demands.
    enroll: AdminDemands,
    /// What a photo has to give before it is compared.
    compare: AdminDemands,
    /// Days after which a template is deleted; `null`: it has no end.
    #[schema(required, value_type = Option<u32>)]
    expire_after_days: Option<NonZeroU32>,
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
            similarity_threshold: settings.thresholds.similarity,
            liveness_threshold: settings.thresholds.liveness,
            deepfake_threshold: settings.thresholds.deepfake,
            demography: !settings.withheld.demography,
            race: !settings.withheld.race,
            enroll: settings.enroll.into(),
            compare: settings.compare.into(),
            expire_after_days: settings.expire_after_days,
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

/// What a photo has to give.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminDemands {
    /// Whether the face must pass the liveness check, asked for or not.
    live: bool,
    /// Least quality, 0 to 1, of the worst of the assessed measures; `null`: any.
    #[schema(required)]
    quality: Option<f64>,
}

impl From<Demands> for AdminDemands {
    fn from(Demands { live, quality }: Demands) -> Self {
        Self { live, quality }
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
    /// Least similarity of the same person, 0 to 1; `null`: the server's.
    #[serde(deserialize_with = "even_null")]
    #[schema(value_type = Option<f64>)]
    similarity_threshold: Option<Option<f64>>,
    /// Least liveness score that is fine, 0 to 1; `null`: the server's.
    #[serde(deserialize_with = "even_null")]
    #[schema(value_type = Option<f64>)]
    liveness_threshold: Option<Option<f64>>,
    /// Least score of the deepfake check that is fine, 0 to 1; `null`: the server's.
    #[serde(deserialize_with = "even_null")]
    #[schema(value_type = Option<f64>)]
    deepfake_threshold: Option<Option<f64>>,
    /// Whether gender, age and group are answered, where the server does.
    demography: Option<bool>,
    /// Whether the group is.
    race: Option<bool>,
    /// What a photo has to give before it is enrolled, beside what the server demands.
    enroll: Option<AdminDemandsChange>,
    /// What a photo has to give before it is compared.
    compare: Option<AdminDemandsChange>,
    /// Days after which a template is deleted, 1 to 36500; `null`: it has no end.
    #[serde(deserialize_with = "even_null")]
    #[schema(value_type = Option<u32>)]
    expire_after_days: Option<Option<NonZeroU32>>,
}

/// What is to change about what a photo has to give; what is not there stays.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AdminDemandsChange {
    /// Whether the face must pass the liveness check, asked for or not. Without its model the request gets 501.
    live: Option<bool>,
    /// Least quality, 0 to 1, of the worst of the assessed measures; `null`: any.
    #[serde(deserialize_with = "even_null")]
    #[schema(value_type = Option<f64>)]
    quality: Option<Option<f64>>,
}

impl From<AdminDemandsChange> for DemandsChange {
    fn from(AdminDemandsChange { live, quality }: AdminDemandsChange) -> Self {
        Self { live, quality }
    }
}

/// `null` is something to be said, and not the same as nothing.
fn even_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl From<AdminAppChange> for AppChange {
    fn from(change: AdminAppChange) -> Self {
        let consent = |AdminConsent { version, text }| Consent { version, text };
        Self {
            name: change.name,
            disabled: change.disabled,
            mirrored: change.mirrored,
            origins: change.origins,
            requests_per_minute: change.requests_per_minute.map(NonZeroU32::new),
            requests_per_day: change.requests_per_day.map(NonZeroU32::new),
            consent: change.consent.map(|given| given.map(consent)),
            similarity_threshold: change.similarity_threshold,
            liveness_threshold: change.liveness_threshold,
            deepfake_threshold: change.deepfake_threshold,
            demography: change.demography,
            race: change.race,
            enroll: change.enroll.unwrap_or_default().into(),
            compare: change.compare.unwrap_or_default().into(),
            expire_after_days: change.expire_after_days,
        }
    }
}
