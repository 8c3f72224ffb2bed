//! Where photos are enrolled: here, or through a server.

use std::num::NonZeroU32;
use std::path::PathBuf;

use faceward_core::{AppId, GalleryId, SubjectId, SubjectName, TemplateId};
use faceward_service::{EnrollRequest, FaceOptions, Service};
use serde::Serialize;
use uuid::Uuid;

use super::{app_there, parsed, the_app};
use crate::commands::verify::read_photo;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote::{Answer as _, Form, Remote};
use crate::setup;

/// Where.
pub(super) enum Target {
    /// In this process.
    Here { service: Service, app: AppId },
    /// Behind a server.
    There { remote: Remote, app: Uuid },
}

/// A photo to be enrolled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) photo: PathBuf,
    /// `None`: a random one.
    pub(super) template: Option<String>,
    /// `None`: one with the id of the template.
    pub(super) subject: Option<String>,
    pub(super) gallery: String,
    pub(super) name: Option<String>,
    /// Seconds after which the template no longer counts; `None`: as long as the app lets it.
    pub(super) expires_in: Option<NonZeroU32>,
    pub(super) replace: bool,
}

/// What was enrolled.
#[derive(Serialize)]
pub(super) struct Enrolled {
    pub(super) template: String,
    pub(super) subject: String,
    pub(super) gallery: String,
    model: String,
}

impl Target {
    /// The server that was named or uses the folder, else a service in this process; the app that was named, or the only one.
    pub(super) async fn open(context: &Context, app: Option<Uuid>) -> Result<Self, Failure> {
        match Remote::find(context)? {
            Some(remote) => {
                let app = app_there(&remote, app).await?;
                Ok(Self::There { remote, app })
            }
            None => {
                let service = setup::service(&context.config, &context.environment)?;
                let app = the_app(service.apps(), app).await?;
                Ok(Self::Here { service, app })
            }
        }
    }

    /// The same for many photos: everybody else goes first.
    pub(super) fn in_bulk(self) -> Self {
        match self {
            Self::There { remote, app } => Self::There { remote: remote.in_bulk(), app },
            here @ Self::Here { .. } => here,
        }
    }

    /// Enrols one.
    pub(super) async fn enroll(&self, order: &Order) -> Result<Enrolled, Failure> {
        match self {
            Self::Here { service, app } => here(service, app, order).await,
            Self::There { remote, app } => there(remote, app, order).await,
        }
    }

    /// Ends what runs in this process.
    pub(super) async fn close(self) {
        if let Self::Here { service, .. } = self {
            service.shutdown().await;
        }
    }
}

async fn here(service: &Service, app: &AppId, order: &Order) -> Result<Enrolled, Failure> {
    let Order { photo, template, subject, gallery, name, expires_in, replace } = order;
    let request = EnrollRequest {
        photo: read_photo(photo)?,
        template: parsed(template.as_deref(), TemplateId::parse)?,
        gallery: parsed(Some(gallery), GalleryId::parse)?,
        subject: parsed(subject.as_deref(), SubjectId::parse)?,
        name: parsed(name.as_deref(), SubjectName::parse)?,
        min_side: None,
        force: false,
        expires_in: *expires_in,
        replace: *replace,
        options: FaceOptions::default(),
    };
    let record = service.enroll(app, request).await?.record;
    Ok(Enrolled {
        template: record.template.to_string(),
        subject: record.subject.to_string(),
        gallery: record.gallery.to_string(),
        model: record.model.to_string(),
    })
}

async fn there(remote: &Remote, app: &Uuid, order: &Order) -> Result<Enrolled, Failure> {
    let Order { photo, template, subject, gallery, name, expires_in, replace } = order;
    let photo = fs_err::read(photo).map_err(|error| Failure::new(Exit::PhotoRefused, error))?;
    let form = Form::with_photo(&photo)
        .text("template_id", template.as_deref())
        .text("subject", subject.as_deref())
        .text("gallery", Some(gallery))
        .text("name", name.as_deref())
        .text("expires_in", expires_in.map(|seconds| seconds.to_string()).as_deref());
    let made = remote.post(&format!("/apps/{app}/enroll?replace={replace}"), form).await?;
    Ok(Enrolled {
        template: made.text("template_id")?,
        subject: made.text("subject")?,
        gallery: made.text("gallery")?,
        model: made.text("model")?,
    })
}
