//! `faceward enroll`: a photo into the gallery, or many.

mod bulk;
mod lifetime;
mod target;

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;
use faceward_core::{AppId, InvalidId};
use faceward_service::apps::Apps;
use uuid::Uuid;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote::{Answer as _, Remote};
use crate::{setup, terminal};
use target::{Order, Target};

/// Add the face of a photo to the gallery, or those of all photos of a folder or list
///
/// Of a folder, `anna/1.jpg` becomes the template `anna/1` of the subject `anna`, and `bert.jpg` the template and subject
/// `bert`. A list is a CSV file with a column `photo`, relative to the list, and, if wanted, `template`, `subject`, `gallery`,
/// `name` and `expires_in`. What became of each photo is in the report; run again, those that are in are left out. Exit code 1: photos were
/// refused. Works on the data folder or database, or through the server that uses the folder or that `--server` names.
#[derive(Debug, Args)]
pub(crate) struct Enroll {
    /// The photo, JPEG or PNG; or a folder of photos; or a list of them, a file that ends in .csv
    #[arg(value_name = "PHOTO|DIR|CSV")]
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
    /// Delete it after this time, as in `8 hours`, `90 days` or `P90D` [default: as long as its app lets it]
    #[arg(long, value_name = "TIME", value_parser = lifetime::parsed)]
    expires_in: Option<NonZeroU32>,
    /// Replace a template that has this id
    #[arg(long)]
    replace: bool,
    /// Report of a folder or list: what became of each photo, and where to go on
    #[arg(long, value_name = "FILE", default_value = "enroll-report.csv")]
    report: PathBuf,
    /// APP-ID of the app [default: the only one]
    #[arg(long, value_name = "UUID")]
    app: Option<Uuid>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Enroll {
    /// Adds it, or them.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if self.photo.is_dir() || self.photo.extension().is_some_and(|ends| ends.eq_ignore_ascii_case("csv"))
        {
            if self.template.is_some() || self.subject.is_some() {
                return Err(Failure::usage("--template and --subject are those of one photo"));
            }
            return bulk::run(self, context);
        }
        let executor = setup::executor()?;
        let order = Order {
            photo: self.photo.clone(),
            template: self.template.clone(),
            subject: self.subject.clone(),
            gallery: self.gallery.clone(),
            name: None,
            expires_in: self.expires_in,
            replace: self.replace,
        };
        let enrolled = executor.block_on(async {
            let target = Target::open(context, self.app).await?;
            target.enroll(&order).await
        })?;
        if self.json {
            terminal::json(&enrolled)?;
        } else {
            terminal::line(&format!("enrolled {} in gallery {}", enrolled.template, enrolled.gallery))?;
        }
        Ok(Exit::Yes)
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
