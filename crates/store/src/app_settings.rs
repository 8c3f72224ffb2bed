//! How an app is served, and the document in which every store keeps the most of it.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// How an app is served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppSettings {
    /// Whether its clients send mirror images, as some front cameras make them.
    pub mirrored: bool,
    /// Whether nobody is let in, whatever key they show.
    pub disabled: bool,
    /// Web origins whose pages may call, as a browser sends them: `https://example.com`.
    pub origins: Vec<String>,
    /// Requests a minute, in bursts of as many; `None`: as many as the server takes.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Requests a day (UTC); `None`: any number.
    pub requests_per_day: Option<NonZeroU32>,
    /// What people agree to before photos of them are taken; `None`: nothing was written.
    pub consent: Option<Consent>,
}

/// What people are asked to agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Which text it is: what is recorded of somebody who agreed.
    pub version: String,
    /// The text, plain, in paragraphs.
    pub text: String,
}

/// A document that this program cannot read.
#[derive(Debug, thiserror::Error)]
#[error("the settings of an app cannot be read: they may be of a newer version")]
pub struct UnreadableSettings(#[source] serde_json::Error);

impl AppSettings {
    /// Everything that has no column of its own, as JSON.
    #[must_use]
    pub fn document(&self) -> serde_json::Value {
        let Self {
            mirrored: _,
            disabled: _,
            origins: _,
            requests_per_minute: _,
            requests_per_day: _,
            consent,
        } = self;
        let consent = consent.as_ref();
        let document = Document {
            consent: consent.map(|consent| ConsentDocument {
                version: consent.version.clone(),
                text: consent.text.clone(),
            }),
        };
        serde_json::to_value(document).unwrap_or_default()
    }

    /// `self` with what `document` says. What is not in there is as if nobody had set it; what this version does not know may
    /// be a check that it would leave out, and is refused.
    ///
    /// # Errors
    /// [`UnreadableSettings`].
    pub fn with_document(self, document: &str) -> Result<Self, UnreadableSettings> {
        let Document { consent } = serde_json::from_str(document).map_err(UnreadableSettings)?;
        let consent = consent.map(|ConsentDocument { version, text }| Consent { version, text });
        Ok(Self { consent, ..self })
    }
}

/// As it is stored.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Document {
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<ConsentDocument>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentDocument {
    version: String,
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_set_takes_no_room() {
        assert_eq!(AppSettings::default().document().to_string(), "{}");
        let read = AppSettings::default().with_document("{}").expect("readable");
        assert_eq!(read, AppSettings::default());
    }

    #[test]
    fn what_this_version_does_not_know_is_refused() {
        for bad in ["{\"future_gate\": true}", "{\"consent\": {\"version\": \"1\"}}", "[1]", ""] {
            assert!(AppSettings::default().with_document(bad).is_err(), "{bad}");
        }
    }
}
