//! What is to become different about an app.

use std::num::NonZeroU32;

use faceward_store::{AppSettings, AppThresholds, Consent, Demands, Withheld};

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
    /// [`faceward_store::AppThresholds::similarity`].
    pub similarity_threshold: Option<Option<f64>>,
    /// [`faceward_store::AppThresholds::liveness`].
    pub liveness_threshold: Option<Option<f64>>,
    /// [`faceward_store::AppThresholds::deepfake`].
    pub deepfake_threshold: Option<Option<f64>>,
    /// Whether gender, age and group are answered, where the server does: the opposite of [`Withheld::demography`].
    pub demography: Option<bool>,
    /// Whether the group is: the opposite of [`Withheld::race`].
    pub race: Option<bool>,
    /// [`AppSettings::enroll`].
    pub enroll: DemandsChange,
    /// [`AppSettings::compare`].
    pub compare: DemandsChange,
    /// [`AppSettings::expire_after_days`].
    pub expire_after_days: Option<Option<NonZeroU32>>,
}

/// A change of [`Demands`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DemandsChange {
    /// [`Demands::live`].
    pub live: Option<bool>,
    /// [`Demands::quality`].
    pub quality: Option<Option<f64>>,
}

impl DemandsChange {
    fn applied(self, known: Demands) -> Demands {
        Demands { live: self.live.unwrap_or(known.live), quality: self.quality.unwrap_or(known.quality) }
    }
}

impl AppChange {
    /// `known` with the change made.
    pub(super) fn applied(self, known: &AppSettings) -> AppSettings {
        let thresholds = AppThresholds {
            similarity: self.similarity_threshold.unwrap_or(known.thresholds.similarity),
            liveness: self.liveness_threshold.unwrap_or(known.thresholds.liveness),
            deepfake: self.deepfake_threshold.unwrap_or(known.thresholds.deepfake),
        };
        let withheld = Withheld {
            demography: self.demography.map_or(known.withheld.demography, |answered| !answered),
            race: self.race.map_or(known.withheld.race, |answered| !answered),
        };
        AppSettings {
            disabled: self.disabled.unwrap_or(known.disabled),
            mirrored: self.mirrored.unwrap_or(known.mirrored),
            origins: self.origins.unwrap_or_else(|| known.origins.clone()),
            requests_per_minute: self.requests_per_minute.unwrap_or(known.requests_per_minute),
            requests_per_day: self.requests_per_day.unwrap_or(known.requests_per_day),
            consent: self.consent.unwrap_or_else(|| known.consent.clone()),
            thresholds,
            withheld,
            enroll: self.enroll.applied(known.enroll),
            compare: self.compare.applied(known.compare),
            expire_after_days: self.expire_after_days.unwrap_or(known.expire_after_days),
        }
    }
}
