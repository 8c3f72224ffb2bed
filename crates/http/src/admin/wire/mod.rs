//! The JSON of the administration. Times are RFC 3339, UTC.

mod app;
mod apps;
mod data_keys;
mod faces;
mod operators;
mod sessions;
mod state;
mod webhooks;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use app::{AdminApp, AdminAppChange};
pub(crate) use apps::{
    AdminAppKey, AdminAppPage, AdminCredentials, AdminDeleted, AdminGallery, AdminGalleryPage, AdminKeyList,
    AdminNewApp, AdminNewGallery, AdminNewKey, AdminSubjectPage, AdminTemplate, AdminTemplatePage,
    AdminTemplatesDeleted,
};
pub(crate) use data_keys::AdminDataKey;
pub(crate) use faces::{AdminCandidate, AdminComparison, AdminEnrolled, AdminIdentified};
pub(crate) use operators::{
    AdminFirstOwner, AdminLogIn, AdminMe, AdminNewOperator, AdminNewToken, AdminOperator,
    AdminOperatorChange, AdminOperatorPage, AdminPassPage, AdminPasswordChange, AdminToken,
};
pub(crate) use sessions::{AdminNewSession, AdminSessions};
pub(crate) use state::{
    AdminAuditPage, AdminAuditRecord, AdminBackup, AdminChallenges, AdminHistory, AdminMetrics,
    AdminNewBackup, AdminNewSigningKey, AdminSettings, AdminSigningKey, AdminSigningKeys,
};

pub(crate) use webhooks::{
    AdminEvent, AdminEventDetail, AdminEventPage, AdminNewSecret, AdminSentEvent, AdminWebhook,
    AdminWebhookChange, AdminWebhookSecret, Event,
};

/// Every failed answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminError {
    /// What went wrong.
    pub(crate) error: AdminErrorBody,
    /// Id of this request; in the server's log too.
    pub(crate) transaction_id: Uuid,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminErrorBody {
    /// Stable, `snake_case`: what programs decide on.
    pub(crate) code: &'static str,
    /// In words, for people.
    pub(crate) message: String,
}
