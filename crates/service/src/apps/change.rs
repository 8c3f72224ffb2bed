//! What is to become different about an app.

use std::num::NonZeroU32;

use faceward_store::{AppSettings, Consent};

/// A change of an app. `None` leaves a thing as it is; where a setting can be taken away, `Some(None)` does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AppChange {
    /// Its name, for people.
    pub name: Option<String>,
    /// [`AppSettings::disabled`].
    pub disabled: Option<bool>,
    /// [`AppSettings::mirrored`].
    pub mirrored: Option<bool>,
    /// [`AppSettings::origins`].
    pub origins: Option<Vec<String>>,
    /// [`AppSettings::requests_per_minute`].
    pub requests_per_minute: Option<Option<NonZeroU32>>,
    /// [`AppSettings::requests_per_day`].
    pub requests_per_day: Option<Option<NonZeroU32>>,
    /// [`AppSettings::consent`].
    pub consent: Option<Option<Consent>>,
}

impl AppChange {
    /// `known` with the change made.
    pub(super) fn applied(self, known: &AppSettings) -> AppSettings {
        let Self { name: _, disabled, mirrored, origins, requests_per_minute, requests_per_day, consent } =
            self;
        AppSettings {
            disabled: disabled.unwrap_or(known.disabled),
            mirrored: mirrored.unwrap_or(known.mirrored),
            origins: origins.unwrap_or_else(|| known.origins.clone()),
            requests_per_minute: requests_per_minute.unwrap_or(known.requests_per_minute),
            requests_per_day: requests_per_day.unwrap_or(known.requests_per_day),
            consent: consent.unwrap_or_else(|| known.consent.clone()),
        }
    }
}
