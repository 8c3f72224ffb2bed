//! A deletion record in the answers of our own APIs.

use faceward_service::{DIGEST_METHOD, Deletion};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What was deleted, for an auditor: `faceward audit deletion` checks it. It is in the audit log as well.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeletionRecord {
    /// `template`, `subject`, `gallery`, `galleries` (all of an app) or `app`.
    what: &'static str,
    /// The APP-ID.
    app_id: Uuid,
    /// The gallery, of a gallery or a subject.
    #[schema(required)]
    gallery: Option<String>,
    /// The subject, of a subject.
    #[schema(required)]
    subject: Option<String>,
    /// The template, of a template.
    #[schema(required)]
    template: Option<String>,
    /// When, RFC 3339, UTC.
    at: String,
    /// How many templates were there, and are gone.
    templates: usize,
    /// The models of their vectors.
    models: Vec<String>,
    /// How the digest is made.
    method: &'static str,
    /// The digest of their rows as they lay in the store, sealed; `null`: there was no template.
    #[schema(required)]
    sha256: Option<String>,
    /// What is left of them on disk: `wiped` (nothing); `until_vacuum` (sealed, in a database that clears up in its own time); `left`
    /// (sealed, in a log that the next change or start wipes).
    log: &'static str,
}

impl From<&faceward_service::DeletionRecord> for DeletionRecord {
    fn from(record: &faceward_service::DeletionRecord) -> Self {
        let faceward_service::DeletionRecord { app, extent, at, deletion } = record;
        let (gallery, subject, template) = extent.ids();
        let Deletion { n_templates, sha256: _, models, traces } = deletion;
        Self {
            what: extent.word(),
            app_id: app.0,
            gallery: gallery.map(ToString::to_string),
            subject: subject.map(ToString::to_string),
            template: template.map(ToString::to_string),
            at: at.to_string(),
            templates: *n_templates,
            models: models.iter().map(ToString::to_string).collect(),
            method: DIGEST_METHOD,
            sha256: deletion.sha256_in_hex(),
            log: traces.word(),
        }
    }
}
