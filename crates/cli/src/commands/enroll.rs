//! `faceward enroll`: a photo into the gallery.

use std::path::PathBuf;

use clap::Args;
use faceward_core::{AppId, GalleryId, InvalidId, SubjectId, TemplateId};
use faceward_service::apps::Apps;
use faceward_service::{EnrollRequest, FaceOptions};
use serde::Serialize;
use uuid::Uuid;

use super::verify::read_photo;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote::{Answer as _, Form, Remote};
use crate::{setup, terminal};

/// Add the face of a photo to the gallery
///
/// Works on the data folder or database, or through the server that uses the folder or that `--server` names.
#[derive(Debug, Args)]
pub(crate) struct Enroll {
    /// The photo, JPEG or PNG
    photo: PathBuf,
    /// Id of the new template [default: a random UUID]
    #[arg(long, value_name = "ID")]
    template: Option<String>,
    /// Whom it shows [default: a subject with the template's id]
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// Gallery to put it into
    #[arg(long, value_name = "ID", default_value = "default")]
    gallery: String,
    /// Replace a template that has this id
    #[arg(long)]
    replace: bool,
    /// APP-ID of the app [default: the only one]
    #[arg(long, value_name = "UUID")]
    app: Option<Uuid>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    template: String,
    subject: String,
    gallery: String,
    model: String,
}

impl Enroll {
    /// Adds it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let answer = match Remote::find(context)? {
            Some(remote) => setup::executor()?.block_on(self.there(&remote))?,
            None => self.here(context)?,
        };
        if self.json {
            terminal::json(&answer)?;
        } else {
            terminal::line(&format!("enrolled {} in gallery {}", answer.template, answer.gallery))?;
        }
        Ok(Exit::Yes)
    }

    async fn there(&self, remote: &Remote) -> Result<Answer, Failure> {
        let photo = fs_err::read(&self.photo).map_err(|error| Failure::new(Exit::PhotoRefused, error))?;
        let form = Form::with_photo(&photo)
            .text("template_id", self.template.as_deref())
            .text("subject", self.subject.as_deref())
            .text("gallery", Some(&self.gallery));
        let app = app_there(remote, self.app).await?;
        let made = remote.post(&format!("/apps/{app}/enroll?replace={}", self.replace), form).await?;
        Ok(Answer {
            template: made.text("template_id")?,
            subject: made.text("subject")?,
            gallery: made.text("gallery")?,
            model: made.text("model")?,
        })
    }

    fn here(&self, context: &Context) -> Result<Answer, Failure> {
        let request = EnrollRequest {
            photo: read_photo(&self.photo)?,
            template: parsed(self.template.as_deref(), TemplateId::parse)?,
            gallery: parsed(Some(&self.gallery), GalleryId::parse)?,
            subject: parsed(self.subject.as_deref(), SubjectId::parse)?,
            name: None,
            min_side: None,
            force: false,
            replace: self.replace,
            options: FaceOptions::default(),
        };
        let service = setup::service(&context.config, &context.environment)?;
        let executor = setup::executor()?;
        let app = executor.block_on(the_app(service.apps(), self.app))?;
        let enrolled = executor.block_on(service.enroll(&app, request))?;
        let record = enrolled.record;
        Ok(Answer {
            template: record.template.to_string(),
            subject: record.subject.to_string(),
            gallery: record.gallery.to_string(),
            model: record.model.to_string(),
        })
    }
}

/// The id in `text`, if there is one.
///
/// # Errors
/// It cannot be one.
pub(super) fn parsed<T>(
    text: Option<&str>,
    parse: impl Fn(&str) -> Result<T, InvalidId>,
) -> Result<Option<T>, Failure> {
    text.map(parse).transpose().map_err(|error| Failure::new(Exit::Usage, error))
}

/// The app that was named, or the only one.
///
/// # Errors
/// None was named and there is not exactly one.
pub(super) async fn the_app(apps: &Apps, named: Option<Uuid>) -> Result<AppId, Failure> {
    let known = apps.list().await?;
    let known: Vec<Uuid> = known.iter().map(|app| app.id.0).collect();
    chosen(&known, named).map(AppId)
}

/// The same behind a server.
///
/// # Errors
/// The same.
pub(super) async fn app_there(remote: &Remote, named: Option<Uuid>) -> Result<Uuid, Failure> {
    if let Some(id) = named {
        return Ok(id);
    }
    let listed = remote.list("/apps", "apps").await?;
    let ids = listed.iter().map(|app| app.text("app_id"));
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let known: Vec<Uuid> = ids.iter().filter_map(|id| Uuid::try_parse(id).ok()).collect();
    chosen(&known, None)
}

fn chosen(known: &[Uuid], named: Option<Uuid>) -> Result<Uuid, Failure> {
    match (named, known) {
        (Some(id), _) => Ok(id),
        (None, [only]) => Ok(*only),
        (None, []) => Err(Failure::new(
            Exit::DataRefused,
            anyhow::anyhow!("there is no app yet: run `faceward app create`"),
        )),
        (None, [_, _, ..]) => Err(Failure::usage("there are several apps: name one with --app")),
    }
}
