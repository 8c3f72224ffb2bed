//! How an app is served, and the document in which every store keeps the most of it.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// How an app is served. What is `None` or default here is as the server has it.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// From which scores on something counts.
    pub thresholds: AppThresholds,
    /// What is not found out about its photos, whatever the server does for others.
    pub withheld: Withheld,
    /// What a photo has to give before it is enrolled, beside what the server demands.
    pub enroll: Demands,
    /// What a photo has to give before it is compared with another, a template, a subject or a gallery.
    pub compare: Demands,
    /// Days after which a template is deleted; `None`: it has no end.
    pub expire_after_days: Option<NonZeroU32>,
}

/// What people are asked to agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Which text it is: what is recorded of somebody who agreed.
    pub version: String,
    /// The text, plain, in paragraphs.
    pub text: String,
}

/// From which scores on something counts, each 0 to 1; `None`: as the server has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AppThresholds {
    /// Least similarity of the same person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f64>,
    /// Least liveness score that is fine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liveness: Option<f64>,
    /// Least score of the deepfake check that is fine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deepfake: Option<f64>,
}

/// Guesses about a subject that are not made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Withheld {
    /// Gender, age and group.
    pub demography: bool,
    /// The group.
    pub race: bool,
}

/// What a photo has to give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Demands {
    /// Whether the face must pass the liveness check, asked for or not.
    pub live: bool,
    /// Least quality, 0 to 1, of the worst of the assessed measures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<f64>,
}

/// A document that this program cannot read.
#[derive(Debug, thiserror::Error)]
#[error("the settings of an app cannot be read: they may be of a newer version")]
pub struct UnreadableSettings(#[source] serde_json::Error);

impl AppSettings {
    /// Everything that has no column of its own, as JSON.
    ///
    /// # Errors
    /// A number of it is none.
    pub fn document(&self) -> Result<String, UnreadableSettings> {
        let Self {
            mirrored: _,
            disabled: _,
            origins: _,
            requests_per_minute: _,
            requests_per_day: _,
            consent,
            thresholds,
            withheld,
            enroll,
            compare,
            expire_after_days,
        } = self.clone();
        let document = Document {
            consent: consent.map(|Consent { version, text }| ConsentDocument { version, text }),
            thresholds,
            withheld,
            enroll,
            compare,
            expire_after_days,
        };
        serde_json::to_string(&document).map_err(UnreadableSettings)
    }

    /// `self` with what `document` says. What is not in there is as if nobody had set it; what this version does not know may
    /// be a check that it would leave out, and is refused.
    ///
    /// # Errors
    /// [`UnreadableSettings`].
    pub fn with_document(self, document: &str) -> Result<Self, UnreadableSettings> {
        let Document { consent, thresholds, withheld, enroll, compare, expire_after_days } =
            serde_json::from_str(document).map_err(UnreadableSettings)?;
        let consent = consent.map(|ConsentDocument { version, text }| Consent { version, text });
        Ok(Self { consent, thresholds, withheld, enroll, compare, expire_after_days, ..self })
    }
}

/// As it is stored.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Document {
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<ConsentDocument>,
    #[serde(skip_serializing_if = "is_default")]
    thresholds: AppThresholds,
    #[serde(skip_serializing_if = "is_default")]
    withheld: Withheld,
    #[serde(skip_serializing_if = "is_default")]
    enroll: Demands,
    #[serde(skip_serializing_if = "is_default")]
    compare: Demands,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_after_days: Option<NonZeroU32>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
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
        assert_eq!(AppSettings::default().document().expect("JSON"), "{}");
        let read = AppSettings::default().with_document("{}").expect("readable");
        assert_eq!(read, AppSettings::default());
    }

    #[test]
    fn what_this_version_does_not_know_is_refused() {
        for bad in [
            "{\"future_gate\": true}",
            "{\"consent\": {\"version\": \"1\"}}",
            "{\"enroll\": {\"fresh\": true}}",
            "[1]",
            "",
        ] {
            assert!(AppSettings::default().with_document(bad).is_err(), "{bad}");
        }
    }
}
