//! Lists of apps, their keys, galleries, subjects, templates.

use faceward_service::{GalleryRecord, SubjectRecord, TemplateRecord};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::deletion::DeletionRecord;

use super::app::AdminApp;

/// A page of apps, by id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminAppPage {
    /// The apps.
    pub(crate) apps: Vec<AdminApp>,
    /// `after` of the next page; `null`: this is the last one.
    #[schema(required)]
    pub(crate) next: Option<String>,
}

/// A new app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdminNewApp {
    /// Its name, for people.
    pub(crate) name: String,
    /// An APP-ID that clients already have; a random one if nothing is said.
    pub(crate) app_id: Option<Uuid>,
    /// An APP-KEY that clients already have; a random one if nothing is said.
    pub(crate) app_key: Option<String>,
}

/// An app's id and key, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdminCredentials {
    /// The APP-ID.
    pub(crate) app_id: Uuid,
    /// The APP-KEY.
    pub(crate) app_key: String,
}

/// What came of a deletion.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminDeleted {
    /// Whether every trace is wiped from the disk. A deletion that left traces is answered with an error.
    pub(crate) erased: bool,
}

/// What came of the deletion of templates.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminTemplatesDeleted {
    /// Whether every trace is wiped from the disk. A deletion that left traces is answered with an error.
    pub(crate) erased: bool,
    /// What was deleted.
    pub(crate) deletion: DeletionRecord,
}

impl From<&faceward_service::DeletionRecord> for AdminTemplatesDeleted {
    fn from(record: &faceward_service::DeletionRecord) -> Self {
        Self { erased: true, deletion: record.into() }
    }
}

/// A key of an app. Only a hash of it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminAppKey {
    /// When it was added.
    pub(crate) created_at: String,
    /// When it ends; `null`: it has no end.
    #[schema(required)]
    pub(crate) expires_at: Option<String>,
}

/// The keys of an app, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminKeyList {
    /// The keys.
    pub(crate) keys: Vec<AdminAppKey>,
}

/// A new key of an app.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AdminNewKey {
    /// A key that clients already have; a random one if nothing is said.
    pub(crate) app_key: Option<String>,
    /// Hours for which the other keys work on; 24 if nothing is said, 0 ends them at once.
    pub(crate) overlap_hours: Option<u32>,
}

/// A gallery.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminGallery {
    /// Its id.
    gallery: String,
    /// When it was created.
    created_at: String,
}

impl From<&GalleryRecord> for AdminGallery {
    fn from(record: &GalleryRecord) -> Self {
        Self { gallery: record.gallery.to_string(), created_at: record.created_at.to_string() }
    }
}

/// A gallery to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdminNewGallery {
    /// Its id.
    pub(crate) gallery: String,
}

/// A page of galleries, by id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminGalleryPage {
    /// The galleries.
    pub(crate) galleries: Vec<AdminGallery>,
    /// `after` of the next page; `null`: this is the last one.
    #[schema(required)]
    pub(crate) next: Option<String>,
}

/// A subject.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminSubject {
    /// Its id.
    subject: String,
    /// What people call it.
    #[schema(required)]
    name: Option<String>,
    /// How many templates it has.
    templates: usize,
}

impl From<&SubjectRecord> for AdminSubject {
    fn from(record: &SubjectRecord) -> Self {
        Self {
            subject: record.subject.to_string(),
            name: record.name.as_ref().map(ToString::to_string),
            templates: record.templates,
        }
    }
}

/// A page of subjects, by id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminSubjectPage {
    /// The subjects.
    pub(crate) subjects: Vec<AdminSubject>,
    /// `after` of the next page; `null`: this is the last one.
    #[schema(required)]
    pub(crate) next: Option<String>,
}

/// A template. Its vector never leaves the server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminTemplate {
    /// Its id.
    template_id: String,
    /// The gallery that it lies in.
    gallery: String,
    /// Whose face it is.
    subject: String,
    /// The model that made it.
    model: String,
    /// When it was enrolled.
    created_at: String,
    /// From when on it no longer counts and is deleted: its own end, or that of the app's `expire_after_days` as it is now,
    /// whichever is earlier; `null`: it has no end.
    #[schema(required)]
    expires_at: Option<String>,
}

impl AdminTemplate {
    /// `record`, with the end that counts.
    pub(crate) fn of(record: &TemplateRecord) -> Self {
        Self {
            template_id: record.template.to_string(),
            gallery: record.gallery.to_string(),
            subject: record.subject.to_string(),
            model: record.model.to_string(),
            created_at: record.created_at.to_string(),
            expires_at: record.expires_at.map(|end| end.to_string()),
        }
    }
}

/// A page of templates, by id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminTemplatePage {
    /// The templates.
    pub(crate) templates: Vec<AdminTemplate>,
    /// `after` of the next page; `null`: this is the last one.
    #[schema(required)]
    pub(crate) next: Option<String>,
}
