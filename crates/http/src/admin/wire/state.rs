//! How the server stands: audit log, signing keys, challenges, settings, metrics.

use std::collections::BTreeMap;

use faceward_service::AuditRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::deletion::DeletionRecord;
use crate::exposition::Sample;
use crate::history::Minute;
use crate::settings::EffectiveSetting;

/// Where a copy of the data folder goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdminNewBackup {
    /// An absolute path on the server's machine, at which nothing is yet.
    pub(crate) into: String,
}

/// A copy that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminBackup {
    /// Templates of all apps.
    pub(crate) templates: usize,
    /// Size of its files.
    pub(crate) bytes: u64,
}

/// A record of the audit log; `docs/audit.md` says what its fields hold.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminAuditRecord {
    /// Its number.
    pub(crate) sequence: i64,
    at: String,
    transaction_id: Uuid,
    #[schema(required)]
    trx_id: Option<String>,
    surface: String,
    #[schema(required)]
    app_id: Option<Uuid>,
    #[schema(required)]
    operator: Option<String>,
    action: String,
    #[schema(required)]
    gallery: Option<String>,
    #[schema(required)]
    subject: Option<String>,
    #[schema(required)]
    template: Option<String>,
    outcome: String,
    #[schema(required)]
    verdict: Option<String>,
    scores: BTreeMap<String, f64>,
    reasons: Vec<String>,
    models: Vec<String>,
    /// What was deleted; `null`: nothing was.
    #[schema(required)]
    deletion: Option<DeletionRecord>,
}

impl From<&AuditRecord> for AdminAuditRecord {
    fn from(record: &AuditRecord) -> Self {
        let event = &record.event;
        Self {
            sequence: record.sequence,
            at: event.at.to_string(),
            transaction_id: event.transaction,
            trx_id: event.trx_id.clone(),
            surface: event.surface.to_string(),
            app_id: event.app.map(|app| app.0),
            operator: event.operator.as_ref().map(ToString::to_string),
            action: event.action.to_string(),
            gallery: event.gallery.as_ref().map(ToString::to_string),
            subject: event.subject.as_ref().map(ToString::to_string),
            template: event.template.as_ref().map(ToString::to_string),
            outcome: event.outcome.to_string(),
            verdict: event.verdict.as_ref().map(ToString::to_string),
            scores: event.scores.iter().map(|(name, score)| (name.to_string(), *score)).collect(),
            reasons: event.reasons.iter().map(ToString::to_string).collect(),
            models: event.models.iter().map(ToString::to_string).collect(),
            deletion: event.deletion.as_ref().map(Into::into),
        }
    }
}

/// A page of the audit log, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminAuditPage {
    /// The records.
    pub(crate) records: Vec<AdminAuditRecord>,
    /// `before` of the next page; `null`: this is the last one.
    #[schema(required)]
    pub(crate) next: Option<i64>,
}

/// A key that signs access tokens, without its private part.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminSigningKey {
    /// Its id.
    pub(crate) id: Uuid,
    /// When it was made.
    pub(crate) created_at: String,
    /// From when on its tokens are no longer accepted; `null`: it signs.
    #[schema(required)]
    pub(crate) expires_at: Option<String>,
}

/// The keys that sign access tokens, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminSigningKeys {
    /// The keys.
    pub(crate) keys: Vec<AdminSigningKey>,
}

/// A new signing key.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AdminNewSigningKey {
    /// Hours for which tokens of the other keys work on; 24 if nothing is said.
    pub(crate) overlap_hours: Option<u32>,
}

/// Challenges of an app.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminChallenges {
    /// How many wait for their answer.
    pub(crate) open: usize,
    /// How many may.
    pub(crate) most_open: usize,
    /// Seconds from the making of one to the arrival of its whole answer.
    pub(crate) lifetime_seconds: f64,
}

/// Every setting in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminSettings {
    /// The settings.
    pub(crate) settings: Vec<EffectiveSetting>,
}

/// Every metric now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminMetrics {
    /// The version of the server.
    pub(crate) version: &'static str,
    /// Seconds since the start.
    pub(crate) uptime_seconds: u64,
    /// Whether requests are taken.
    pub(crate) ready: bool,
    /// The metrics of `docs/metrics.md`.
    pub(crate) metrics: Vec<AdminMetric>,
}

/// A sample of a metric.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct AdminMetric {
    /// Its name.
    pub(crate) name: String,
    /// Its labels.
    pub(crate) labels: BTreeMap<String, String>,
    /// Its value.
    pub(crate) value: f64,
}

impl From<Sample> for AdminMetric {
    fn from(Sample { name, labels, value }: Sample) -> Self {
        Self { name, labels, value }
    }
}

/// The last hour.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminHistory {
    /// Its minutes, oldest first: at most 60.
    pub(crate) minutes: Vec<Minute>,
}
